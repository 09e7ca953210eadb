"""One model over one song, span after span, into its take."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Protocol

import numpy as np

from remixer.jobs import Report, ignore
from remixer.separation.card import ModelCard
from remixer.separation.offline import (
    CROSSFADE_FRAMES,
    TileOrder,
    Window,
    joining,
    neighbours,
    separate_span,
    windowing,
)
from remixer.separation.separator import Separator, open_separator
from remixer.separation.spectrum import Audio
from remixer.separation.streaming import Streamer, StreamingSeparator
from remixer.song.room import require_room
from remixer.song.song import Song
from remixer.song.take import TILE_FRAMES, Take, tile_count

WARM_UP_SECONDS = 6.0
FEED_SECONDS = 0.5
QUICK_SPANS = 4
REPORT_SECONDS = 0.1
WRITTEN_FRAMES = 16 * TILE_FRAMES


class Spans(Protocol):
    """A way to separate spans of a song."""

    def separate(self, start_tile: int, end_tile: int) -> Audio:
        """The stems of the tiles, `(stems, n, 2)`."""

    def reach_frames(self, start_tile: int, end_tile: int) -> int:
        """How far the song must be decoded for that."""


class WindowSpans:
    """Every span by itself, with context on both sides."""

    def __init__(self, song: Song, take: Take, separator: Separator) -> None:
        self._song, self._take, self._separator = song, take, separator

    def separate(self, start_tile: int, end_tile: int) -> Audio:
        """The stems of the tiles, `(stems, n, 2)`."""
        return separate_span(self._song, self._separator, start_tile, end_tile, self._take)

    def reach_frames(self, start_tile: int, end_tile: int) -> int:
        """The end of the window."""
        span = start_tile * TILE_FRAMES, end_tile * TILE_FRAMES
        return windowing(span, 1 << 60, self._song.rate, self._separator.card).end


class StreamSpans:
    """A causal model: the stream goes on from span to span, and warms up on the song's past after a jump.

    A run from the beginning of a song is one stream, equal to what the model makes live.
    """

    def __init__(self, song: Song, take: Take, separator: StreamingSeparator) -> None:
        self._song, self._take = song, take
        self._stream: Streamer = separator.stream(song.rate)
        self._separator = separator
        context = separator.card.context_frames * song.rate / separator.card.rate
        self._warm_up_frames = max(math.ceil(context), round(WARM_UP_SECONDS * song.rate))
        self._begin(0)

    def separate(self, start_tile: int, end_tile: int) -> Audio:
        """The stems of the tiles, `(stems, n, 2)`."""
        start, end = start_tile * TILE_FRAMES, min(end_tile * TILE_FRAMES, self._song.frames)
        before, after = neighbours(self._take, (start, end))
        lead = CROSSFADE_FRAMES if before is not None and start != self._at else 0
        self._seek(start - lead)
        tail = min(CROSSFADE_FRAMES, self._song.frames - end) if after is not None else 0
        made = self._pull(end + tail - start + lead)
        window = Window(start - lead, end + tail, start, end)
        self._put_back(made[:, made.shape[1] - tail :])
        return joining(made, window, before if lead else None, after)

    def reach_frames(self, start_tile: int, end_tile: int) -> int:
        """The end of the tiles, and what is inside the stream."""
        feed = round(FEED_SECONDS * self._song.rate)
        return end_tile * TILE_FRAMES + CROSSFADE_FRAMES + self._stream.total_latency_frames + feed

    def _begin(self, at: int) -> None:
        self._stream.reset()
        self._fed_to = self._at = at
        self._ready = [np.zeros((len(self._take.stems), 0, 2), np.float32)]
        self._over = False

    def _seek(self, start: int) -> None:
        if start == self._at:
            return
        begin = max(0, start - self._warm_up_frames)
        if not begin <= self._at <= start:
            self._begin(begin)
        while self._at < start:
            self._pull(min(start - self._at, TILE_FRAMES * 8))

    def _pull(self, frames: int) -> Audio:
        while sum(part.shape[1] for part in self._ready) < frames and not self._over:
            self._separator.check()
            stop = min(self._fed_to + round(FEED_SECONDS * self._song.rate), self._song.frames)
            if stop > self._fed_to:
                self._ready.append(self._stream.process(self._song.read(self._fed_to, stop)))
            else:
                self._ready.append(self._stream.flush())
                self._over = True
            self._fed_to = stop
        whole = np.concatenate(self._ready, axis=1)
        self._ready = [whole[:, frames:]]
        self._at += frames
        return whole[:, :frames]

    def _put_back(self, made: Audio) -> None:
        self._ready.insert(0, made)
        self._at -= made.shape[1]


class SongRun:
    """One model over one song; `step` separates the next span and writes it.

    Args:
        song: the song, perhaps still decoding.
        take: where the stems go.
        separator: the model.

    Raises:
        OutputError: the disk has no room for the stems.
    """

    def __init__(self, song: Song, take: Take, separator: Separator) -> None:
        require_room(song, take.id, len(take.stems))
        self.song, self.take = song, take
        span_frames = separator.card.segment_frames * song.rate / separator.card.rate
        self._span_tiles = max(1, round(span_frames / TILE_FRAMES))
        self._order = TileOrder(self._span_tiles)
        self._next_tile = -1
        self._spans: Spans = (
            StreamSpans(song, take, separator)
            if isinstance(separator, StreamingSeparator)
            else WindowSpans(song, take, separator)
        )

    def step(self, focus_frame: int = 0, loop: tuple[int, int] | None = None) -> int:
        """Separate and write the next span; return its frames, 0 when nothing can be done now.

        After a jump the first span is short, so that what is under the playhead is there soon.

        Raises:
            ModelError: the model or its device failed.
            OutputError: the disk is full.
            Cancelled: the separator was interrupted.
        """
        tiles = None if loop is None else (loop[0] // TILE_FRAMES, tile_count(loop[1]))
        available = self._available_tiles(focus_frame // TILE_FRAMES)
        span = self._order.next_span(self.take.coverage, available, focus_frame // TILE_FRAMES, tiles)
        if span is None:
            return 0
        start, end = span
        if start != self._next_tile and self._span_tiles > QUICK_SPANS:
            end = min(end, start + self._span_tiles // QUICK_SPANS)
        stems = self._spans.separate(start, end)
        for first in range(0, stems.shape[1], WRITTEN_FRAMES):
            self.take.write(start * TILE_FRAMES + first, stems[:, first : first + WRITTEN_FRAMES])
        self._next_tile = end
        self.song.release()
        self.take.release()
        return int(stems.shape[1])

    def _available_tiles(self, focus_tile: int) -> int:
        if self.song.complete:
            return tile_count(self.song.frames)
        beyond = self._spans.reach_frames(focus_tile, focus_tile + 1) - (focus_tile + 1) * TILE_FRAMES
        return max(0, (self.song.decoded_frames - beyond) // TILE_FRAMES)


def separate_song(song: Song, card: ModelCard, device: str = "auto", report: Report = ignore) -> Take:
    """Separate a decoded song from its beginning to its end; what a take covers already is kept.

    The report is called while the model is at work too, so cancelling does not wait for a span to end.

    Raises:
        ModelError: the model or its device failed.
        OutputError: the disk is full.
        Cancelled: the report said so.
    """
    take = song.create_take(card.take_id, card.id, card.stems)
    if take.complete:
        return take
    with ThreadPoolExecutor(1, "separation") as worker:
        separator = worker.submit(open_separator, card, device).result()
        run = SongRun(song, take, separator)
        step = worker.submit(run.step)
        try:
            while not step.done() or step.result():
                report(take.fraction)
                if step.done():
                    step = worker.submit(run.step)
                wait([step], REPORT_SECONDS)
        except BaseException:
            separator.interrupt()
            raise
        finally:
            wait([step])
            separator.close()
    return take
