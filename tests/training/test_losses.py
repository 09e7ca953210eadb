"""Losses on band sums equal those on the complex spectra they stand for."""

from __future__ import annotations

import pytest
import torch

from remixer.networks.band_masker import BandMasker, BandMaskerConfig
from remixer.training.losses import BandSums, backward_by_row, band_sums, curve_matrix, mask_losses
from remixer.training.mixtures import Batch
from remixer.training.replay import Replay

pytestmark = pytest.mark.torch
SHAPE = BandMaskerConfig(
    window_frames=256,
    hop_frames=64,
    synthesis_frames=256,
    bands=((32, 1), (16, 6)),
    width=8,
    deep_width=8,
    hidden=4,
)


@pytest.fixture
def network() -> BandMasker:
    torch.manual_seed(0)
    return BandMasker(SHAPE)


@pytest.fixture
def batch() -> Batch:
    generator = torch.Generator().manual_seed(1)
    stems = 0.1 * torch.randn(3, 4, 2, 4096, generator=generator)
    return Batch(stems, torch.zeros(3, 4, 16), torch.full((3,), 30_000.0))


def random_masks(sums: BandSums, bands: int) -> torch.Tensor:
    steps = sums.mixture.shape[1]
    return torch.rand(3, steps, 4, 2, bands, generator=torch.Generator().manual_seed(2))


def test_the_error_of_a_mask_is_that_of_the_masked_spectrum(network: BandMasker, batch: Batch) -> None:
    sums = band_sums(network, batch, 44_100)
    masks = random_masks(sums, network.band_count)
    stems = network.spectrum(batch.stems)[..., : network.bin_count]
    mixture = stems.sum(1, keepdim=True)
    spread = network.unfold(masks)[..., : network.bin_count].permute(0, 2, 3, 1, 4)
    direct = (spread * mixture - stems).abs().square().sum((2, 3, 4))
    found = masks.square() * sums.mixture - 2 * masks * sums.cross + sums.stems
    assert torch.allclose(found.sum((1, 3, 4)), direct, rtol=1e-3)


def test_a_right_mask_scores_better_than_an_equal_share(network: BandMasker, batch: Batch) -> None:
    sums = band_sums(network, batch, 44_100)
    equal = torch.full_like(random_masks(sums, network.band_count), 0.25)
    right = (sums.cross / sums.mixture.clamp(min=1e-12)).clamp(0, 1)
    assert mask_losses(right, sums)[0] < mask_losses(equal, sums)[0]
    assert mask_losses(right, sums)[1] < mask_losses(equal, sums)[1]


def test_row_by_row_gives_the_gradient_of_the_whole(network: BandMasker, batch: Batch) -> None:
    sums = band_sums(network, batch, 44_100)
    logits = network.logits(network.features(*sums.powers))
    magnitude, sdr = mask_losses(network.to_masks(logits), sums)
    torch.autograd.backward(0.25 * magnitude + 0.1 * sdr)
    whole = network.trunk.last.weight.grad
    assert whole is not None
    expected = whole.clone()
    network.zero_grad()
    backward_by_row(network, network.logits(network.features(*sums.powers)), sums, 0.25, 0.1)
    assert network.trunk.last.weight.grad is not None
    assert torch.allclose(network.trunk.last.weight.grad, expected, atol=1e-6)


def test_a_limit_silences_what_lies_above(network: BandMasker, batch: Batch) -> None:
    limited = Batch(batch.stems, batch.equaliser_db, torch.full((3,), 1000.0))
    sums = band_sums(network, limited, 44_100)
    assert not sums.mixture[..., 16:].any()
    assert sums.mixture[..., :5].all()


def test_a_flat_curve_is_flat_over_all_bins() -> None:
    assert torch.allclose(torch.ones(16) @ curve_matrix(512, 1024, 44_100), torch.ones(512))


def test_kept_mixtures_are_dealt_out_again(batch: Batch) -> None:
    made = []

    def fresh(number: int) -> tuple[torch.Tensor]:
        made.append(number)
        return (batch.stems + number,)

    replay = Replay(reuse=3, kept_batches=2, seed=0)
    dealt = [replay.draw(number, fresh)[0] for number in range(9)]
    assert made == [0, 3, 6]
    assert {one.shape for one in dealt} == {batch.stems.shape}
    late = Replay(reuse=3, kept_batches=2, seed=0)
    assert torch.equal(late.draw(8, fresh)[0], dealt[8]), "what is dealt depends on the number alone"
