"""The variants of SuDoRM-RF, and its folded mask."""

from __future__ import annotations

import pytest
import torch

from remixer.networks import build
from remixer.networks.sudo_rm_rf import SudoRmRf

pytestmark = pytest.mark.torch

TABLE_2 = [
    {"kernel": 21, "norm": "LN", "mask": "softmax", "decoders": "N"},
    {"kernel": 17, "norm": "LN", "mask": "ReLU", "decoders": "1"},
    {"kernel": 17, "norm": "GLN", "mask": "ReLU", "decoders": "1"},
    {"kernel": 41, "norm": "GLN", "mask": "ReLU", "decoders": "1"},
    {"kernel": 21, "norm": "GLN", "mask": "ReLU", "decoders": "1", "depth": 7},
    {"kernel": 21, "norm": "GLN", "mask": "ReLU", "decoders": "1", "depth": 2},
]


@pytest.mark.parametrize("variant", TABLE_2)
@pytest.mark.parametrize("frames", [1, 999, 2000])
def test_every_variant_of_table_2_keeps_length_and_channels(variant: dict[str, object], frames: int) -> None:
    network = build(
        "sudo-rm-rf-1.0x", **{"blocks": 1, "bases": 16, "width": 8, "inner": 16, **variant}
    ).eval()
    with torch.inference_mode():
        assert network(torch.randn(2, 1, frames)).shape == (2, 2, 1, frames)


def test_four_stereo_stems_at_44_khz_have_the_papers_kernel_in_seconds() -> None:
    network = build("sudo-rm-rf-0.25x-44k", bases=16, width=8, inner=16)
    assert isinstance(network, SudoRmRf)
    assert network.encoder.kernel_size[0] / 44_100 == pytest.approx(21 / 8000, rel=0.01)
    with torch.inference_mode():
        assert network(torch.randn(1, 2, 5000)).shape == (1, 4, 2, 5000)


def test_the_folded_mask_equals_the_layers_one_by_one() -> None:
    network = build("sudo-rm-rf-0.25x", blocks=1, stems=3, bases=48).eval()
    assert isinstance(network, SudoRmRf)
    mixture = torch.randn(2, 1, 3000)
    with torch.inference_mode():
        folded = network(mixture)
        network.literal = True
        assert (network(mixture) - folded).abs().max() < 1e-5 * folded.abs().max()


def test_softmax_masks_share_out_the_encoded_mixture() -> None:
    network = build("sudo-rm-rf-0.25x", blocks=1, stems=3, bases=48).eval()
    assert isinstance(network, SudoRmRf)
    masks = network.codes(torch.randn(1, 128, 20)).softmax(dim=1)
    assert (masks.sum(dim=1) - 1).abs().max() < 1e-5
