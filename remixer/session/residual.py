"""The waveform of what no stem claims, gathered tile by tile as stems arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from remixer.jobs import Report, ignore
from remixer.song.take import TILE_FRAMES, tile_count

if TYPE_CHECKING:
    from remixer.song.song import Song

_BIN_FRAMES = 128
_BINS = TILE_FRAMES // _BIN_FRAMES
_RELEASE_TILES = 128


class ResidualPeaks:
    """Lowest and highest sample of the residual over short bins.

    Args:
        song: the song, wholly decoded.
        take_ids: the takes that may be heard, best first.
    """

    def __init__(self, song: Song, take_ids: Sequence[str]) -> None:
        self.song = song
        self.take_ids = tuple(take_ids)
        self.tiles = 0
        count = tile_count(song.frames)
        self._source: NDArray[np.int16] = np.full(count, -1, np.int16)
        self._bins: NDArray[np.float32] = np.zeros((count * _BINS, 2), np.float32)

    def due(self) -> bool:
        """Whether tiles have come, or are heard from another take, since the last update. Thread: any."""
        return bool((self._wanted() != self._source).any())

    def update(self, report: Report = ignore) -> None:
        """Read the tiles that have come. Thread: worker.

        Raises:
            Cancelled: the report said so.
        """
        wanted = self._wanted()
        changed = np.flatnonzero(wanted != self._source)
        for done, tile in enumerate(changed.tolist()):
            report(done / len(changed))
            self._read(tile, int(wanted[tile]))
            self._source[tile] = wanted[tile]
            self.tiles += 1
            if done % _RELEASE_TILES == _RELEASE_TILES - 1:
                self._release()
        self._release()

    def _release(self) -> None:
        self.song.release()
        for take in filter(None, map(self.song.take, self.take_ids)):
            take.release()

    def columns(self, start: float, end: float, columns: int) -> NDArray[np.float32]:
        """Return the lowest and highest sample under each column of a view, (columns, 2). Thread: any."""
        found = np.zeros((max(0, columns), 2), np.float32)
        if columns <= 0 or end <= start or not len(self._bins):
            return found
        edges = np.floor(np.linspace(start, end, columns + 1) / _BIN_FRAMES).astype(np.int64)
        inside = (edges[1:] >= 0) & (edges[:-1] < len(self._bins))
        cuts = np.clip(edges, 0, len(self._bins) - 1)
        found[inside, 0] = np.minimum.reduceat(self._bins[:, 0], cuts)[:-1][inside]
        found[inside, 1] = np.maximum.reduceat(self._bins[:, 1], cuts)[:-1][inside]
        return found

    def _wanted(self) -> NDArray[np.int16]:
        best = np.full(len(self._source), -1, np.int16)
        for rank in reversed(range(len(self.take_ids))):
            take = self.song.take(self.take_ids[rank])
            if take is not None:
                covered = np.asarray(take.coverage)[: len(best)] > 0
                best[: len(covered)][covered] = rank
        return best

    def _read(self, tile: int, rank: int) -> None:
        start = tile * TILE_FRAMES
        end = min(start + TILE_FRAMES, self.song.frames)
        bins = self._bins[tile * _BINS : (tile + 1) * _BINS]
        take = self.song.take(self.take_ids[rank]) if rank >= 0 else None
        if take is None or end <= start:
            bins[:] = 0
            return
        rest = np.zeros((TILE_FRAMES, 2), np.float32)
        rest[: end - start] = self.song.read(start, end) - take.read(start, end).sum(axis=0)
        shaped = rest.reshape(_BINS, _BIN_FRAMES * 2)
        bins[:, 0], bins[:, 1] = shaped.min(axis=1), shaped.max(axis=1)
