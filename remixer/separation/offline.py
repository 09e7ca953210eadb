"""Whole songs, span by span: which frames to read, how to separate them, how to join what comes out.

Three pure functions do it: `windowing`, `running` and `joining`. With a model that returns its input the
join returns the song exactly; spans of any length, in any order, give the same stems as far as the context
reaches.
Nothing but the stems on disk is needed to go on, so a run that broke off goes on where it stopped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixer.audio.resample import resample
from remixer.separation.card import ModelCard
from remixer.separation.separator import Separator
from remixer.separation.spectrum import Audio
from remixer.song.song import Song
from remixer.song.take import TILE_FRAMES, Take, tile_count

CROSSFADE_FRAMES = 2048
RESAMPLING_FRAMES = 2048
ALIGNED_FRAMES = 1024


@dataclass(frozen=True)
class Window:
    """Which frames of a song to read for a span of it; all at the song's rate.

    Attributes:
        start: first frame to read.
        end: end of what is read.
        span_start: first frame that is wanted.
        span_end: end of what is wanted.
    """

    start: int
    end: int
    span_start: int
    span_end: int


def windowing(span: tuple[int, int], frames: int, rate_hz: int, card: ModelCard) -> Window:
    """The window to read for a span `(start, end)` of a song of that length and rate.

    It begins on a frame that falls on a whole frame of the model's rate too, and at the borders of the song
    it is shifted rather than shortened, so that the network mostly sees the same length.
    """
    start, end = span
    context = math.ceil(card.context_frames * rate_hz / card.rate)
    grid = rate_hz // math.gcd(rate_hz, card.rate)
    if rate_hz != card.rate:
        context += RESAMPLING_FRAMES + math.ceil(_aligned(card) * rate_hz / card.rate)
    else:
        grid = _aligned(card)
    context = max(context, CROSSFADE_FRAMES)
    length = -(-(end - start + 2 * context) // grid) * grid + grid
    first = max(0, (start - context) // grid * grid)
    if first + length > frames:
        first = max(0, (frames - length) // grid * grid)
    return Window(first, min(frames, max(first + length, end + context)), start, end)


def running(separator: Separator, sound: NDArray[np.float32], window: Window, rate_hz: int) -> Audio:
    """Separate what was read: `(n, 2)` at the song's rate to `(stems, n, 2)`.

    Raises:
        ModelError: the model or its device failed.
        Cancelled: the separator was interrupted.
    """
    card = separator.card
    if rate_hz == card.rate:
        return separator.separate(np.ascontiguousarray(sound.T)).transpose(0, 2, 1)
    first = window.start * card.rate // rate_hz
    drop = -first % _aligned(card) if window.start > 0 else 0
    heard = resample(sound, rate_hz, card.rate)
    stems = separator.separate(np.ascontiguousarray(heard[drop:].T))
    lanes = np.zeros((drop + stems.shape[-1], 2 * len(stems)), np.float32)
    lanes[drop:] = stems.reshape(2 * len(stems), -1).T
    out = resample(lanes, card.rate, rate_hz)
    if len(out) < len(sound):
        out = np.pad(out, ((0, len(sound) - len(out)), (0, 0)))
    return out[: len(sound)].reshape(len(sound), -1, 2).transpose(1, 0, 2)


def joining(made: Audio, window: Window, before: Audio | None, after: Audio | None) -> Audio:
    """Cut the span out of a window's stems and lead it over from and to what is there already.

    Where a neighbour exists, what it differs by close to the border is mirrored across the border and faded
    out, so the stems go on without a step and no frame that was finished is touched.

    Args:
        made: `(stems, n, 2)`, the stems of the window.
        window: where it lies.
        before: `(stems, m, 2)`, the finished frames that end where the span begins, or None.
        after: `(stems, m, 2)`, the finished frames that begin where the span ends, or None.

    Returns:
        `(stems, span_end - span_start, 2)`.
    """
    lead, stop = window.span_start - window.start, window.span_end - window.start
    span = made[:, lead:stop].copy()
    if before is not None:
        reach = min(before.shape[1], lead, span.shape[1])
        off = (before[:, before.shape[1] - reach :] - made[:, lead - reach : lead])[:, ::-1]
        span[:, :reach] += off * _fade(reach)
    if after is not None:
        reach = min(after.shape[1], made.shape[1] - stop, span.shape[1])
        off = (after[:, :reach] - made[:, stop : stop + reach])[:, ::-1]
        span[:, span.shape[1] - reach :] += off * _fade(reach)[::-1]
    return span


def separate_span(
    song: Song, separator: Separator, start_tile: int, end_tile: int, take: Take | None = None
) -> Audio:
    """The stems of some tiles of a song, `(stems, n, 2)`, led over to the tiles a take covers already.

    Raises:
        ModelError: the model or its device failed.
        Cancelled: the separator was interrupted.
    """
    span = start_tile * TILE_FRAMES, min(end_tile * TILE_FRAMES, song.frames)
    window = windowing(span, song.frames, song.rate, separator.card)
    made = running(separator, song.read(window.start, window.end), window, song.rate)
    before, after = neighbours(take, span) if take is not None else (None, None)
    return joining(made, window, before, after)


def neighbours(take: Take, span: tuple[int, int]) -> tuple[Audio | None, Audio | None]:
    """What a take covers already, right before and right after a span, each `(stems, m, 2)` or None."""
    start, end = span
    coverage = take.coverage
    first, last = start // TILE_FRAMES - 1, tile_count(end)
    before = take.read(max(0, start - CROSSFADE_FRAMES), start) if first >= 0 and coverage[first] else None
    after = take.read(end, end + CROSSFADE_FRAMES) if last < len(coverage) and coverage[last] else None
    return before, after


class TileOrder:
    """Which tiles come next: under the playhead, then the loop, then onward, then the beginning.

    Args:
        span_tiles: how many tiles are separated at a time, at most.
    """

    def __init__(self, span_tiles: int) -> None:
        self._span_tiles = max(1, span_tiles)

    def next_span(
        self,
        coverage: NDArray[np.uint8],
        available_tiles: int,
        focus_tile: int = 0,
        loop: tuple[int, int] | None = None,
    ) -> tuple[int, int] | None:
        """The next tiles `(start, end)`, none of them covered, or None when nothing can be done.

        Args:
            coverage: one number a tile, not 0 where it is done.
            available_tiles: so many tiles can be separated already; the song may still be decoding.
            focus_tile: the tile under the playhead.
            loop: first tile and end of the loop.
        """
        count = min(available_tiles, len(coverage))
        for start, end in self._regions(focus_tile, loop, count):
            open_tiles = np.flatnonzero(coverage[start:end] == 0)
            if len(open_tiles):
                first = start + int(open_tiles[0])
                covered = np.flatnonzero(coverage[first:end])
                stop = first + int(covered[0]) if len(covered) else end
                return first, min(stop, first + self._span_tiles)
        return None

    @staticmethod
    def _regions(focus: int, loop: tuple[int, int] | None, count: int) -> Iterator[tuple[int, int]]:
        focus = max(0, min(focus, count))
        if loop is not None:
            start, end = max(0, loop[0]), min(loop[1], count)
            if start <= focus < end:
                yield focus, end
            else:
                yield focus, min(focus + 1, count)
            yield start, max(start, end)
        yield focus, count
        yield 0, focus


def _aligned(card: ModelCard) -> int:
    return card.hop_frames or ALIGNED_FRAMES


def _fade(frames: int) -> Audio:
    """From one to zero, (frames, 1)."""
    turn = np.pi * np.arange(frames) / max(1, frames)
    return (0.5 + 0.5 * np.cos(turn)).astype(np.float32)[:, None]
