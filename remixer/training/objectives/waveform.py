"""L1 on the waveforms of all stems, the objective of HS-TasNet (Venkatesh et al. 2024, Section 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from remixer.training.config import NoSettings, filled
from remixer.training.objectives.signals import waveforms
from remixer.training.pool import POOL_RATE_HZ, STEMS
from remixer.training.songs import Validation, training_songs
from remixer.training.task import Sound, Task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import nn

    from remixer.training.mixtures import Mixtures


class WaveformObjective:
    """Mean absolute error of all samples of all stems.

    Args:
        network: `(batch, 2, frames)` at the pool's rate to `(batch, 4, 2, frames)`.
        mixtures: where batches come from.
    """

    def __init__(self, network: nn.Module, mixtures: Mixtures) -> None:
        """Connect the parts."""
        self.network, self.mixtures = network, mixtures

    def backward(self, number: int) -> float:
        """See `Objective`."""
        stems = waveforms(self.mixtures.batch(number))
        loss = (self.network(stems.sum(dim=1)) - stems).abs().mean()
        loss.backward()
        return float(loss.detach())


def make(
    network: nn.Module, table: Mapping[str, Any], data: Mapping[str, Any], songs: Path | None, out: Path
) -> Task:
    """The task of a network of waveforms; see `make_task`."""
    filled(NoSettings, table, "objective")
    mixtures, valid = training_songs(data, songs, out)
    validate = None if valid is None else Validation(valid)
    return Task(WaveformObjective(network, mixtures), validate)


def sound(network: nn.Module, table: Mapping[str, Any]) -> Sound:
    """See `sound_of`."""
    return Sound(STEMS, POOL_RATE_HZ)
