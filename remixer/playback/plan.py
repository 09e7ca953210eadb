"""What the live thread has to do next: which tiles are there, which are wanted, which can be made better."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remixer.song.song import Song
from remixer.song.take import PROVISIONAL, TILE_FRAMES, Take, tile_count

Audio = NDArray[np.float32]

AHEAD_SECONDS = 30.0
_BESIDE_TILES = 1
_SETTLED_SECONDS = 600.0


class Plan:
    """The playhead, and what covers the song around it.

    Attributes:
        take: the live take, filled here.
        better: takes that are heard instead of it.
        loop: a region that is repeated, in frames, or None.
        focus: the playhead's frame, and whether the song moves.
        held: tiles made again that are not written yet, because the old ones sound at this moment.
        late: tiles that were heard without stems, because these were not there yet.

    Thread: the control loop sets, the live thread asks.
    """

    def __init__(self) -> None:
        self.take: Take | None = None
        self.better: tuple[Take, ...] = ()
        self.loop: tuple[int, int] | None = None
        self.focus = (0, False)
        self.held: dict[int, Audio] = {}
        self.late = 0
        self._passed = (-1, False)

    def forget(self) -> None:
        """Turn to another song."""
        self.take, self.better, self.loop = None, (), None

    def covered(self, tile: int) -> bool:
        """Return whether some take has a tile."""
        takes = (self.take, *self.better)
        return any(take is not None and tile < len(take.coverage) and take.coverage[tile] for take in takes)

    def uncovered(self, song: Song, first: int) -> int | None:
        """Return the first tile from one on that is wanted soon and that nobody has."""
        end = min(tile_count(song.frames), first + int(AHEAD_SECONDS * song.rate) // TILE_FRAMES)
        order: Sequence[int] = range(first, end)
        if self.loop is not None and first * TILE_FRAMES < self.loop[1]:
            start, loop_end = self.loop[0] // TILE_FRAMES, tile_count(self.loop[1])
            order = [*range(first, min(end, loop_end)), *range(start, first), *range(loop_end, end)]
        return next((tile for tile in order if not self.covered(tile)), None)

    def provisional(self, song: Song, known: int) -> int | None:
        """Return the first tile that can be made again from the song's past.

        Where a better take comes up anyway, none; nor where the last place from
        which it can be done, tile `known`, lies too far back.
        """
        take = self.take
        if take is None or self.better:
            return None
        last = known + int(_SETTLED_SECONDS * song.rate) // TILE_FRAMES
        found = np.flatnonzero(take.coverage[:last] == PROVISIONAL)
        return next((int(tile) for tile in found if tile not in self.held), None)

    def beside_playhead(self, tile: int) -> bool:
        """Return whether a tile sounds at this moment, or may before it is written."""
        frame, moving = self.focus
        return moving and abs(tile - frame // TILE_FRAMES) <= _BESIDE_TILES

    def pass_tile(self, tile: int, moving: bool) -> None:
        """Take note of the tile the playhead is in now."""
        passed, was_moving = self._passed
        self._passed = (tile, moving)
        if moving and was_moving and tile == passed + 1 and not self.covered(tile):
            self.late += 1
