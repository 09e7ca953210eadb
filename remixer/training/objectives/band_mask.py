"""The objective of the band maskers: exact spectral losses of real masks, computed on sums over bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from remixer.errors import InputError
from remixer.training.config import filled
from remixer.training.losses import BandSums, backward_by_row, band_sums
from remixer.training.pool import POOL_RATE_HZ, STEMS
from remixer.training.replay import Replay
from remixer.training.songs import Validation, training_songs
from remixer.training.task import Sound, Task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from remixer.networks.band_masker import BandMasker
    from remixer.training.mixtures import Mixtures


@dataclass(frozen=True)
class BandMaskConfig:
    """Weights of the two losses, precision, and how often a mixture is used (see `Replay`).

    `bfloat16` is faster where the processor has units for matrices of it, and slower elsewhere.
    """

    sdr_weight: float = 0.1
    magnitude_weight: float = 0.25
    bfloat16: bool = False
    compiled: bool = False
    reuse: int = 1
    kept_batches: int = 24


class BandMaskObjective:
    """Spectral L1 and negative SDR of all stems of a mixture.

    Args:
        network: the band masker that learns.
        mixtures: where batches come from.
        config: weights and precision.
    """

    def __init__(self, network: BandMasker, mixtures: Mixtures, config: BandMaskConfig) -> None:
        """Connect the parts."""
        self.network, self.mixtures, self.config = network, mixtures, config
        self._replay = Replay(config.reuse, config.kept_batches, mixtures.seed)

    def backward(self, number: int) -> float:
        """See `Objective`."""
        config = self.config
        parts = self._replay.draw(number, self._fresh)
        sums = BandSums(parts[:-3], *parts[-3:])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=config.bfloat16):
            logits = self.network.logits(self.network.features(*sums.powers))
        return backward_by_row(self.network, logits, sums, config.magnitude_weight, config.sdr_weight)

    def _fresh(self, number: int) -> tuple[Tensor, ...]:
        sums = band_sums(self.network, self.mixtures.batch(number), POOL_RATE_HZ, self.config.compiled)
        return (*sums.powers, sums.mixture, sums.cross, sums.stems)


def make(
    network: BandMasker, table: Mapping[str, Any], data: Mapping[str, Any], songs: Path | None, out: Path
) -> Task:
    """The task of a band masker; see `make_task`.

    Raises:
        InputError: its stems are others, or in another order, than those of the mixtures.
    """
    config = filled(BandMaskConfig, table, "objective")
    if network.config.stems != STEMS:
        raise InputError(f"[network] stems must be {', '.join(STEMS)}, in this order.")
    mixtures, valid = training_songs(data, songs, out)
    validate = None if valid is None else Validation(valid, network.config.stems)
    return Task(BandMaskObjective(network, mixtures, config), validate)


def sound(network: BandMasker, table: Mapping[str, Any]) -> Sound:
    """See `sound_of`."""
    return Sound(network.config.stems, POOL_RATE_HZ)
