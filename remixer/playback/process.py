"""The playback process: an engine, a loudspeaker, and a loop that obeys and tells."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixer.errors import ModelError, RemixerError
from remixer.mixing.controls import Controls
from remixer.playback import portaudio
from remixer.playback.ahead import Ahead
from remixer.playback.engine import Engine
from remixer.playback.live_desk import LiveDesk
from remixer.playback.output_stream import BLOCK_FRAMES
from remixer.playback.priority import raise_priority
from remixer.playback.shared import Half
from remixer.playback.speaker import Speaker
from remixer.playback.status import AheadStatus, Bulletin, Latency, PlayerStatus
from remixer.song.song import Song
from remixer.song.take import Take

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard

SETTINGS, STATUS = 0, 1
FIRST_RATE = 44_100

_TICK_SECONDS = 1 / 60
_SLOW_SECONDS = 0.2
_LEVEL_SECONDS = 0.04


class Playback:
    """Obeys commands from a pipe, plays, and writes its status into shared memory.

    Args:
        connection: the pipe to the client.
        memory: the block shared with it.
        live_model: the folder of the model that runs ahead of the playhead, or None.
    """

    def __init__(self, connection: Connection, memory: Any, live_model: Path | None) -> None:
        self._connection = connection
        self._settings, self._status = Half(memory, SETTINGS), Half(memory, STATUS)
        self._live_failure = ""
        self._ahead = Ahead(self._card(live_model))
        self._engine = Engine()
        self._engine.controls_source = self._changed_controls
        self._speaker = Speaker(self._engine.render, lambda: self._engine.rendered)
        self._live = LiveDesk(connection, self._engine, self._speaker, self._ahead, self._reopen)
        self._song: Song | None = None
        self._take_ids: tuple[str, ...] = ()
        self._takes: tuple[Take, ...] = ()
        self._sought: int | None = None
        self._obeyed = self._told = 0
        self._underruns = self._ran_dry = 0
        self._faults = 0
        self._slow_due = 0.0
        self._commands: dict[str, Callable[..., None]] = {
            "stand_by": self._stand_by,
            "begin": self._begin,
            "load": self._load,
            "prefer": self._prefer,
            "play": self._play,
            "pause": self._engine.pause,
            "seek": self._seek,
            "loop": self._set_loop,
            "output": self._choose_output,
            "outputs": self._tell_outputs,
            "inputs": self._tell_inputs,
            "listen": self._live.listen,
            "resume": self._live.resume,
            "hush": self._live.hush,
            "record": self._live.record,
            "audible": self._live.set_audible,
        }

    def _card(self, folder: Path | None) -> ModelCard | None:
        from remixer.separation.card import load_card

        try:
            return load_card(folder) if folder is not None else None
        except ModelError as error:
            self._live_failure = error.message
            return None

    def run(self) -> None:
        """Obey and tell until the pipe closes."""
        try:
            while True:
                deadline = time.monotonic() + _TICK_SECONDS
                while self._connection.poll(self._patience(deadline)):
                    self._obey(*self._connection.recv())
                self._leap()
                self._tick()
        except (EOFError, OSError):
            return
        finally:
            with contextlib.suppress(OSError, RemixerError):
                self._live.hush()
            self._speaker.close()
            self._ahead.close()

    # Commands

    def _patience(self, deadline: float) -> float:
        return max(0.0, deadline - time.monotonic()) if self._sought is None else 0.0

    def _obey(self, name: str, *values: Any) -> None:
        if name != "seek":
            self._leap()
        try:
            self._commands[name](*values)
        except RemixerError as error:
            self._connection.send(("failed", error.message))
        self._obeyed += 1

    def _stand_by(self, device: str, rate: int) -> None:
        """Hold the device open, silent, so that the music need not wait for it later."""
        raise_priority("beside")
        self._speaker.stand_by(device, rate)

    def _begin(self, device: str) -> None:
        raise_priority("beside")
        self._speaker.begin(device, FIRST_RATE)
        self._ahead.begin()

    def _load(
        self,
        folder: str,
        take_ids: tuple[str, ...],
        stems: tuple[str, ...],
        position: int,
        controls: dict[str, Any],
    ) -> None:
        self._live.hush()
        song = Song.load(Path(folder))
        self._song, self._take_ids = song, take_ids
        self._ahead.attach(song)
        self._ahead.focus(position, False, jumped=True)
        self._takes = self._found_takes()
        output = self._speaker.output
        if output is not None and output.rate != song.rate:
            self._speaker.open(song.rate)
        self._engine.load(song, self._takes, stems, position, Controls.from_plain(controls))

    def _prefer(self, take_ids: tuple[str, ...]) -> None:
        self._take_ids = take_ids
        self._look_for_takes()

    def _play(self) -> None:
        self._live.hush()
        self._engine.play()
        self._ahead.focus(self._engine.position, True, jumped=True)

    def _seek(self, frame: int) -> None:
        self._sought = frame

    def _leap(self) -> None:
        """Go where the last of several seeks leads; each may have to wait for the disk."""
        frame, self._sought = self._sought, None
        if frame is not None:
            self._engine.seek(frame)
            self._ahead.focus(frame, self._engine.playing, jumped=True)

    def _set_loop(self, loop: tuple[int, int] | None) -> None:
        self._engine.set_loop(loop)
        self._ahead.set_loop(loop)

    def _choose_output(self, device: str) -> None:
        if self._live.on:
            self._live.move(device)
            return
        self._speaker.choose(device, self._song.rate if self._song is not None else FIRST_RATE)

    def _tell_outputs(self) -> None:
        self._connection.send(("outputs", portaudio.outputs()))

    def _tell_inputs(self) -> None:
        self._connection.send(("inputs", portaudio.inputs()))

    def _reopen(self) -> None:
        self._speaker.open(self._song.rate if self._song is not None else FIRST_RATE)

    # Between commands

    def _tick(self) -> None:
        now = time.monotonic()
        engine = self._engine
        ran_dry = self._speaker.underruns
        self._underruns += ran_dry - self._ran_dry if engine.playing else 0
        self._ran_dry = ran_dry
        if engine.settled:
            self._ahead.focus(engine.position, engine.playing and not engine.waiting)
        if now >= self._slow_due:
            self._slow_due = now + _SLOW_SECONDS
            self._engine.refresh()
            self._look_for_takes()
            self._tell_moves()
        self._speaker.watch()
        if self._live.on:
            self._live.tend(self._changed_controls())
        self._status.write(self._bulletin().pack())

    def _look_for_takes(self) -> None:
        takes = self._found_takes()
        if [id(take) for take in takes] != [id(take) for take in self._takes]:
            self._takes = takes
            self._engine.use(takes)

    def _found_takes(self) -> tuple[Take, ...]:
        if self._song is None:
            return ()
        live = self._ahead.take
        found = [self._song.take(take_id) for take_id in self._take_ids]
        takes = [take for take in found if take is not None]
        names = [take.id for take in takes]
        if live is None:
            self._ahead.set_better(takes)
        elif live.id in names:
            takes[names.index(live.id)] = live
            self._ahead.set_better(takes[: names.index(live.id)])
        else:
            self._ahead.set_better(takes)
            takes.append(live)
        return tuple(takes)

    def _tell_moves(self) -> None:
        moves = [(frame, controls.to_plain()) for frame, controls in self._engine.take_moves()]
        if moves:
            self._connection.send(("moves", moves))
        if self._engine.faults != self._faults:
            self._faults = self._engine.faults
            self._connection.send(("fault", repr(self._engine.fault)))

    def _bulletin(self) -> Bulletin:
        engine, speaker = self._engine, self._speaker
        if self._live.on or engine.settled:  # looked at first: what is told below is not older
            self._told = self._obeyed
        position, moving = engine.position_at(speaker.heard())
        song = engine.song
        rate = song.rate if song is not None else 0
        output, live = speaker.output, self._ahead.status()
        status = PlayerStatus(
            alive=True,
            playing=engine.playing,
            waiting=engine.waiting,
            song_id=song.id if song is not None else "",
            position_frames=min(position, song.frames) if song is not None else 0,
            levels=engine.levels_at(position, round(rate * _LEVEL_SECONDS) if moving else 0),
            heard=engine.heard,
            device=output.name if output is not None else "",
            rate=rate,
            latency_ms=self._latency(live),
            hop_ms=live.hop_ms,
            budget_ms=live.budget_ms,
            late=live.late,
            underruns=self._underruns,
            live=live.state,
            message=speaker.message or live.message or self._live_failure,
        )
        speed = float(rate if moving and not self._live.on else 0)
        return Bulletin(self._live.told(status), time.perf_counter(), speed, self._told)

    def _latency(self, live: AheadStatus) -> Latency:
        output = self._speaker.output
        if output is None:
            return Latency(live.algorithmic_ms)
        queue = 1000 * BLOCK_FRAMES / output.rate
        return Latency(live.algorithmic_ms, queue, max(0.0, 1000 * output.latency_seconds - queue))

    def _changed_controls(self) -> Controls | None:
        """Return the faders if they have been moved. Thread: audio."""
        value = self._settings.read()
        return Controls.from_plain(json.loads(value)) if value is not None else None
