"""Changing the sample rate of a stream with a short, exactly known delay and a state that can be copied."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

REACH_FRAMES = 48
CUTOFF = 0.97
BETA = 9.0
LONGEST_PERIOD_FRAMES = 1024
SHORTEST_PERIOD_FRAMES = 128
CHUNK_FRAMES = 2048
SMALL_PRODUCT = 200_000

RateState = tuple[int, int, int, NDArray[np.float32]]


class RateStream:
    """A windowed-sinc resampler: output frame m is the input at time m * from_hz / to_hz.

    An output frame comes out as soon as the input reaches `reach_frames` beyond it, so the delay is some
    milliseconds where block-wise converters need tens. What comes out does not depend on the blocks.

    Args:
        from_hz: rate of what goes in.
        to_hz: rate of what comes out.
        channels: number of channels.
    """

    def __init__(self, from_hz: int, to_hz: int, channels: int) -> None:
        shared = math.gcd(from_hz, to_hz)
        self._up, self._down = to_hz // shared, from_hz // shared
        self._channels = channels
        self.reach_frames = 0 if from_hz == to_hz else math.ceil(REACH_FRAMES * max(1.0, from_hz / to_hz))
        repeats = self.reach_frames > 0 and self._up <= LONGEST_PERIOD_FRAMES
        self._period = _matrix(self._up, self._down, self.reach_frames) if repeats else None
        self.reset()

    def reset(self) -> None:
        """Forget what was fed."""
        self._fed = self._made = 0
        self._first = -self.reach_frames
        self._kept = np.zeros((self.reach_frames, self._channels), np.float32)

    def ready_frames(self, fed_frames: int) -> int:
        """How many frames have come out once so many have gone in."""
        reached = fed_frames - self.reach_frames
        return max(0, -(-reached * self._up // self._down))

    def needed_frames(self, made_frames: int) -> int:
        """How many frames must have gone in until so many have come out."""
        return (made_frames - 1) * self._down // self._up + self.reach_frames + 1 if made_frames > 0 else 0

    def state(self) -> RateState:
        """What `restore` needs to go on from here; cheap."""
        return self._fed, self._made, self._first, self._kept

    def restore(self, state: RateState) -> None:
        """Go on from where `state` was taken."""
        self._fed, self._made, self._first, self._kept = state

    def process(self, block: NDArray[np.float32], last: bool = False) -> NDArray[np.float32]:
        """Take `(n, channels)` and return the frames that are ready, `(m, channels)`.

        With `last` the rest comes out, in total `round(fed * to_hz / from_hz)` frames; `reset` must follow.
        """
        self._fed += len(block)
        if self.reach_frames == 0:
            self._made = self._fed
            return block
        ready = round(self._fed * self._up / self._down) if last else self.ready_frames(self._fed)
        parts = [self._kept, block]
        if last:
            parts.append(np.zeros((self.reach_frames + 1, self._channels), np.float32))
        heard = np.concatenate(parts)
        out = np.empty((max(0, ready - self._made), self._channels), np.float32)
        fill = self._fill_by_phase if self._period is None else self._fill_by_period
        fill(out, heard)
        self._made += len(out)
        keep = self._origin(self._made)
        self._kept = heard[keep - self._first :].copy()
        self._first = keep
        return out

    def _origin(self, frame: int) -> int:
        """The first input frame that is needed from this output frame on."""
        if self._period is not None:
            frame -= frame % len(self._period)
        return frame * self._down // self._up - self.reach_frames + 1

    def _fill_by_period(self, out: NDArray[np.float32], heard: NDArray[np.float32]) -> None:
        """Where the phases repeat soon: whole periods as products with one matrix.

        Products are always of the same form, so the blocks do not show in the last bit, and small, so that
        they are not spread over threads.
        """
        period = self._period
        if period is None:
            return
        length, needed = period.shape
        rows = max(1, SMALL_PRODUCT // (needed * self._channels))
        frame, end = self._made, self._made + len(out)
        while frame < end:
            begin = frame - frame % length
            first = self._origin(begin) - self._first
            window = heard[first : first + needed]
            if len(window) < needed:
                window = np.pad(window, ((0, needed - len(window)), (0, 0)))
            part = (frame - begin) // rows * rows
            made = period[part : part + rows] @ window
            stop = min(end, begin + part + len(made))
            out[frame - self._made : stop - self._made] = made[frame - begin - part : stop - begin - part]
            frame = stop

    def _fill_by_phase(self, out: NDArray[np.float32], heard: NDArray[np.float32]) -> None:
        """For odd ratios: every frame with taps of its own."""
        for start in range(0, len(out), CHUNK_FRAMES):
            frames = np.arange(self._made + start, self._made + min(start + CHUNK_FRAMES, len(out)))
            place, phase = np.divmod(frames.astype(np.int64) * self._down, self._up)
            windows = sliding_window_view(heard, 2 * self.reach_frames, axis=0)
            windows = windows[place - self.reach_frames + 1 - self._first]
            taps = _taps(phase, self._up, self._down, self.reach_frames)
            out[start : start + len(frames)] = np.matmul(windows, taps[:, :, None])[..., 0]


@lru_cache(maxsize=8)
def _matrix(up: int, down: int, reach: int) -> NDArray[np.float32]:
    """One period of output frames from the input frames they need, `(frames, needed)`."""
    frames = up * -(-SHORTEST_PERIOD_FRAMES // up)
    place, phase = np.divmod(np.arange(frames) * down, up)
    matrix = np.zeros((frames, int(place[-1]) + 2 * reach), np.float32)
    columns = place[:, None] + np.arange(2 * reach)
    matrix[np.arange(frames)[:, None], columns] = _taps(phase, up, down, reach)
    return matrix


def _taps(phases: NDArray[np.int64], up: int, down: int, reach: int) -> NDArray[np.float32]:
    """Filter taps for phases of one input frame, `(phases, 2 * reach)`, unity at zero frequency."""
    cutoff = CUTOFF * min(1.0, up / down)
    away = np.arange(1 - reach, reach + 1)[None, :] - (phases / up)[:, None]
    taps = cutoff * np.sinc(cutoff * away) * np.interp(np.abs(away) / reach, *_window())
    taps /= taps.sum(axis=1, keepdims=True)
    return np.asarray(taps, np.float32)


@lru_cache(maxsize=1)
def _window() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Half a Kaiser window: places from 0 to 1, values from 1 down."""
    return np.linspace(0, 1, 8193), np.kaiser(16385, BETA)[8192:]
