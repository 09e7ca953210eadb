"""Minima and maxima of a signal at several scales: a waveform of any length is drawn in an instant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from remixer.song.arrays import Writer, create, forget, grow, mapped

SCALES_FRAMES = (32, 256, 2048, 8192, 65536, 524288)
BLOCK_FRAMES = 8192
_IN_BLOCK = 4
_BIN_BYTES = 8

Samples = Callable[[int, int], NDArray[np.float32]]


class Pyramid:
    """The peaks of some lanes (the mixture, or a take's stems) in one folder, one file a scale.

    A bin holds the lowest and the highest sample of both channels over
    `SCALES_FRAMES[level]` frames. Bins that nobody wrote yet are (0, 0).

    Args:
        folder: where the files are; made when missing.
        lanes: how many signals.
        capacity_frames: the longest they can be.
    """

    def __init__(self, folder: Path, lanes: int, capacity_frames: int) -> None:
        self._folder, self._lanes, self._capacity = folder, lanes, capacity_frames
        self._maps: dict[int, NDArray[np.float32]] = {}
        self._writers: list[Writer] = []
        folder.mkdir(parents=True, exist_ok=True)
        for level in range(len(SCALES_FRAMES)):
            path = self._path(level)
            size = self._bins(level) * lanes * _BIN_BYTES
            if not path.exists():
                create(path, size)
            elif lanes == 1:
                grow(path, size)

    def bins(self, level: int) -> NDArray[np.float32]:
        """Return the bins of a scale, (lanes, bins, 2), mapped. Thread: any."""
        if level not in self._maps:
            shape = (self._lanes, self._bins(level), 2)
            self._maps[level] = mapped(self._path(level), "<f4", shape)
        return self._maps[level]

    def update(self, start_frame: int, audio: NDArray[np.float32]) -> None:
        """Compute the bins over a span.

        Args:
            start_frame: a multiple of `BLOCK_FRAMES`.
            audio: (lanes, n, 2); n a multiple of `BLOCK_FRAMES`, except at the end.

        Thread: one writer.
        """
        if not self._writers:
            self._writers = [Writer(self._path(level)) for level in range(len(SCALES_FRAMES))]
        lowest = np.minimum(audio[..., 0], audio[..., 1])
        highest = np.maximum(audio[..., 0], audio[..., 1])
        scale = 1
        for level in range(_IN_BLOCK):
            lowest, highest = (
                _reduce(lowest, SCALES_FRAMES[level] // scale, np.minimum),
                _reduce(highest, SCALES_FRAMES[level] // scale, np.maximum),
            )
            scale = SCALES_FRAMES[level]
            self._write(level, start_frame // scale, np.stack([lowest, highest], axis=2))
        for level in range(_IN_BLOCK, len(SCALES_FRAMES)):
            self._gather(level, start_frame, start_frame + audio.shape[1])

    def finish(self) -> None:
        """Close the files that are written; an update opens them again. Thread: the writer."""
        for writer in self._writers:
            writer.close()
        self._writers = []

    def release(self) -> None:
        """Give the mapped pages back to the system."""
        for array in self._maps.values():
            forget(array)

    def _gather(self, level: int, start_frame: int, end_frame: int) -> None:
        scale = SCALES_FRAMES[level]
        ratio = scale // SCALES_FRAMES[level - 1]
        first, last = start_frame // scale, -(-end_frame // scale)
        below = self.bins(level - 1)[:, first * ratio : last * ratio]
        lowest = _reduce(below[:, :, 0], ratio, np.minimum)
        highest = _reduce(below[:, :, 1], ratio, np.maximum)
        self._write(level, first, np.stack([lowest, highest], axis=2))

    def _write(self, level: int, first: int, bins: NDArray[np.float32]) -> None:
        bins = bins[:, : self._bins(level) - first].astype("<f4", copy=False)
        for lane in range(self._lanes):
            self._writers[level].write((lane * self._bins(level) + first) * _BIN_BYTES, bins[lane])

    def _bins(self, level: int) -> int:
        return max(1, -(-self._capacity // SCALES_FRAMES[level]))

    def _path(self, level: int) -> Path:
        return self._folder / f"{SCALES_FRAMES[level]}.f32"


class Peaks:
    """One lane of a pyramid, ready to be drawn.

    Args:
        pyramid: where the bins are.
        lane: which signal.
        samples: gives frames [start, end) of it as (n, 2), for views finer than the finest bins.
    """

    def __init__(self, pyramid: Pyramid, lane: int, samples: Samples) -> None:
        self._pyramid, self._lane, self._samples = pyramid, lane, samples

    def columns(self, start: float, end: float, columns: int) -> NDArray[np.float32]:
        """Return the lowest and highest sample under each column of a view.

        Args:
            start: first frame of the view; may lie before the song.
            end: frame after its last; may lie beyond the song.
            columns: how many columns of equal width.

        Returns:
            (columns, 2) float32; zeros outside the song and where nothing is known yet.

        Thread: any.
        """
        if columns <= 0 or end <= start:
            return np.zeros((max(columns, 0), 2), np.float32)
        edges = np.linspace(start, end, columns + 1)
        width = (end - start) / columns
        if width < SCALES_FRAMES[0]:
            first, last = max(0, int(np.floor(start))), max(0, int(np.ceil(end)))
            audio = self._samples(first, last)
            left, right = audio[:, 0], audio[:, 1]
            bins = np.stack([np.minimum(left, right), np.maximum(left, right)], axis=1)
            return _columns(bins, edges - first)
        level = max(level for level, scale in enumerate(SCALES_FRAMES) if scale <= width)
        scale = SCALES_FRAMES[level]
        first = max(0, int(start // scale))
        every = self._pyramid.bins(level)[self._lane, first : max(first, int(end // scale) + 1)]
        return _columns(every, edges / scale - first)


def _columns(bins: NDArray[np.float32], edges: NDArray[np.float64]) -> NDArray[np.float32]:
    """Reduce bins to columns whose borders are given in bins."""
    out = np.zeros((len(edges) - 1, 2), np.float32)
    if not len(bins):
        return out
    whole = np.floor(edges).astype(np.int64)
    inside = ((whole[1:] > 0) | (whole[:-1] >= 0)) & (whole[:-1] < len(bins))
    cuts = np.clip(whole, 0, len(bins))
    lowest = np.minimum.reduceat(np.append(bins[:, 0], bins[-1, 0]), cuts)[:-1]
    highest = np.maximum.reduceat(np.append(bins[:, 1], bins[-1, 1]), cuts)[:-1]
    out[inside, 0], out[inside, 1] = lowest[inside], highest[inside]
    return out


def _reduce(values: NDArray[np.float32], factor: int, how: np.ufunc) -> NDArray[np.float32]:
    """Reduce the last axis by a factor; the last group may be short."""
    count = values.shape[-1]
    whole = count - count % factor
    out = how.reduce(values[..., :whole].reshape(*values.shape[:-1], -1, factor), axis=-1)
    if whole == count:
        return out  # type: ignore[no-any-return]
    rest = how.reduce(values[..., whole:], axis=-1, keepdims=True)
    return np.concatenate([out, rest], axis=-1)
