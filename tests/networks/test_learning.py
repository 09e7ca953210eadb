"""Every network can be taught: a tiny one learns one short mixture by heart."""

from __future__ import annotations

import pytest
import torch
from learning import learn_by_heart
from tiny_networks import EVERY
from torch import Tensor

from remixer.networks import build

pytestmark = pytest.mark.torch

FRAMES = 1024
STEPS = 400
RATES = {"hs-tasnet": 3e-3, "tasnet": 1e-2}


def two_sources(stems: int) -> Tensor:
    """A low tone that swells and a high one that beats, `(1, stems, 2, frames)`."""
    time = torch.arange(FRAMES) / FRAMES
    low = torch.sin(2 * torch.pi * 20 * time) * (0.2 + 0.8 * time)
    high = torch.sin(2 * torch.pi * 250 * time) * (0.6 + 0.4 * torch.cos(2 * torch.pi * 3 * time))
    return 0.3 * torch.stack([low, high])[:stems, None].expand(-1, 2, -1)[None]


@pytest.mark.parametrize("name", EVERY)
def test_a_tiny_network_learns_one_mixture_by_heart(name: str) -> None:
    network, config = EVERY[name]
    built = build(network, **config)
    sources = two_sources(2)
    mixture = sources.sum(dim=1)
    wanted = sources[:, : config.get("stems", 1)]
    learn_by_heart(built, wanted, mixture, RATES.get(name, 5e-3), STEPS)
