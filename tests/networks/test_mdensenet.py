"""The dense networks of the thesis: heads, merges, folding, bands, the signal chain."""

from __future__ import annotations

import pytest
import torch

from remixer.networks import build
from remixer.networks.bands import Bands
from remixer.networks.magnitudes import MagnitudeSeparator
from remixer.networks.mbdb_variants import variant
from remixer.networks.mdensenet import fold_batch_norms
from remixer.networks.mel_mdensenet import MelMDenseNet
from remixer.networks.mmdensenet import MMDenseNet
from remixer.networks.phasenet import MagNetPhaseNet

pytestmark = pytest.mark.torch
MAGNITUDE = torch.rand(1, 1, 64, 8, generator=torch.Generator().manual_seed(0))


def small(**config: object) -> MMDenseNet:
    return MMDenseNet(sizes=(6, 4, 3), **config).eval()  # type: ignore[arg-type]


def test_folding_the_norms_keeps_the_output() -> None:
    network = MelMDenseNet(growth=6, layers=2)
    with torch.no_grad():
        network(torch.rand(4, 1, 16, 8))
        network.eval()
        mel = torch.rand(1, 1, 16, 8)
        expected = network(mel)
        assert fold_batch_norms(network) == 16
        assert (network(mel) - expected).abs().max() < 1e-6
    assert fold_batch_norms(network) == 0


def test_norms_in_training_are_not_folded() -> None:
    with pytest.raises(ValueError, match="training"):
        fold_batch_norms(MelMDenseNet(growth=6, layers=2))


def test_learned_masks_never_exceed_the_mixture() -> None:
    estimate = small(output="learned")(MAGNITUDE)
    assert (estimate >= 0).all()
    assert (estimate <= MAGNITUDE).all()


def test_joint_masks_share_out_the_mixture() -> None:
    network = small(output="joint", heads=2)
    for head in network.heads:
        torch.nn.init.constant_(head.out.bias, 1.0)
    estimate = network(MAGNITUDE)
    assert estimate.shape == (1, 2, 64, 8)
    assert (estimate.sum(dim=1, keepdim=True) - MAGNITUDE).abs().max() < 1e-4


def test_the_chimera_head_embeds_every_bin_and_costs_nothing_without() -> None:
    network = small(embedding=20)
    estimate, embeddings = network.with_embedding(MAGNITUDE)
    assert torch.equal(estimate, network(MAGNITUDE))
    assert embeddings.shape == (1, 20, 64, 8)
    assert MelMDenseNet(growth=6, layers=2, embedding=20).with_embedding(MAGNITUDE)[1].shape == (1, 20, 64, 8)
    with pytest.raises(ValueError, match="no embedding head"):
        small().with_embedding(MAGNITUDE)


@pytest.mark.parametrize("number", range(1, 8))
def test_every_configuration_of_table_4_8_covers_the_spectrum(number: int) -> None:
    network = variant(number, outputs=2, bins=512).eval()
    with torch.inference_mode():
        assert network(torch.rand(1, 1, 512, 8)).shape == (1, 2, 512, 8)


@pytest.mark.parametrize("overlap", [0.0, 0.1, 0.5])
def test_bands_that_are_cut_and_joined_are_the_spectrum(overlap: float) -> None:
    bands = Bands((0.25, 0.5), overlap, 16, 4)
    maps = torch.randn(2, 3, 64, 5)
    assert (bands.join(bands.cut(maps)) - maps).abs().max() < 1e-6


def test_the_chain_returns_the_signal_under_masks_of_one() -> None:
    class Open(torch.nn.Module):
        def forward(self, magnitude: torch.Tensor) -> torch.Tensor:
            return torch.ones_like(magnitude)

    time = torch.arange(3000) / 256
    mixture = torch.stack([torch.sin(2 * torch.pi * tone * time) for tone in (8, 20.5, 77, 128 / 3)])
    separated = MagnitudeSeparator(Open(), 1, 2, 8, 256, 64)(mixture.reshape(2, 2, 3000))
    assert separated.shape == (2, 1, 2, 3000)
    error = separated.reshape(4, 3000) - mixture
    assert error[:, 256:-256].abs().max() < 1e-3


def test_one_context_of_frames_does_not_hear_the_next() -> None:
    network = build("mel-mdensenet-dc-nodsconvs-bc", window=128, hop=32, bands=16, growth=6, layers=2).eval()
    assert isinstance(network, MagnitudeSeparator)
    magnitude = torch.rand(1, 1, 64, 16)
    changed = magnitude.clone()
    changed[..., 8:] += 1.0
    assert torch.equal(network.masks(magnitude)[..., :8], network.masks(changed)[..., :8])


def test_phase_votes_are_unit_vectors_and_gains_stay_within_the_codebook() -> None:
    network = build("magnet-phasenet", window=128, hop=32, context=8, sizes=(6, 4, 3)).eval()
    assert isinstance(network, MagNetPhaseNet)
    turn = network.masks(torch.randn(3, 1, 64, 8), torch.randn(3, 1, 64, 8))
    assert turn.shape == (3, 64, 2, 8)
    assert (turn.square().sum(dim=2).sqrt() <= 2.0 + 1e-5).all()


def test_a_steady_tone_has_no_instantaneous_frequency_left_on_its_bin() -> None:
    network = build("magnet-phasenet", window=128, hop=32, context=8, sizes=(6, 4, 3)).eval()
    assert isinstance(network, MagNetPhaseNet)
    tone = torch.cos(2 * torch.pi * 8 * torch.arange(32 * 8 + 96) / 128)[None, None]
    real, imaginary = network.chain.analyse(tone)
    features = network.gradients(real[..., 1:].transpose(2, 3), imaginary[..., 1:].transpose(2, 3))
    assert features[0, 0, 7, 1:-1].abs().max() < 0.01
