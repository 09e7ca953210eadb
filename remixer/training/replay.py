"""Mixtures used more than once: making one costs as much as learning from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    Rows = tuple[Tensor, ...]


class Replay:
    """Keeps the mixtures of recent batches and deals them out again, shuffled.

    What is dealt for a number depends on that number alone: batches that are missing are made again.

    Args:
        reuse: how many numbers a fresh batch is made for; 1 uses every batch once, as it came.
        kept_batches: how many batches are kept to draw from.
        seed: decides what is drawn.
        rows: how many rows are dealt; 0 for as many as a batch has.
    """

    def __init__(self, reuse: int, kept_batches: int, seed: int, rows: int = 0) -> None:
        """Start empty."""
        self._reuse, self._kept, self._seed, self._rows = max(1, reuse), max(1, kept_batches), seed, rows
        self._batches: dict[int, Rows] = {}

    def draw(self, number: int, fresh: Callable[[int], Rows]) -> Rows:
        """Rows of a number: tensors with a common first axis, as `fresh` makes them."""
        if self._reuse == 1:
            return fresh(number)
        newest = number - number % self._reuse
        oldest = max(0, newest - (self._kept - 1) * self._reuse)
        wanted = range(oldest, newest + 1, self._reuse)
        self._batches = {one: self._batches.get(one) or fresh(one) for one in wanted}
        return self._gather(number)

    def _gather(self, number: int) -> Rows:
        batches = list(self._batches.values())
        rng = np.random.default_rng((self._seed, number, 1))
        rows = len(batches[0][0])
        places = rng.permutation(rows)[: self._rows or rows]
        chosen = [(batches[int(rng.integers(len(batches)))], int(row)) for row in places]
        return tuple(
            torch.stack([batch[part][row] for batch, row in chosen]) for part in range(len(batches[0]))
        )
