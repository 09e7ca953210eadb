"""Mixtures used more than once: making one costs as much as learning from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from remixer.training.losses import BandSums

if TYPE_CHECKING:
    from collections.abc import Callable


class Replay:
    """Keeps the mixtures of recent batches and deals them out again, shuffled.

    Args:
        reuse: how many steps a fresh batch is made for; 1 uses every batch once, as it came.
        kept_batches: how many batches are kept to draw from.
        seed: decides what is drawn.
    """

    def __init__(self, reuse: int, kept_batches: int, seed: int) -> None:
        """Start empty."""
        self._reuse, self._kept, self._seed = max(1, reuse), max(1, kept_batches), seed
        self._batches: list[BandSums] = []

    def draw(self, step: int, fresh: Callable[[], BandSums]) -> BandSums:
        """The mixtures of a step, after a fresh batch was added if it is time for one."""
        if self._reuse == 1:
            return fresh()
        if not self._batches or step % self._reuse == 0:
            self._batches.append(fresh())
            del self._batches[: -self._kept]
        rng = np.random.default_rng((self._seed, step, 1))
        rows = len(self._batches[0].mixture)
        chosen = [(int(rng.integers(len(self._batches))), int(row)) for row in rng.permutation(rows)]
        return self._gather(chosen)

    def _gather(self, chosen: list[tuple[int, int]]) -> BandSums:
        batches = self._batches
        parts = len(batches[0].powers)
        powers = tuple(torch.stack([batches[b].powers[p][r] for b, r in chosen]) for p in range(parts))
        return BandSums(
            powers,
            torch.stack([batches[b].mixture[r] for b, r in chosen]),
            torch.stack([batches[b].cross[r] for b, r in chosen]),
            torch.stack([batches[b].stems[r] for b, r in chosen]),
        )
