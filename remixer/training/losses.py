"""Losses; the ones for real-valued band masks need no inverse transform.

For a mask constant over a band, the energy of its error follows from three sums over the band: of |x|^2,
Re(x s*) and |s|^2. So a masker is trained on complex spectra exactly, at the price of its bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

if TYPE_CHECKING:
    from remixer.networks.band_masker import BandMasker
    from remixer.training.mixtures import Batch

CURVE_LOW_HZ = 40.0
CURVE_HIGH_HZ = 18_000.0


@dataclass(frozen=True)
class BandSums:
    """Sums over bands that the network and its loss need.

    `powers` of left, right and their product `(batch, steps, bands)` are what the network hears; the rest are
    `(batch, steps, stems or 1, 2, bands)`.
    """

    powers: tuple[Tensor, ...]
    mixture: Tensor
    cross: Tensor
    stems: Tensor


@torch.no_grad()
def band_sums(network: BandMasker, batch: Batch, rate_hz: int, compiled: bool = False) -> BandSums:
    """Equalise and limit the stems of a batch and fold their spectra into bands."""
    curves = curve_matrix(network.bin_count, network.config.window_frames, rate_hz)
    bins_hz = torch.arange(network.bin_count) * (rate_hz / network.config.window_frames)
    gains = 10.0 ** (batch.equaliser_db @ curves / 20.0)
    gains = (gains * (bins_hz < batch.limit_hz[:, None, None]))[:, :, None, None]
    fold_row = torch.compile(_row_sums) if compiled else _row_sums
    rows = []
    for row in range(len(batch.stems)):
        spectrum = network.spectrum(batch.stems[row])[..., : network.bin_count]
        rows.append(fold_row(network, spectrum.real, spectrum.imag, gains[row]))
    mixture, left_right, cross, stems = (torch.stack(part) for part in zip(*rows, strict=True))
    powers = (mixture[:, 0], mixture[:, 1], left_right)
    turned = (value.permute(0, 3, 1, 2, 4) for value in (cross, stems))
    return BandSums(powers, mixture.permute(0, 2, 1, 3).unsqueeze(2), *turned)


def _row_sums(
    network: BandMasker, real: Tensor, imaginary: Tensor, gains: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Sums for stems `(stems, 2, steps, bins)` with gains `(stems, 1, 1, bins)`."""
    real, imaginary = real * gains, imaginary * gains
    re, im = real.sum(0), imaginary.sum(0)
    power = network.fold(re.square().addcmul_(im, im))
    left_right = network.fold((re[0] * re[1]).addcmul_(im[0], im[1]))
    cross = network.fold((real * re).addcmul_(imaginary, im))
    return power, left_right, cross, network.fold(real.square().addcmul_(imaginary, imaginary))


def curve_matrix(bins: int, window_frames: int, rate_hz: int, points: int = 16) -> Tensor:
    """Matrix `(points, bins)` that interpolates a curve given on a logarithmic frequency axis."""
    hz = torch.arange(bins).clamp(min=1) * (rate_hz / window_frames)
    span = torch.log(torch.tensor(CURVE_HIGH_HZ / CURVE_LOW_HZ))
    place = (torch.log(hz / CURVE_LOW_HZ) / span).clamp(0.0, 1.0) * (points - 1)
    return (1.0 - (place[None] - torch.arange(points)[:, None]).abs()).clamp(min=0.0)


def backward_by_row(
    network: BandMasker, logits: Tensor, sums: BandSums, magnitude_weight: float, sdr_weight: float
) -> float:
    """Loss of a batch, differentiated one mixture at a time so that its tensors stay in the cache.

    The gradient flows on into the network through `logits`.
    """
    count = len(logits)
    gradients, total = torch.empty_like(logits), 0.0
    for row in range(count):
        leaf = logits[row : row + 1].detach().requires_grad_()
        part = BandSums((), sums.mixture[row : row + 1], sums.cross[row : row + 1], sums.stems[row : row + 1])
        magnitude, sdr = mask_losses(network.to_masks(leaf), part)
        loss = (magnitude_weight * magnitude + sdr_weight * sdr) / count
        torch.autograd.backward(loss)
        gradients[row] = cast(Tensor, leaf.grad)[0]
        total += float(loss.detach())
    torch.autograd.backward(logits, gradients)
    return total


def mask_losses(masks: Tensor, sums: BandSums, floor: float = 2e-2) -> tuple[Tensor, Tensor]:
    """Spectral L1 (relative to the mixture) and negative SDR in dB, each a mean over the batch.

    `floor` bounds the SDR of silent stems: that share of the mixture's energy is added to both sides.
    """
    error = masks.square() * sums.mixture - 2.0 * masks * sums.cross + sums.stems
    error = error.clamp(min=0.0)
    scale = sums.mixture.mean(dim=(1, 2, 3, 4), keepdim=True) + 1e-12
    magnitude = (error / scale + 1e-6).sqrt().mean(dim=(1, 2, 3, 4))
    reference = (sums.mixture / scale + 1e-6).sqrt().mean(dim=(1, 2, 3, 4))
    energy = error.sum(dim=(1, 3, 4))
    wanted = sums.stems.sum(dim=(1, 3, 4))
    margin = floor * sums.mixture.sum(dim=(1, 3, 4)) + 1e-9
    sdr = 10.0 * torch.log10((wanted + margin) / (energy + margin))
    return (magnitude / reference).mean(), -sdr.mean()
