"""L1 on the waveforms of all stems, the objective of HS-TasNet (Venkatesh et al. 2024, Section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from remixer.errors import InputError
from remixer.training.config import filled
from remixer.training.objectives.signals import require_stems, waveforms
from remixer.training.pool import POOL_RATE_HZ, STEMS
from remixer.training.songs import Validation, training_songs
from remixer.training.task import Sound, Task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import nn

    from remixer.training.mixtures import Mixtures


@dataclass(frozen=True)
class WaveformConfig:
    """The stems the network returns, in its order."""

    stems: tuple[str, ...] = STEMS


class WaveformObjective:
    """Mean absolute error of all samples of the network's stems.

    Args:
        network: `(batch, 2, frames)` at the pool's rate to `(batch, stems, 2, frames)`.
        mixtures: where batches come from.
        config: which stems these are.
    """

    def __init__(self, network: nn.Module, mixtures: Mixtures, config: WaveformConfig) -> None:
        """Connect the parts."""
        self.network, self.mixtures = network, mixtures
        self._places = [STEMS.index(stem) for stem in config.stems]

    def backward(self, number: int) -> float:
        """See `Objective`."""
        stems = waveforms(self.mixtures.batch(number))
        loss = (self.network(stems.sum(dim=1)) - stems[:, self._places]).abs().mean()
        loss.backward()
        return float(loss.detach())


def make(
    network: nn.Module, table: Mapping[str, Any], data: Mapping[str, Any], songs: Path | None, out: Path
) -> Task:
    """The task of a network of waveforms; see `make_task`.

    Raises:
        InputError: the network is not stereo, or returns other stems than are said.
    """
    config = _config(table)
    if (getattr(network, "stems", 0), getattr(network, "channels", 0)) != (len(config.stems), 2):
        raise InputError(
            f"[objective] stems = {list(config.stems)} needs a stereo network of {len(config.stems)} stems."
        )
    mixtures, valid = training_songs(data, songs, out)
    validate = None if valid is None else Validation(valid, config.stems)
    return Task(WaveformObjective(network, mixtures, config), validate)


def sound(network: nn.Module, table: Mapping[str, Any]) -> Sound:
    """See `sound_of`."""
    return Sound(_config(table).stems, POOL_RATE_HZ)


def _config(table: Mapping[str, Any]) -> WaveformConfig:
    config = filled(WaveformConfig, table, "objective")
    require_stems(config.stems)
    return WaveformConfig(tuple(config.stems))
