"""Counting how often a sound device did not get its blocks in time."""

from __future__ import annotations

from remixer.playback.priority import end_priority

_STORM_BLOCKS = 50


class Xruns:
    """Counts xruns, each once; where most blocks are some, the thread is never done and yields to others.

    A sound server that waits for a processor makes its clients run dry; a client that spins ahead of it
    would keep it waiting for ever.
    """

    def __init__(self) -> None:
        self.count = 0
        self._trouble = 0
        self._last: float | None = None

    def add(self, ran_dry: bool, woken: float) -> None:
        """Take notice of one block, and of when the device woke for it. Thread: audio.

        After an xrun it asks for several blocks in a row, and says of each that it ran dry.
        """
        if ran_dry and woken != self._last:
            self.count += 1
            self._last = woken
        self._trouble = max(0, self._trouble + (1 if ran_dry else -1))
        if self._trouble == _STORM_BLOCKS:
            end_priority()
