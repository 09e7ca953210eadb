"""One mixer for the loudspeaker and for files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remixer.mixing.controls import DEFAULT, STEMS, Controls
from remixer.mixing.formula import BLOCK_FRAMES, Formula, ramp_frames
from remixer.mixing.tiles import Source, Stretch, TileWalk
from remixer.song.song import Song
from remixer.song.take import Take

Audio = NDArray[np.float32]


class Mixer:
    """Renders a song with its stems at the faders' gains.

    The output depends on the controls and on the frames at which they were
    set, not on how the frames are cut into blocks.

    Args:
        song: the song.
        takes: its takes, the preferred one first; where none covers a tile the song is heard as it is.
        stems: the stems there are faders for; others belong to the residual.
        controls: the faders at the beginning.

    Thread: one at a time; `use` and `set_controls` are called by the one that renders.
    """

    def __init__(
        self,
        song: Song,
        takes: Sequence[Take] = (),
        stems: Sequence[str] = STEMS,
        controls: Controls = DEFAULT,
    ) -> None:
        self.song = song
        self.stems = tuple(stems)
        self.controls = controls
        self.ramp_frames = ramp_frames(song.rate)
        self._mixture: Audio = song.mixture.view(np.ndarray)
        self._formula = Formula(len(self.stems), self.ramp_frames)
        self._formula.set_gains(controls.gains(self.stems), at_once=True)
        self._walk = TileWalk(self.ramp_frames)
        self._up = np.repeat(
            (np.arange(1, self.ramp_frames + 1, dtype=np.float32) / np.float32(self.ramp_frames))[:, None],
            2,
            axis=1,
        )
        self._down = np.float32(1) - self._up
        self._faded = np.zeros((len(self.stems), self.ramp_frames, 2), np.float32)
        self._term = np.zeros((self.ramp_frames, 2), np.float32)
        self._parts: list[Audio | None] = [None] * len(self.stems)
        self.use(takes)

    @property
    def heard(self) -> str:
        """The id of the take heard last; empty for the song as it is."""
        source = self._walk.heard
        return source.take_id if source is not None else ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The takes in use, best first."""
        return self._walk.sources

    def use(self, takes: Sequence[Take]) -> None:
        """Take the stems from these takes, best first, from the next tile on, by a crossfade."""
        known = {id(source.take): source for source in self._walk.sources}
        self._walk.sources = tuple(known.get(id(take)) or Source(take, self.stems) for take in takes)

    def set_controls(self, controls: Controls, at_once: bool = False) -> None:
        """Move the faders; the next frames ramp to them, unless that has to be `at_once`."""
        self.controls = controls
        self._formula.set_gains(controls.gains(self.stems), at_once)

    @property
    def complete(self) -> bool:
        """Whether all of the song is mapped."""
        return self.song.complete and len(self._mixture) >= self.song.frames

    def refresh(self) -> None:
        """Map what the decoder has added. Thread: any but the one that renders."""
        self.song.refresh()
        self._mixture = self.song.mixture.view(np.ndarray)

    def render(self, position: int, frames: int, out: Audio) -> None:
        """Fill `out` with the mix of a run of frames; outside the song it is silent.

        Args:
            position: the first frame, anywhere.
            frames: how many.
            out: at least (frames, 2).
        """
        done = 0
        end = min(self.song.frames, len(self._mixture))
        while done < frames:
            at = position + done
            left = min(frames - done, BLOCK_FRAMES)
            ramp = self._formula.frames_left
            limit = min(left, ramp) if ramp else left
            if 0 <= at < end:
                stretch = self._walk.next(at, min(limit, end - at))
                self._stretch(at, stretch, out[done : done + stretch.frames])
                done += stretch.frames
            else:
                count = min(limit, -at) if at < 0 else limit
                self._silence(out[done : done + count])
                done += count

    def peek(self, position: int, frames: int, out: Audio) -> None:
        """Render without moving on: ramps and crossfades stay where they are."""
        formula, walk = self._formula.memento(), self._walk.memento()
        self.render(position, frames, out)
        self._formula.restore(formula)
        self._walk.restore(walk)

    def leave(self) -> None:
        """Begin anew at the next frame rendered, even if it follows the last one."""
        self._walk.leave()

    def _stretch(self, at: int, stretch: Stretch, out: Audio) -> None:
        until = at + stretch.frames
        for number in range(len(self.stems)):
            part = None
            if self._formula.active(number):
                if stretch.fade is not None:
                    part = self._crossfade(number, at, stretch)
                elif stretch.old is not None:
                    whole = stretch.old.stems[number]
                    part = whole[at:until] if whole is not None else None
            self._parts[number] = part
        self._formula.render(self._mixture[at:until], self._parts, out)

    def _crossfade(self, number: int, at: int, stretch: Stretch) -> Audio | None:
        old = stretch.old.stems[number] if stretch.old is not None else None
        new = stretch.new.stems[number] if stretch.new is not None else None
        if old is None and new is None:
            return None
        fade, until = stretch.fade or 0, at + stretch.frames
        part = self._faded[number, : stretch.frames]
        up, down = self._up[fade : fade + len(part)], self._down[fade : fade + len(part)]
        if old is None:
            part.fill(0.0)
        else:
            np.multiply(old[at:until], down, out=part)
        if new is not None:
            term = self._term[: len(part)]
            np.multiply(new[at:until], up, out=term)
            np.add(part, term, out=part)
        return part

    def _silence(self, out: Audio) -> None:
        out.fill(0.0)
        self._formula.render(out, [None] * len(self.stems), out)
