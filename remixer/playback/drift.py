"""Two devices with two clocks: what one records made to fit what the other asks for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]

_RING_SECONDS = 2
_SMOOTHING_SECONDS = 2.0
_CORRECTION_SECONDS = 20.0
_MOST = 0.002
_LEAD = 2


class DriftBridge:
    """A buffer read at a pace that follows the one it is filled at.

    Clocks of two devices differ by some millionths; the reading pace is
    corrected by as little as keeps the buffer about as full as at the
    beginning. Between frames a cubic curve is read.

    Args:
        in_hz: the rate of what comes in, by its own clock.
        out_hz: the rate of what is asked for, by its own clock.
        target_frames: how full the buffer is kept; frames of what comes in.

    Attributes:
        gaps: how often it ran dry or over.

    Thread: one puts, one gets.
    """

    def __init__(self, in_hz: int, out_hz: int, target_frames: int) -> None:
        self.gaps = 0
        self.correction = 0.0
        self._ring = np.zeros((_RING_SECONDS * in_hz + target_frames, 2), np.float32)
        self._ratio = in_hz / out_hz
        self._out_hz = out_hz
        self._in_hz = in_hz
        self._target = target_frames
        self._fill = float(target_frames)
        self._put = 0
        self._at = float(_LEAD - target_frames)
        self._flowing = False
        self._flows_from = target_frames

    @property
    def delay_frames(self) -> int:
        """How many frames of what comes in lie in the buffer on average."""
        return self._target

    def put(self, block: Audio) -> None:
        """Take what was recorded, (n, 2). Thread: audio in."""
        start = self._put % len(self._ring)
        first = min(len(block), len(self._ring) - start)
        self._ring[start : start + first] = block[:first]
        self._ring[: len(block) - first] = block[first:]
        self._put += len(block)

    def get(self, out: Audio) -> None:
        """Fill what is asked for, (n, 2); silence where nothing has come. Thread: audio out."""
        put = self._put
        if not self._flowing:
            if put < self._flows_from:
                out.fill(0.0)
                return
            self._flowing, self._at, self._fill = True, float(put - self._target), float(self._target)
        self._follow(put, len(out))
        step = self._ratio * (1.0 + self.correction)
        places = self._at + step * np.arange(len(out))
        dry = places[-1] + _LEAD >= put
        if dry or put - self._at > len(self._ring) - _LEAD:
            self.gaps += 1
            self._flowing = False
            self._flows_from = put + self._target if dry else put
            out.fill(0.0)
            return
        self._read(places, out)
        self._at += step * len(out)

    def _follow(self, put: int, frames: int) -> None:
        share = min(1.0, frames / self._out_hz / _SMOOTHING_SECONDS)
        self._fill += share * (put - self._at - self._fill)
        wanted = (self._fill - self._target) / (self._in_hz * _CORRECTION_SECONDS)
        self.correction = min(_MOST, max(-_MOST, wanted))

    def _read(self, places: NDArray[np.floating], out: Audio) -> None:
        whole = np.floor(places).astype(np.int64)
        part = (places - whole).astype(np.float32)[:, None]
        before, here, next_, after = (
            self._ring[(whole + shift) % len(self._ring)] for shift in (-1, 0, 1, 2)
        )
        slope, next_slope = 0.5 * (next_ - before), 0.5 * (after - here)
        gap = here - next_
        out[:] = here + part * (
            slope + part * ((-3 * gap - 2 * slope - next_slope) + part * (2 * gap + slope + next_slope))
        )
