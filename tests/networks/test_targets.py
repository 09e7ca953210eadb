"""Oracle masks and losses of the thesis."""

from __future__ import annotations

import pytest
import torch

from remixer.networks import targets

pytestmark = pytest.mark.torch


def test_wiener_masks_of_source_and_rest_sum_to_one() -> None:
    one, other = torch.rand(2, 5, 7) + 0.1
    assert torch.allclose(targets.wiener_mask(one, other) + targets.wiener_mask(other, one), torch.ones(5, 7))


def test_phase_sensitive_mask_is_the_projection_and_stays_within_bounds() -> None:
    mixture = torch.tensor([1 + 0j, 1 + 0j, 1 + 0j, 1 + 0j])
    source = torch.tensor([0.5 + 0j, 0.5j, -1 + 0j, 3 + 1j])
    assert torch.allclose(targets.phase_sensitive_mask(source, mixture), torch.tensor([0.5, 0.0, 0.0, 1.0]))


def test_amplitude_mask_is_cut_at_the_largest_code() -> None:
    found = targets.amplitude_mask(torch.tensor([0.5, 9.0]), torch.ones(2))
    assert torch.allclose(found, torch.tensor([0.5, 2.0]))


def labels_of(source: torch.Tensor, sources: int) -> torch.Tensor:
    return torch.nn.functional.one_hot(source, sources).permute(0, 3, 1, 2).float()


def test_cluster_loss_equals_the_affinity_matrices() -> None:
    embeddings, magnitude = torch.randn(1, 4, 3, 5), torch.rand(1, 1, 3, 5)
    labels = labels_of(torch.randint(0, 2, (1, 3, 5)), 2)
    v = torch.nn.functional.normalize(embeddings.flatten(2)[0].T, dim=1)
    y = labels.flatten(2)[0].T
    w = (magnitude.flatten() / magnitude.sum()).sqrt()
    expected = (w[:, None] * (v @ v.T - y @ y.T) * w).square().sum()
    assert torch.allclose(targets.cluster_loss(embeddings, labels, magnitude), expected, atol=1e-6)


def test_perfect_embeddings_cost_nothing_and_give_clean_masks() -> None:
    labels = labels_of(torch.randint(0, 3, (2, 4, 6)), 3)
    magnitude = torch.rand(2, 1, 4, 6) + 0.1
    assert targets.cluster_loss(labels, labels, magnitude) < 1e-6
    assert targets.attractor_masks(9.0 * labels, labels).max(dim=1).indices.equal(labels.max(dim=1).indices)


def test_chimera_loss_mixes_both_terms() -> None:
    embeddings, magnitude = torch.randn(1, 4, 3, 5), torch.rand(1, 1, 3, 5)
    labels = labels_of(torch.randint(0, 2, (1, 3, 5)), 2)
    masks, target = torch.rand(2, 1, 1, 3, 5)
    whole = [
        targets.chimera_loss(masks, target, embeddings, labels, magnitude, share) for share in (0.0, 0.5, 1.0)
    ]
    assert torch.allclose(whole[0], (masks - target).square().mean())
    assert torch.allclose(whole[1], (whole[0] + whole[2]) / 2)


def test_weighted_sdr_loss_is_lowest_for_the_source_itself() -> None:
    mixture, source = torch.randn(2, 3, 100)
    assert targets.weighted_sdr_loss(mixture, source, source) == pytest.approx(-1.0, abs=1e-4)
    assert targets.weighted_sdr_loss(mixture, source, torch.randn(3, 100)) > -0.9
