"""Stepping hop by hop is the same as hearing the whole, and silence stays silent."""

from __future__ import annotations

import pytest
import torch
from tiny_networks import CAUSAL
from torch import Tensor

from remixer.networks import build
from remixer.networks.layers import CausalNetwork

pytestmark = pytest.mark.torch


def make(name: str) -> CausalNetwork:
    network, config = CAUSAL[name]
    built = build(network, **config).eval()
    assert isinstance(built, CausalNetwork)
    return built


def stepped(network: CausalNetwork, mixture: Tensor, hops: int) -> Tensor:
    """The stems of `mixture` stepped `hops` hops at a time, latency taken off."""
    length = hops * network.hop
    frames = mixture.shape[-1]
    calls = -(-(frames + network.latency) // length)
    padded = torch.nn.functional.pad(mixture, (0, calls * length - frames))
    state, parts = network.initial_state(1), []
    with torch.inference_mode():
        for call in range(calls):
            stems, state = network.step(padded[..., call * length : (call + 1) * length], state)
            parts.append(stems)
    return torch.cat(parts, dim=-1)[..., network.latency : network.latency + frames]


@pytest.mark.parametrize("name", CAUSAL)
@pytest.mark.parametrize("hops", [1, 3])
def test_step_equals_forward_after_the_latency(name: str, hops: int) -> None:
    network = make(name)
    mixture = torch.randn(1, network.channels, 23 * network.hop + 5) * 0.1
    with torch.inference_mode():
        whole = network(mixture)
    assert whole.shape == (1, network.stems, network.channels, mixture.shape[-1])
    assert whole.abs().max() > 1e-4
    assert (stepped(network, mixture, hops) - whole).abs().max() < 1e-5


@pytest.mark.parametrize("name", CAUSAL)
def test_no_output_depends_on_later_input(name: str) -> None:
    network = make(name)
    mixture = torch.randn(1, network.channels, 12 * network.hop) * 0.1
    changed = mixture.clone()
    changed[..., 6 * network.hop :] = torch.randn(1, network.channels, 6 * network.hop)
    with torch.inference_mode():
        one = network.step(mixture, network.initial_state(1))[0]
        other = network.step(changed, network.initial_state(1))[0]
    assert torch.equal(one[..., : 6 * network.hop], other[..., : 6 * network.hop])


@pytest.mark.parametrize("name", CAUSAL)
def test_silence_from_a_zero_state_stays_silent(name: str) -> None:
    network = make(name)
    hop = torch.zeros(1, network.channels, 4 * network.hop)
    with torch.inference_mode():
        stems, _ = network.step(hop, network.initial_state(1))
    assert stems.abs().max() < 1e-5


@pytest.mark.parametrize("name", CAUSAL)
def test_a_fresh_state_forgets_what_was_heard(name: str) -> None:
    network = make(name)
    hop = torch.randn(1, network.channels, network.hop)
    with torch.inference_mode():
        first, used = network.step(hop, network.initial_state(1))
        again, _ = network.step(hop, network.initial_state(1))
        carried, _ = network.step(hop, used)
    assert torch.equal(first, again)
    assert not torch.equal(first, carried)
