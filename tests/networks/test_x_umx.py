"""X-UMX: the size of its causal form, and a step equal to the whole."""

from __future__ import annotations

import pytest
import torch

from remixer.networks.x_umx import XUmx, build

pytestmark = pytest.mark.torch


def test_the_causal_stereo_form_has_its_published_size() -> None:
    with torch.device("meta"):
        branches = XUmx().branches
    assert sum(value.numel() for value in branches.parameters()) == 31_539_232


@pytest.mark.parametrize("hops", [1, 4])
def test_stepping_equals_the_whole(hops: int) -> None:
    torch.manual_seed(0)
    network = build(hidden=8, window_frames=64, hop_frames=32).eval()
    mixture = torch.randn(2, 2, 32 * 12)
    state, parts = network.initial_state(2), []
    with torch.inference_mode():
        whole = network(mixture)
        for block in mixture.split(hops * 32, dim=-1):
            stems, state = network.step(block, state)
            parts.append(stems)
    assert torch.allclose(torch.cat(parts, -1)[..., 32:], whole[..., :-32], atol=1e-5)


def test_the_published_form_looks_both_ways() -> None:
    network = build(hidden=8, window_frames=256, hop_frames=64, causal=False, highest_bin=90).eval()
    with torch.inference_mode():
        assert network(torch.randn(1, 2, 1001)).shape == (1, 4, 2, 1001)
