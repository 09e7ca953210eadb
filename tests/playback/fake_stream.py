"""A causal model without a network: a short filter with a delay, and a count of what it was fed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]

GAINS = np.array([0.4, 0.3, 0.2, 0.05], np.float32)
MEMORY = 1000
DELAY = 700


def separated(song: Audio, lasting: float = 0.0) -> Audio:
    """Return what the model makes of a whole song, (4, frames, 2).

    `lasting` says how much of all that was heard stays for ever.
    """
    echo = np.concatenate([np.zeros((MEMORY, 2), np.float32), song])[: len(song)]
    past = np.cumsum(song, axis=0, dtype=np.float64) * lasting if lasting else np.zeros_like(song)
    return GAINS[:, None, None] * (song + np.float32(0.5) * echo + past.astype(np.float32))


class FakeStream:
    """Makes each stem from a frame and the one `MEMORY` before it, `DELAY` frames late."""

    budget_ms = 11.6
    total_latency_frames = DELAY
    grid_frames = 1

    def __init__(self, rate_hz: int = 44_100, lasting: float = 0.0) -> None:
        self.rate_hz = rate_hz
        self.lasting = lasting
        self.total_fed = 0
        self.hop_times = np.array([1.0, 2.0], np.float32)
        self.reset()

    def reset(self) -> None:
        self._past = np.zeros((0, 2), np.float32)
        self.made_frames = 0

    @property
    def fed_frames(self) -> int:
        return len(self._past)

    def state(self) -> Any:
        return self._past, self.made_frames

    def restore(self, state: Any) -> None:
        self._past, self.made_frames = state

    def process(self, block: Audio) -> Audio:
        self._past = np.concatenate([self._past, block])
        self.total_fed += len(block)
        return self._give(max(0, len(self._past) - DELAY))

    def flush(self) -> Audio:
        made = self._give(len(self._past))
        self.reset()
        return made

    def _give(self, end: int) -> Audio:
        made = separated(self._past, self.lasting)[:, self.made_frames : end]
        self.made_frames = max(self.made_frames, end)
        return made
