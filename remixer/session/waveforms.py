"""What the lanes draw: the peaks of the mixture and of the stems that are heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from remixer.errors import UsageError
from remixer.song.take import TILE_FRAMES

if TYPE_CHECKING:
    from remixer.song.song import Song

Columns = Callable[[float, float, int], NDArray[np.float32]]
Audio = NDArray[np.float32]


class StemWaveform:
    """The peaks of one stem, from the take that is heard at each place.

    Args:
        song: the song.
        take_ids: the takes that may be heard, best first.
        stem: which stem.
    """

    def __init__(self, song: Song, take_ids: Sequence[str], stem: str) -> None:
        self._song = song
        self._take_ids = tuple(take_ids)
        self._stem = stem

    def columns(self, start: float, end: float, columns: int) -> NDArray[np.float32]:
        """Return the lowest and highest sample under each column of a view.

        Args:
            start: first frame of the view.
            end: frame behind its last one.
            columns: how many.

        Returns:
            (columns, 2) float32; zeros where there are no stems yet.
        """
        found = np.zeros((max(0, columns), 2), np.float32)
        if columns <= 0 or end <= start:
            return found
        middles = start + (np.arange(columns) + 0.5) * ((end - start) / columns)
        tiles = np.floor(middles / TILE_FRAMES).astype(np.int64)
        open_columns = np.ones(columns, bool)
        for take_id in self._take_ids:
            take = self._song.take(take_id)
            if take is None or self._stem not in take.stems:
                continue
            coverage = take.coverage
            inside = (tiles >= 0) & (tiles < len(coverage)) & open_columns
            inside[inside] = coverage[tiles[inside]] > 0
            if inside.any():
                found[inside] = take.peaks(self._stem).columns(start, end, columns)[inside]
                open_columns &= ~inside
            if not open_columns.any():
                break
        return found


def read_part(song: Song, take_ids: Sequence[str], part: str, start: int, end: int) -> Audio:
    """Return the sound of the mixture, of a stem or of the residual.

    Args:
        song: the song.
        take_ids: the takes that may be heard, best first; the first that exists is read.
        part: `mix`, `residual` or a stem.
        start: first frame.
        end: frame behind the last one.

    Returns:
        (n, 2) float32; a stem is zero where it is not separated yet.

    Raises:
        UsageError: the takes have no such stem.
    """
    start, end = max(0, start), min(end, song.decoded_frames)
    if end <= start:
        return np.zeros((0, 2), np.float32)
    mixture = song.read(start, end)
    if part == "mix":
        return mixture
    take = next((take for take in map(song.take, take_ids) if take is not None), None)
    if take is None:
        return np.zeros_like(mixture)
    stems = take.read(start, end)
    if part == "residual":
        rest: Audio = mixture - stems.sum(axis=0)
        return rest
    if part not in take.stems:
        raise UsageError(f"There is no stem “{part}”; there are {', '.join(take.stems)}.")
    one: Audio = stems[take.stems.index(part)]
    return one
