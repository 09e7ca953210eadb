"""A causal model led through a song: started anywhere, resumed where it has been, cut into tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from remixer.song.song import Song
from remixer.song.take import TILE_FRAMES

Audio = NDArray[np.float32]
Tile = tuple[int, Audio]

_BLOCK_FRAMES = 4096
_KEPT_EVERY_TILES = 16
_KEPT_MOMENTS = 256
_PATIENCE_TILES = 2
_GRID_SECONDS = 2.0


class Stream(Protocol):
    """What is needed of a `Streamer`."""

    grid_frames: int

    @property
    def fed_frames(self) -> int:
        """Frames that went in since the start."""

    @property
    def made_frames(self) -> int:
        """Frames that came out since the start."""

    def reset(self) -> None:
        """Start anew."""

    def state(self) -> Any:
        """Keep this moment."""

    def restore(self, state: Any) -> None:
        """Go on from a moment."""

    def process(self, block: Audio) -> Audio:
        """Feed (n, 2), return the stems that are ready, (stems, m, 2)."""

    def flush(self) -> Audio:
        """Return the rest and start anew."""


@dataclass(frozen=True)
class Moment:
    """A moment of a stream: its state, where it began, and what came out beyond the last whole tile."""

    state: Any
    origin: int
    rest: Audio


class TileStream:
    """Feeds a song to a causal model and gives its stems tile by tile.

    Moments are kept every so many tiles, and where the model is led away, so
    that a stretch is taken up exactly where it was left.

    What a recurrent network has heard fades slowly: begun in the middle of a
    song, what it makes is *provisional*, near what it makes after the whole of
    the song's past, and nearer the longer it runs; `settle` makes the latter.

    Args:
        stream: the model.
        song: the song that is fed.
        stems: how many stems the model makes.

    Attributes:
        next_tile: the tile that comes next.
        song: the song.

    Thread: one at a time.
    """

    def __init__(self, stream: Stream, song: Song, stems: int) -> None:
        self.next_tile = 0
        self._stream = stream
        self.song = song
        self._nothing = np.zeros((stems, 0, 2), np.float32)
        self._origin = 0
        self._rest = self._nothing
        self._running = False
        self._moments: dict[int, Moment] = {}

    @property
    def settled(self) -> bool:
        """Whether what comes out follows from all of the song before it."""
        return self._origin == 0

    @property
    def next_song_tile(self) -> int:
        """The furthest tile up to which it has heard all of the song, as far as it remembers."""
        here = self.next_tile if self._running and self.settled else 0
        return max(here, *(tile for tile, moment in self._moments.items() if moment.origin == 0), 0)

    def is_near(self, tile: int) -> bool:
        """Return whether a tile is the next one, so that there is nowhere to go."""
        return self._running and self.next_tile == tile

    def has_past(self, tile: int, warm_frames: int) -> bool:
        """Return whether it can go on to a tile from where it is or has been."""
        return max(self._behind(tile, warm_frames), self._kept(tile, warm_frames)) >= 0

    def go_to(self, tile: int, warm_frames: int) -> None:
        """Make a tile the next one, or one little before it.

        Where the model has been there or shortly before, it goes on from
        there; else it starts anew, as many frames earlier as it is given to warm up.
        """
        behind, kept = self._behind(tile, warm_frames), self._kept(tile, warm_frames)
        if kept > behind:
            self._resume(kept)
        elif behind < 0:
            origin = max(0, tile * TILE_FRAMES - warm_frames)
            grid = self._stream.grid_frames
            self._begin(tile, origin - origin % grid if grid < _GRID_SECONDS * self.song.rate else origin)

    def settle(self, tile: int) -> None:
        """Go to the last tile, not beyond this one, whose past from the song's beginning is known."""
        known = [at for at, moment in self._moments.items() if moment.origin == 0 and at <= tile]
        kept = max(known, default=0)
        if self._running and self.settled and kept <= self.next_tile <= tile:
            return
        if kept:
            self._resume(kept)
        else:
            self._begin(0, 0)

    def step(self) -> tuple[list[Tile], int]:
        """Feed one block of what is decoded.

        Returns:
            the tiles, (stems, n, 2), that became whole, and how many frames were fed.

        Raises:
            ModelError: the network broke off.
        """
        song = self.song
        complete = song.complete
        end = song.frames if complete else song.decoded_frames
        fed = self._origin + self._stream.fed_frames
        if not self._running or (fed >= end and not complete):
            return [], 0
        if fed >= end:
            made, frames = self._stream.flush(), 1
            self._running = False
        else:
            block = song.read(fed, min(fed + _BLOCK_FRAMES, end))
            made, frames = self._stream.process(block), len(block)
        return self._cut(made, song.frames if complete else None), frames

    def _behind(self, tile: int, warm_frames: int) -> int:
        near = tile - warm_frames // TILE_FRAMES - _PATIENCE_TILES
        return self.next_tile if self._running and near <= self.next_tile <= tile else -1

    def _kept(self, tile: int, warm_frames: int) -> int:
        near = tile - warm_frames // TILE_FRAMES
        return max((known for known in self._moments if near <= known <= tile), default=-1)

    def _begin(self, tile: int, origin: int) -> None:
        self._keep()
        self._stream.reset()
        self._origin, self._rest, self.next_tile, self._running = origin, self._nothing, tile, True

    def _resume(self, tile: int) -> None:
        moment = self._moments[tile]
        self._keep()
        self._stream.restore(moment.state)
        self._origin, self._rest, self.next_tile, self._running = moment.origin, moment.rest, tile, True

    def _cut(self, made: Audio, frames: int | None) -> list[Tile]:
        """Return whole tiles of what came out; what came of warming up is dropped."""
        start = self.next_tile * TILE_FRAMES
        end = self._origin + self._stream.made_frames if self._running else frames or 0
        rest = np.concatenate([self._rest, made], axis=1)
        rest = rest[:, max(0, rest.shape[1] - max(0, end - start)) :]
        tiles: list[Tile] = []
        while rest.shape[1] >= TILE_FRAMES or (frames is not None and rest.shape[1] > 0 and end >= frames):
            tiles.append((self.next_tile, rest[:, :TILE_FRAMES]))
            rest = rest[:, TILE_FRAMES:]
            self.next_tile += 1
        self._rest = rest
        if tiles and self._running and self.next_tile // _KEPT_EVERY_TILES > tiles[0][0] // _KEPT_EVERY_TILES:
            self._keep()
        return tiles

    def _keep(self) -> None:
        """Keep this moment, unless a settled one is kept for the same tile."""
        known = self._moments.get(self.next_tile)
        if not self._running or (known is not None and known.origin <= self._origin):
            return
        self._moments.pop(self.next_tile, None)
        self._moments[self.next_tile] = Moment(self._stream.state(), self._origin, self._rest.copy())
        while len(self._moments) > _KEPT_MOMENTS:
            del self._moments[next(iter(self._moments))]
