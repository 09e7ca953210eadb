"""What networks of spectra are trained towards: oracle masks and the losses of the thesis (Chapter 4)."""

from __future__ import annotations

import torch
from torch import Tensor

FLOOR = 1e-8


def wiener_mask(source: Tensor, rest: Tensor, power: float = 2.0) -> Tensor:
    """The Wiener-filter-like mask of magnitudes (Section 4.2): source^power over the sum of both."""
    wanted = source.pow(power)
    return wanted / (wanted + rest.pow(power) + FLOOR)


def amplitude_mask(source: Tensor, mixture: Tensor, most: float = 2.0) -> Tensor:
    """The ideal amplitude mask of magnitudes, at most `most` (Section 4.5)."""
    return (source / (mixture + FLOOR)).clamp(max=most)


def phase_sensitive_mask(source: Tensor, mixture: Tensor) -> Tensor:
    """The truncated phase-sensitive mask of complex spectra: |S|/|X| cos(difference) within 0 and 1."""
    ratio = (source * mixture.conj()).real / (mixture.abs().square() + FLOOR)
    return ratio.clamp(0.0, 1.0)


def cluster_loss(embeddings: Tensor, labels: Tensor, magnitude: Tensor) -> Tensor:
    """The weighted deep-clustering loss (Equations 4.8 and 4.9), mean over the batch.

    Args:
        embeddings: `(batch, K, F, T)`, of any length; they are scaled to unit length.
        labels: which source dominates each bin, one-hot `(batch, N, F, T)`.
        magnitude: of the mixture, `(batch, 1, F, T)`; a bin weighs as much as it sounds.
    """
    weights = magnitude.flatten(2)
    weights = (weights / (weights.sum(dim=-1, keepdim=True) + FLOOR)).sqrt()
    v = torch.nn.functional.normalize(embeddings.flatten(2), dim=1) * weights
    y = labels.flatten(2) * weights
    return (_gram(v, v) + _gram(y, y) - 2.0 * _gram(v, y)).mean()


def _gram(one: Tensor, other: Tensor) -> Tensor:
    return torch.matmul(one, other.transpose(1, 2)).square().sum(dim=(1, 2))


def attractor_masks(embeddings: Tensor, labels: Tensor) -> Tensor:
    """Masks `(batch, N, F, T)` by the nearness to each source's mean embedding (Equations 4.10 and 4.11)."""
    v, y = embeddings.flatten(2), labels.flatten(2)
    attractors = torch.matmul(y, v.transpose(1, 2)) / (y.sum(dim=-1, keepdim=True) + FLOOR)
    return torch.matmul(attractors, v).softmax(dim=1).reshape(labels.shape)


def chimera_loss(
    masks: Tensor, target: Tensor, embeddings: Tensor, labels: Tensor, magnitude: Tensor, share: float = 0.5
) -> Tensor:
    """`share` of the clustering loss and the rest of the mean squared error (Equation 4.12)."""
    error = (masks - target).square().mean()
    return share * cluster_loss(embeddings, labels, magnitude) + (1.0 - share) * error


def weighted_sdr_loss(mixture: Tensor, source: Tensor, estimate: Tensor) -> Tensor:
    """Minus the cosines of `(…, T)` source and estimate, and of the rests, by energy (Equations 4.6, 4.7)."""
    rest, left = mixture - source, mixture - estimate
    energy, other = source.square().sum(-1), rest.square().sum(-1)
    share = energy / (energy + other + FLOOR)
    alike = share * _cosine(source, estimate) + (1.0 - share) * _cosine(rest, left)
    return -alike.mean()


def _cosine(one: Tensor, other: Tensor) -> Tensor:
    lengths = one.square().sum(-1).sqrt() * other.square().sum(-1).sqrt()
    return (one * other).sum(-1) / (lengths + FLOOR)
