"""Counting the blocks that a sound device did not get in time."""

from __future__ import annotations

from remixer.playback.priority import end_priority

_STORM_BLOCKS = 50


class Xruns:
    """Counts xruns; where most blocks are some, the thread is never done and yields to others.

    A sound server that waits for a processor makes its clients run dry; a client that spins ahead of it
    would keep it waiting for ever.
    """

    def __init__(self) -> None:
        self.count = 0
        self._trouble = 0

    def add(self, ran_dry: bool) -> None:
        """Count one block. Thread: audio."""
        self.count += ran_dry
        self._trouble = max(0, self._trouble + (1 if ran_dry else -1))
        if self._trouble == _STORM_BLOCKS:
            end_priority()
