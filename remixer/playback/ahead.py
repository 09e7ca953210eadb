"""The live thread: a causal model that runs ahead of the playhead and fills its own take."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from remixer.errors import RemixerError
from remixer.playback.plan import Plan
from remixer.playback.priority import raise_priority
from remixer.playback.status import NO_TIMES, AheadState, AheadStatus, HopTimes, hop_times
from remixer.playback.tile_stream import Tile, TileStream
from remixer.song.song import Song
from remixer.song.take import FINAL, PROVISIONAL, TILE_FRAMES, Take

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard
    from remixer.separation.streaming import Hops, Streamer

_log = logging.getLogger(__name__)

_WARM_SECONDS = 3.0
_WARM_COST_SECONDS = 0.2
_FIRST_RTF = 0.3
_IDLE_SECONDS = 0.1
_SLOW_RTF = 1.0
_MEASURE_SECONDS = 0.5
_URGENT_SECONDS = 4.0
_EASY_SECONDS = 10.0
_REST_URGENT, _REST = 0.5, 2.0
_BROKE_OFF = "The live model broke off; the song is heard as it is until its stems are ready."


def open_network(card: ModelCard) -> Hops:
    """Make the model's network ready on one thread of the processor."""
    from remixer.separation.streaming import open_hops

    return open_hops(card, "cpu", threads=1)


def open_stream(card: ModelCard, rate: int, hops: Hops) -> Streamer:
    """Return a stream through a network that is open already."""
    from remixer.separation.streaming import Streamer

    return Streamer(card, rate, hops=hops)


