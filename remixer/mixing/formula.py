"""The difference formula itself, with gains that ramp: y = r x + sum (g_k - r) s_k."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]

RAMP_SECONDS = 0.010
BLOCK_FRAMES = 2048


def ramp_frames(rate: int) -> int:
    """Return the length of every ramp and crossfade at that rate."""
    return max(1, round(rate * RAMP_SECONDS))


class Formula:
    """Mixes a song and its stems by factors that move over a fixed number of frames.

    The factors are those of the formula: `g_k - r` for each stem and `r` for
    the song. A factor that is and stays zero costs nothing and changes
    nothing, so with all gains at one the output is the song, bit for bit. A
    ramp is counted in frames rendered: how they are cut into blocks makes no
    difference.

    Args:
        stem_count: how many stems there are.
        ramp: frames a change of gain takes.
    """

    def __init__(self, stem_count: int, ramp: int) -> None:
        self.ramp = ramp
        self._up = np.repeat(
            (np.arange(1, ramp + 1, dtype=np.float32) / np.float32(ramp))[:, None], 2, axis=1
        )
        self._factors = np.zeros((stem_count + 1, 2), np.float32)
        self._from = self._factors.copy()
        self._step = self._factors.copy()
        self._done = ramp
        self._rows = [(np.float32(0), np.float32(0))] * (stem_count + 1)
        self._moving = [False] * (stem_count + 1)
        self._term = np.zeros((BLOCK_FRAMES, 2), np.float32)
        self._factor = np.zeros((BLOCK_FRAMES, 2), np.float32)

    def set_gains(self, gains: Audio, at_once: bool = False) -> None:
        """Go to new gains, by a ramp unless `at_once`.

        Args:
            gains: (stems + 1, 2), left and right gain of each stem, the residual last.
            at_once: no ramp; for what is not heard.
        """
        factors = gains - gains[-1]
        factors[-1] = gains[-1]
        if at_once:
            self._done = self.ramp
            self._settle(factors)
            return
        now = self._now()
        if self._done >= self.ramp and np.array_equal(now, factors):
            return
        self._from, self._step, self._done = now, factors - now, 0
        self._factors = factors
        self._moving = [bool(row.any()) for row in self._step]
        self._rows = _rows(now)

    @property
    def frames_left(self) -> int:
        """Frames until the ramp under way ends; 0 if there is none."""
        return self.ramp - self._done

    def active(self, stem: int) -> bool:
        """Return whether a stem is heard apart from the song in the next frames."""
        left, right = self._rows[stem]
        return self._moving[stem] or bool(left) or bool(right)

    def memento(self) -> tuple[Audio, Audio, Audio, int, list[bool], list[tuple[np.float32, np.float32]]]:
        """Return what `restore` needs to render the next frames once more."""
        return self._factors, self._from, self._step, self._done, self._moving, self._rows

    def restore(
        self, state: tuple[Audio, Audio, Audio, int, list[bool], list[tuple[np.float32, np.float32]]]
    ) -> None:
        """Go back to where `memento` was called."""
        self._factors, self._from, self._step, self._done, self._moving, self._rows = state

    def render(self, song: Audio, stems: Sequence[Audio | None], out: Audio) -> None:
        """Mix the next frames.

        Args:
            song: (n, 2), at most `BLOCK_FRAMES` long, and not beyond the end of a ramp.
            stems: (n, 2) for each stem that is active, None for one that is not there.
            out: (n, 2), filled.
        """
        ramping = self._done < self.ramp
        term = self._term[: len(out)]
        self._scale(-1, song, out)
        for number, stem in enumerate(stems):
            if stem is not None and self.active(number):
                self._scale(number, stem, term)
                np.add(out, term, out=out)
        if ramping:
            self._done += len(out)
            if self._done >= self.ramp:
                self._settle(self._factors)

    def _scale(self, row: int, audio: Audio, out: Audio) -> None:
        if self._moving[row]:
            factor = self._factor[: len(out)]
            multiply(
                self._up[self._done : self._done + len(out)], self._step[row, 0], self._step[row, 1], factor
            )
            np.add(factor[:, 0], self._rows[row][0], out=factor[:, 0])
            np.add(factor[:, 1], self._rows[row][1], out=factor[:, 1])
            np.multiply(audio, factor, out=out)
        else:
            multiply(audio, *self._rows[row], out)

    def _now(self) -> Audio:
        if self._done >= self.ramp:
            return self._factors
        if self._done == 0:
            return self._from
        now: Audio = self._from + self._step * self._up[self._done - 1, 0]
        return now

    def _settle(self, factors: Audio) -> None:
        self._factors = factors
        self._rows = _rows(factors)
        self._moving = [False] * len(self._rows)


def multiply(audio: Audio, left: np.float32, right: np.float32, out: Audio) -> None:
    """Multiply the channels of (n, 2) audio, at the speed of one multiplication where they are alike."""
    if left == right:
        if left == 1.0:
            out[:] = audio
        elif left == 0.0:
            out.fill(0.0)
        else:
            np.multiply(audio, left, out=out)
        return
    np.multiply(audio[:, 0], left, out=out[:, 0])
    np.multiply(audio[:, 1], right, out=out[:, 1])


def _rows(factors: Audio) -> list[tuple[np.float32, np.float32]]:
    return [(row[0], row[1]) for row in factors]
