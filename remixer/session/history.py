"""Undo and redo of whole values."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_TOGETHER_SECONDS = 1.0
_KEPT = 200


class History(Generic[T]):
    """The values a thing had, with a way back.

    Changes of the same key that follow each other quickly count as one: a
    fader's whole way is undone at once.

    Args:
        value: the value at the beginning.
    """

    def __init__(self, value: T) -> None:
        self.value = value
        self._past: list[T] = []
        self._future: list[T] = []
        self._key = ""
        self._changed_seconds = float("-inf")

    def change(self, value: T, key: str, now_seconds: float) -> None:
        """Take a new value; `key` says what was changed."""
        if value == self.value:
            return
        together = key == self._key and now_seconds - self._changed_seconds < _TOGETHER_SECONDS
        if not together:
            self._past = [*self._past, self.value][-_KEPT:]
        self.value, self._key, self._changed_seconds = value, key, now_seconds
        self._future.clear()

    def recast(self, turn: Callable[[T], T]) -> None:
        """Turn every value into another one; what is no change between the new ones is no step any more."""
        self.value = turn(self.value)
        self._past = _steps(self._past, self.value, turn)
        self._future = _steps(self._future, self.value, turn)
        self._key = ""

    @property
    def can_undo(self) -> bool:
        """Whether there is a way back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a way forward again."""
        return bool(self._future)

    def undo(self) -> bool:
        """Go one change back; return whether there was one."""
        return self._step(self._past, self._future)

    def redo(self) -> bool:
        """Go one change forward again; return whether there was one."""
        return self._step(self._future, self._past)

    def _step(self, source: list[T], target: list[T]) -> bool:
        if not source:
            return False
        target.append(self.value)
        self.value = source.pop()
        self._key = ""
        return True


def _steps(values: list[T], now: T, turn: Callable[[T], T]) -> list[T]:
    """Return turned values, the one beside the present value last, without those equal to their neighbour."""
    turned = [*map(turn, values), now]
    return [value for value, nearer in itertools.pairwise(turned) if value != nearer]
