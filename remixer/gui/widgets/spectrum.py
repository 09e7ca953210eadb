"""Columns of a spectrogram, computed a few at a time and kept."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

AudioProvider = Callable[[int, int], NDArray[np.float32]]
"""Returns (end - start, 2) samples: `provider(start, end)`."""

ROWS = 192
LOWEST_HZ = 32.0
FLOOR_DB = -84.0
CEILING_DB = -12.0
TILE_COLUMNS = 16
_WINDOW_SECONDS = (0.04, 0.16)
_LEAST_HOP = 64
_TILES_KEPT = 2048


class SpectrumTiles:
    """A spectrogram of a song in tiles; a row is a step of equal ratio in frequency.

    Args:
        provider: gives the samples.
        frames: the song's length.
        rate_hz: frames a second.
    """

    def __init__(self, provider: AudioProvider, frames: int, rate_hz: int) -> None:
        self._provider = provider
        self._frames = frames
        self._rate_hz = rate_hz
        self._rows: dict[int, _Rows] = {}
        self._tiles: OrderedDict[tuple[int, int], NDArray[np.uint8]] = OrderedDict()
        self._stale: set[tuple[int, int]] = set()

    def highest_hz(self) -> float:
        """Return the frequency at the top."""
        return min(20_000.0, self._rate_hz / 2)

    def hop_of(self, span_frames: int, columns: int) -> int:
        """Return the distance of columns, a power of two, that gives at most `columns` of them."""
        hop = _LEAST_HOP
        while span_frames / hop > columns:
            hop *= 2
        return hop

    def wanted(self, start: int, end: int, hop: int) -> list[int]:
        """Return the numbers of the tiles in a span that are not there yet, or old."""
        first, last = self._range(start, end, hop)
        keys = [(hop, number) for number in range(first, last)]
        return [key[1] for key in keys if key not in self._tiles or key in self._stale]

    def renew(self) -> None:
        """Compute every tile again when it is wanted; until then the old one is shown."""
        self._stale = set(self._tiles)

    def compute(self, hop: int, number: int) -> None:
        """Compute one tile."""
        rows = self._rows_of(hop)
        spectra = np.abs(np.fft.rfft(self._frames_of(hop, number, rows.frames) * rows.window))
        level = 20 * np.log10(rows.of(spectra.astype(np.float32)))
        scaled = (level - FLOOR_DB) * (255 / (CEILING_DB - FLOOR_DB))
        self._tiles[hop, number] = np.clip(scaled, 0, 255).astype(np.uint8)
        self._stale.discard((hop, number))
        while len(self._tiles) > _TILES_KEPT:
            self._stale.discard(self._tiles.popitem(last=False)[0])

    def image(self, start: int, end: int, hop: int) -> tuple[NDArray[np.uint8], int, int]:
        """Return what is known of a span: (columns, rows), its first frame and its last."""
        first, last = self._range(start, end, hop)
        found = np.zeros(((last - first) * TILE_COLUMNS, ROWS), np.uint8)
        for number in range(first, last):
            tile = self._tiles.get((hop, number))
            if tile is not None:
                self._tiles.move_to_end((hop, number))
                at = (number - first) * TILE_COLUMNS
                found[at : at + TILE_COLUMNS] = tile
        width = TILE_COLUMNS * hop
        return found, first * width, last * width

    def _range(self, start: int, end: int, hop: int) -> tuple[int, int]:
        width = TILE_COLUMNS * hop
        start, end = max(0, start), min(self._frames, end)
        return start // width, max(start // width + 1, -(-end // width))

    def _rows_of(self, hop: int) -> _Rows:
        shortest, longest = (_power_of_two(seconds * self._rate_hz) for seconds in _WINDOW_SECONDS)
        frames = min(longest, max(shortest, 8 * hop))
        if frames not in self._rows:
            self._rows[frames] = _Rows(frames, self._rate_hz, self.highest_hz())
        return self._rows[frames]

    def _frames_of(self, hop: int, number: int, frames: int) -> NDArray[np.float32]:
        first = number * TILE_COLUMNS * hop - frames // 2
        if hop >= frames:
            return np.stack([self._samples(first + at * hop, frames) for at in range(TILE_COLUMNS)])
        run = self._samples(first, (TILE_COLUMNS - 1) * hop + frames)
        return np.lib.stride_tricks.sliding_window_view(run, frames)[::hop]

    def _samples(self, start: int, count: int) -> NDArray[np.float32]:
        found = np.zeros(count, np.float32)
        first, last = max(0, start), min(self._frames, start + count)
        if last > first:
            audio = self._provider(first, last)
            found[first - start : first - start + len(audio)] = audio.mean(axis=1)
        return found


class _Rows:
    """How the bins of a transform of one length become rows of equal ratio."""

    def __init__(self, frames: int, rate_hz: int, highest_hz: float) -> None:
        self.frames = frames
        window = np.hanning(frames + 1)[:-1]
        self.window = (window * (2.0 / window.sum())).astype(np.float32)
        edges = LOWEST_HZ * (highest_hz / LOWEST_HZ) ** (np.arange(ROWS + 1) / ROWS)
        bins = edges * (frames / rate_hz)
        self._narrow = int(np.searchsorted(np.diff(bins), 1.5))
        centres = np.sqrt(bins[: self._narrow] * bins[1 : self._narrow + 1])
        self._below = centres.astype(np.intp)
        self._share = (centres - self._below).astype(np.float32)
        self._starts = np.round(bins[self._narrow : -1]).astype(np.intp).clip(0, frames // 2)

    def of(self, spectra: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (columns, rows) amplitudes: between bins where they are sparse, else the strongest."""
        spectra = np.maximum(spectra, np.float32(1e-7))
        narrow = spectra[:, self._below] ** (1 - self._share) * spectra[:, self._below + 1] ** self._share
        wide = np.maximum.reduceat(spectra, self._starts, axis=1) if len(self._starts) else narrow[:, :0]
        return np.concatenate([narrow, wide], axis=1)


def _power_of_two(frames: float) -> int:
    return 1 << max(6, round(math.log2(frames)))
