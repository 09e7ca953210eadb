"""The loop, with a network and an objective of a few lines."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from remixer.errors import InputError
from remixer.training.checkpoint import load_checkpoint
from remixer.training.trainer import Trainer, TrainerConfig

pytestmark = pytest.mark.torch


class Heard:
    """What a network with a norm makes of noise; the third batch is no number."""

    def __init__(self, network: nn.Module) -> None:
        self.network = network

    def backward(self, number: int) -> float:
        """See `Objective`."""
        noise = torch.randn(4, 2) if number < 2 else torch.full((4, 2), torch.nan)
        loss = self.network(noise).square().mean()
        loss.backward()
        return float(loss.detach())


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))


def test_a_loss_that_is_not_a_number_ends_training_and_reaches_no_checkpoint(tmp_path: Path) -> None:
    learning = network()
    config = TrainerConfig(steps=10, save_minutes=0.0, warmup_steps=0)
    with pytest.raises(InputError, match="not a number"):
        Trainer(learning, Heard(learning), None, tmp_path, config).run()
    kept: dict[str, torch.Tensor] = {}
    assert load_checkpoint(tmp_path / "last.safetensors", learning, kept, None).step == 2
    assert all(value.isfinite().all() for value in (*kept.values(), *learning.state_dict().values()))
