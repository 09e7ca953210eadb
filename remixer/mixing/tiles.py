"""Which take is heard in which tile, and the crossfades between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixer.song.take import TILE_FRAMES, Take


class Source:
    """A take as the mixer reads it: plain arrays instead of mapped ones, stems in the mixer's order.

    Args:
        take: the take.
        stems: the mixer's stems; one that the take lacks is None in `stems`.
    """

    def __init__(self, take: Take, stems: Sequence[str]) -> None:
        self.take = take
        self.take_id = take.id
        self.coverage: NDArray[np.uint8] = take.coverage.view(np.ndarray)
        audio: NDArray[np.float32] = take.audio.view(np.ndarray)
        self.frames = audio.shape[1]
        self.stems: tuple[NDArray[np.float32] | None, ...] = tuple(
            audio[take.stems.index(name)] if name in take.stems else None for name in stems
        )

    def covers(self, tile: int) -> bool:
        """Return whether a tile's stems are there."""
        return 0 <= tile < len(self.coverage) and self.coverage[tile] != 0


@dataclass(slots=True)
class Stretch:
    """A run of frames with one rule.

    Attributes:
        frames: how many.
        old: the source heard; None for the song alone.
        new: the source faded to, if `fade` is not None.
        fade: how far into the crossfade the first frame is, or None.
    """

    frames: int
    old: Source | None
    new: Source | None
    fade: int | None


class TileWalk:
    """Walks through a song and says which source is heard.

    The best source that covers a tile is decided when the tile is entered,
    and what follows it a crossfade before its end; both hold until then, so
    that a source that comes up in between makes no step. A source is never
    read where it does not cover: it is left inside its last tile and taken up
    inside its first. Where two takes meet, the fade is linear: stems of one
    song are alike, and a linear fade keeps their level.

    Args:
        fade: frames a crossfade takes.
        sources: best first.
    """

    def __init__(self, fade: int, sources: Sequence[Source] = ()) -> None:
        self.sources = tuple(sources)
        self._fade = fade
        self._expected = -1
        self._tile = -1
        self._now: Source | None = None
        self._then: Source | None = None
        self._fade_start = -1
        self._end_decided = False
        self._stretch = Stretch(0, None, None, None)

    @property
    def heard(self) -> Source | None:
        """The source at the end of the last stretch; None for the song alone."""
        return self._now

    def memento(self) -> tuple[int, int, Source | None, Source | None, int, bool]:
        """Return what `restore` needs to walk the next frames once more."""
        return self._expected, self._tile, self._now, self._then, self._fade_start, self._end_decided

    def restore(self, state: tuple[int, int, Source | None, Source | None, int, bool]) -> None:
        """Go back to where `memento` was called."""
        self._expected, self._tile, self._now, self._then, self._fade_start, self._end_decided = state

    def leave(self) -> None:
        """Forget where the walk was: the next stretch begins anew."""
        self._expected = -1

    def next(self, position: int, limit: int) -> Stretch:
        """Return the stretch that begins at a frame, at most `limit` frames long.

        A position that does not follow the last stretch begins anew there.
        The value returned is overwritten by the next call.
        """
        tile, offset = divmod(position, TILE_FRAMES)
        if position != self._expected:
            self._tile, self._now, self._fade_start, self._end_decided = tile, self._best(tile), -1, False
        elif tile != self._tile:
            self._enter(tile, position)
        if self._fade_start >= 0 and position - self._fade_start >= self._fade:
            self._now, self._fade_start = self._then, -1
        end = TILE_FRAMES - self._fade
        if self._fade_start < 0 and offset >= end and not self._end_decided:
            self._decide_end(tile, position - offset + end)
        limit = min(limit, TILE_FRAMES - offset)
        if offset < end:
            limit = min(limit, end - offset)
        if self._fade_start >= 0:
            limit = min(limit, self._fade_start + self._fade - position)
        return self._say(position, limit)

    def _say(self, position: int, frames: int) -> Stretch:
        self._expected = position + frames
        stretch = self._stretch
        stretch.frames, stretch.old = frames, self._now
        fading = self._fade_start >= 0
        stretch.new = self._then if fading else None
        stretch.fade = position - self._fade_start if fading else None
        return stretch

    def _enter(self, tile: int, position: int) -> None:
        if self._fade_start >= 0:
            self._now, self._fade_start = self._then, -1
        self._tile, self._end_decided = tile, False
        best = self._best(tile)
        if best is not self._now:
            if self._now is not None and not self._now.covers(tile):
                self._now = None
            self._then, self._fade_start = best, position

    def _decide_end(self, tile: int, end_start: int) -> None:
        self._end_decided = True
        now = self._now
        if now is None or now.covers(tile + 1) or (tile + 1) * TILE_FRAMES >= now.frames:
            return
        following = self._best(tile + 1)
        self._then = following if following is not None and following.covers(tile) else None
        self._fade_start = end_start

    def _best(self, tile: int) -> Source | None:
        for source in self.sources:
            if source.covers(tile):
                return source
        return None
