"""The one background thread that separates songs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from remixer.errors import Cancelled, RemixerError
from remixer.separation.card import ModelCard
from remixer.separation.devices import AUTO
from remixer.separation.priority import lower_priority
from remixer.separation.separator import Separator, open_separator
from remixer.separation.song_run import SongRun
from remixer.song.song import Song
from remixer.song.take import Take

State = Literal["idle", "loading", "running", "paused", "done", "failed"]
POLL_SECONDS = 0.1
MEMORY_SECONDS = 20.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SeparationStatus:
    """What the thread is doing; one whole value, replaced and never changed.

    Attributes:
        device: where the model runs; resolved from `auto` once it is loaded.
        fraction: how much of the song is separated, 0 to 1.
        seconds_left: an estimate, or None while it would be a guess.
        rtf: seconds of work a second of song, or None before the first span.
        error: a sentence when `state` is `failed`, else "".
        take_id: the take that is being filled, "" when there is none.
    """

    state: State = "idle"
    song_id: str = ""
    model_id: str = ""
    device: str = ""
    fraction: float = 0.0
    seconds_left: float | None = None
    rtf: float | None = None
    error: str = ""
    take_id: str = ""


@dataclass(frozen=True, eq=False)
class _Request:
    song: Song
    card: ModelCard
    device: str


class InferenceThread:
    """Separates one song at a time in the background, what is listened to first.

    The model stays open between songs. A device or a model that fails ends the run with a sentence; nothing
    else is tried in its place.

    Args:
        threads: threads of the runtime; 0 leaves one core for the rest of the program.
        opener: how a model is opened.

    Thread: every method may be called from any thread and returns at once, but `close`.
    """

    def __init__(
        self, threads: int = 0, opener: Callable[[ModelCard, str, int], Separator] = open_separator
    ) -> None:
        self._threads = threads
        self._opener = opener
        self._wake = threading.Condition()
        self._request: _Request | None = None
        self._handled: _Request | None = None
        self._paused = self._closed = False
        self._focus_frame = 0
        self._loop: tuple[int, int] | None = None
        self._status = SeparationStatus()
        self._separator: Separator | None = None
        self._opened = ("", "")
        self._thread: threading.Thread | None = None

    def start(self, song: Song, card: ModelCard, device: str = AUTO) -> None:
        """Separate this song in place of whatever is being separated; `focus` and `set_loop` hold."""
        with self._wake:
            if self._closed:
                return
            self._request = _Request(song, card, device)
            self._paused = False
            self._status = SeparationStatus("loading", song.id, card.id, device, take_id=card.take_id)
            self._interrupt()
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="inference", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def focus(self, frame: int) -> None:
        """Say where the playhead is."""
        self._focus_frame = max(0, frame)

    def set_loop(self, start: int | None, end: int = 0) -> None:
        """Say which frames are looped, None for no loop."""
        self._loop = None if start is None or end <= start else (start, end)

    def pause(self) -> None:
        """Stop after the span that is being separated."""
        with self._wake:
            self._paused = True
            if self._status.state == "running":
                self._status = replace(self._status, state="paused", seconds_left=None)

    def resume(self) -> None:
        """Go on."""
        with self._wake:
            self._paused = False
            if self._status.state == "paused":
                self._status = replace(self._status, state="running")
            self._wake.notify_all()

    def cancel(self) -> None:
        """Stop now; finished tiles stay."""
        with self._wake:
            self._request, self._paused = None, False
            self._status = SeparationStatus()
            self._interrupt()
            self._wake.notify_all()

    def status(self) -> SeparationStatus:
        """What is going on."""
        return self._status

    def close(self, timeout: float = 5.0) -> None:
        """Stop, and wait for the thread. Thread: any but its own."""
        with self._wake:
            self._closed, self._request = True, None
            self._interrupt()
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join(timeout)

    def _interrupt(self) -> None:
        if self._separator is not None:
            self._separator.interrupt()

    def _serve(self) -> None:
        lower_priority()
        while (request := self._next_request()) is not None:
            self._attempt(request)
        self._drop()

    def _next_request(self) -> _Request | None:
        with self._wake:
            self._wake.wait_for(lambda: self._closed or self._request not in (None, self._handled))
            self._handled = self._request
            return None if self._closed else self._request

    def _attempt(self, request: _Request) -> None:
        try:
            self._run(request)
        except Cancelled:
            _log.info("the separation of %s was cancelled", request.song.id)
        except RemixerError as error:
            _log.warning("%s %s", error.message, error.detail)
            self._drop()
            self._publish(request, state="failed", error=error.message, seconds_left=None)
        except Exception as error:  # noqa: BLE001  (the thread must outlive any model)
            _log.exception("the separation failed")
            self._drop()
            message = f"“{request.song.title}” could not be separated: {str(error) or type(error).__name__}."
            self._publish(request, state="failed", error=message, seconds_left=None)

    def _run(self, request: _Request) -> None:
        take = self._take(request)
        if request.song.complete and take.complete:
            self._publish(request, state="done", fraction=1.0)
            return
        separator = self._opened_separator(request)
        run, pace = SongRun(request.song, take, separator), _Pace(request.song.rate)
        state: State = "paused" if self._paused else "running"
        self._publish(request, state=state, device=separator.device, fraction=take.fraction)
        while self._my_turn(request):
            complete, take = request.song.complete, self._take(request)
            if take is not run.take:
                run = SongRun(request.song, take, separator)
            started = time.monotonic()
            try:
                frames = run.step(self._focus_frame, self._loop)
            except Cancelled:
                continue
            if frames:
                pace.add(frames, time.monotonic() - started)
            elif complete and take.complete:
                self._publish(request, state="done", fraction=1.0, seconds_left=0.0)
                return
            else:
                self._rest()
            left = None if self._paused else pace.seconds_left(take)
            self._publish(request, fraction=take.fraction, seconds_left=left, rtf=pace.rtf)

    def _take(self, request: _Request) -> Take:
        request.song.refresh()
        return request.song.create_take(request.card.take_id, request.card.id, request.card.stems)

    def _opened_separator(self, request: _Request) -> Separator:
        wanted = (request.card.take_id, request.device)
        if self._separator is not None and self._opened == wanted:
            return self._separator
        self._drop()
        opened = self._opener(request.card, request.device, self._threads)
        with self._wake:
            self._separator, self._opened = opened, wanted
        return opened

    def _drop(self) -> None:
        with self._wake:
            dropped, self._separator = self._separator, None
        if dropped is not None:
            dropped.close()

    def _my_turn(self, request: _Request) -> bool:
        with self._wake:
            self._wake.wait_for(lambda: not self._paused or self._request is not request)
            return self._request is request

    def _rest(self) -> None:
        with self._wake:
            self._wake.wait(POLL_SECONDS)

    def _publish(self, request: _Request, **changes: Any) -> None:
        with self._wake:
            if self._request is request:
                self._status = replace(self._status, **changes)


class _Pace:
    """How fast it goes, and how long it will take."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._work_seconds = self._song_seconds = 0.0

    @property
    def rtf(self) -> float | None:
        return self._work_seconds / self._song_seconds if self._song_seconds else None

    def add(self, frames: int, seconds: float) -> None:
        keep = min(1.0, MEMORY_SECONDS / (self._work_seconds + 1e-9))
        self._work_seconds = self._work_seconds * keep + seconds
        self._song_seconds = self._song_seconds * keep + frames / self._rate_hz

    def seconds_left(self, take: Take) -> float | None:
        rtf = self.rtf
        if rtf is None:
            return None
        return (1 - take.fraction) * take.frames / self._rate_hz * rtf