class Ahead:
    """Keeps the stems of a causal model ready ahead of the playhead.

    It holds the interpreter's lock now and then, and the audio callback waits
    for it: so it runs with the same priority, lest others keep it from letting go.

    It never takes a processor whole: a system that throttles real-time work
    would throttle the callback with it.

    It starts at the playhead, warmed up on a little of the song before it,
    runs fast for the first seconds and at half that pace then,
    passes over what it or a better model has covered already, and rests when
    enough lies ahead. What it made after a jump is provisional, since the
    model had not heard the whole song until there: when there is time it is
    made again from the song's beginning, or from where that was left.

    Where it fails it leaves that song alone, and goes on with the next one.

    Args:
        card: a streaming model, or None for no live thread.
        network: opens the model's network.
        stream: opens a stream through it.

    Thread: methods are the control loop's; the work is done in a thread of its own.
    """

    def __init__(
        self,
        card: ModelCard | None,
        network: Callable[[ModelCard], Hops] = open_network,
        stream: Callable[[ModelCard, int, Hops], Streamer] = open_stream,
    ) -> None:
        self.card = card
        self._open_network, self._open_stream = network, stream
        self._hops: Hops | None = None
        self._song: Song | None = None
        self._at: Song | None = None
        self._plan = Plan()
        self._streamer: Streamer | None = None
        self._tiles: TileStream | None = None
        self._state: AheadState = "off" if card is None else "loading"
        self._rtf = _FIRST_RTF
        self._message = ""
        self._measured = (0.0, NO_TIMES)
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
        if card is not None:
            self._thread.start()

    @property
    def take(self) -> Take | None:
        """The take that is filled."""
        return self._plan.take

    def begin(self) -> None:
        """Open the model."""
        self._begun.set()
        self._wake.set()

    def attach(self, song: Song | None) -> None:
        """Turn to another song."""
        self._song = song
        self._plan.forget()
        self._wake.set()

    def set_better(self, takes: Sequence[Take]) -> None:
        """Leave alone what these takes cover."""
        self._plan.better = tuple(takes)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Cover the beginning of a loop, in frames, before what follows its end."""
        self._plan.loop = loop
        self._wake.set()

    def focus(self, frame: int, playing: bool, jumped: bool = False) -> None:
        """Say where the playhead is; `jumped` wakes the thread at once."""
        self._plan.focus = (frame, playing)
        self._plan.pass_tile(frame // TILE_FRAMES, playing and not jumped)
        if jumped:
            self._wake.set()

    def status(self) -> AheadStatus:
        """Return how it stands."""
        streamer, card = self._streamer, self.card
        if card is None:
            return AheadStatus()
        return AheadStatus(
            self._state,
            card.take_id,
            self._hop_times(),
            streamer.budget_ms if streamer is not None else card.hop_frames * 1000 / card.rate,
            card.latency_ms or 0.0,
            self._plan.late,
            self._message,
        )

    def close(self) -> None:
        """End the thread after the hops it is at."""
        self._ended.set()
        self._begun.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    # The thread

    def _run(self) -> None:
        self._begun.wait()
        if self._ended.is_set() or self.card is None:
            return
        raise_priority("beside")
        with self._failures_said():
            self._hops = self._open_network(self.card)
            self._state = "ahead"
        while self._hops is not None and not self._ended.is_set():
            worked = False
            with self._failures_said():
                worked = self._work()
            if not worked:
                self._wake.wait(_IDLE_SECONDS)
                self._wake.clear()

    @contextmanager
    def _failures_said(self) -> Iterator[None]:
        """Turn what fails into a sentence; the music goes on without the live model."""
        try:
            yield
        except RemixerError as error:
            self._fail(error.message, error.detail)
        except Exception as error:  # noqa: BLE001  (the music goes on)
            self._fail(_BROKE_OFF, repr(error))

    def _fail(self, message: str, detail: str) -> None:
        _log.warning("%s %s", message, detail)
        self._message, self._state = message, "failed"

    def _work(self) -> bool:
        """Do one block of work; return whether there was any."""
        song, take = self._song, self._plan.take
        if song is not self._at:
            self._at, self._state, self._message = song, "ahead", ""
        if song is None or self._state == "failed":
            return False
        fits = take is not None and take.capacity_frames >= song.frames
        if self._tiles is None or self._tiles.song is not song or not fits:
            self._turn_to(song)
        tiles, take = self._tiles, self._plan.take
        if tiles is None or take is None or self._song is not song:
            return False
        self._write(take, [])
        near = self._go_on(song, tiles)
        if near is None:
            self._state = "ahead"
            return False
        self._state = "slow" if self._rtf >= _SLOW_RTF else "running"
        started = time.perf_counter()
        made, fed_frames = tiles.step()
        if fed_frames:
            rtf = (time.perf_counter() - started) / (fed_frames / song.rate)
            self._rtf += 0.1 * (rtf - self._rtf)
        if self._song is song:
            self._write(take, made, FINAL if tiles.settled else PROVISIONAL)
        self._ended.wait((_REST_URGENT if near else _REST) * (time.perf_counter() - started))
        return fed_frames > 0

    def _go_on(self, song: Song, tiles: TileStream) -> bool | None:
        """Lead the model to what comes next; return whether it is urgent, None if there is nothing."""
        wanted = self._wanted(song, tiles)
        away = np.inf if wanted is None else (wanted * TILE_FRAMES - self._plan.focus[0]) / song.rate
        if away > _EASY_SECONDS:
            again = self._plan.provisional(song, tiles.next_song_tile)
            if again is not None:
                tiles.settle(again)
                return False
        if wanted is None:
            return None
        if not tiles.is_near(wanted):
            tiles.go_to(wanted, self._warm_frames(song.rate))
        return away < _URGENT_SECONDS

    def _turn_to(self, song: Song) -> None:
        card, hops = self.card, self._hops
        if card is None or hops is None:
            return
        if self._streamer is None or self._streamer.rate_hz != song.rate:
            self._streamer = self._open_stream(card, song.rate, hops)
        self._plan.held.clear()
        self._tiles = TileStream(self._streamer, song, len(card.stems))
        take = song.create_take(card.take_id, card.id, card.stems)
        if self._song is song:
            self._plan.take = take

    def _write(self, take: Take, made: list[Tile], mark: int = FINAL) -> None:
        """Write tiles that are better than what is there, and not under the playhead's feet."""
        plan = self._plan
        for tile, audio in made:
            there = take.coverage[tile]
            if there == PROVISIONAL and mark == FINAL:
                plan.held[tile] = audio
            elif not there:
                take.write(tile * TILE_FRAMES, audio, mark)
        for tile in [tile for tile in plan.held if not plan.beside_playhead(tile)]:
            take.write(tile * TILE_FRAMES, plan.held.pop(tile))

    def _wanted(self, song: Song, tiles: TileStream) -> int | None:
        """Return the first tile ahead of the playhead that nobody covers and that can still be heard."""
        frame, playing = self._plan.focus
        wanted = self._plan.uncovered(song, frame // TILE_FRAMES + playing)
        if wanted is None or not playing:
            return wanted
        warm_frames = self._warm_frames(song.rate)
        if wanted > frame // TILE_FRAMES + 1 or tiles.has_past(wanted, warm_frames):
            return wanted
        first_frames = self._rtf * (1 + _REST_URGENT) * (warm_frames + TILE_FRAMES)
        return self._plan.uncovered(song, int(frame + first_frames) // TILE_FRAMES + 1)

    def _warm_frames(self, rate: int) -> int:
        return int(rate * min(_WARM_SECONDS, _WARM_COST_SECONDS / max(self._rtf, 0.01)))

    def _hop_times(self) -> HopTimes:
        due, times = self._measured
        streamer, now = self._streamer, time.monotonic()
        if streamer is not None and now >= due:
            times = hop_times(streamer.hop_times)
            self._measured = (now + _MEASURE_SECONDS, times)
        return times
