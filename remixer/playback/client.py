"""The player: what the rest of the program knows of the playback process."""

from __future__ import annotations

import atexit
import json
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixer.mixing.controls import STEMS, Controls
from remixer.playback.child import Child
from remixer.playback.failures import Failures
from remixer.playback.outputs import OutputDevice
from remixer.playback.process import FIRST_RATE
from remixer.playback.status import Bulletin, HopTimes, Latency, PlayerStatus
from remixer.playback.wish import Loop, Wish

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard

__all__ = ["HopTimes", "Latency", "OutputDevice", "Player", "PlayerStatus"]

Moves = tuple[tuple[int, Controls], ...]

_log = logging.getLogger(__name__)

_FURTHEST_SECONDS = 0.25
_SPARE_SECONDS = 2.0
_OUTPUTS_SECONDS = 2.0


class Player:
    """Plays in a process of its own and keeps one alive.

    A second process waits beside the first, so that when the first dies the
    music goes on at once where it was.

    Args:
        live_card: the model that runs ahead of the playhead, or None.
        output: the device's id; None for the system's default.

    Thread: any; no method waits for the process, but `outputs` and `close`.
    """

    def __init__(self, live_card: ModelCard | None = None, output: str | None = None) -> None:
        self._live_model = live_card.folder if live_card is not None else None
        self._wish = Wish(output=output or "")
        self._lock = threading.RLock()
        self._child: Child | None = None
        self._spare: Child | None = None
        self._spare_told = ("", 0)
        self._bulletin = Bulletin(PlayerStatus(), 0.0, 0.0, 0)
        self._held = (0, 0)
        self._restarts = 0
        self._failures = Failures()
        self._spare_due = time.monotonic() + _SPARE_SECONDS
        self._moves: list[tuple[int, Controls]] = []
        self._devices: dict[str, list[OutputDevice]] = {}
        self._recorded: tuple[Path, ...] = ()
        self._answered = threading.Condition(self._lock)
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None

    def start(self) -> None:
        """Start the process."""
        atexit.register(self._closing.set)
        with self._lock:
            self._child = self._made()
            self._tell_all(self._child, 0, False)
        self._watcher = threading.Thread(target=self._watch, name="player-watch", daemon=True)
        self._watcher.start()

    def close(self) -> None:
        """End the process."""
        self._closing.set()
        atexit.unregister(self._closing.set)
        with self._lock:
            children = [child for child in (self._child, self._spare) if child is not None]
            self._child = self._spare = None
        for child in children:
            child.close()
        if self._watcher is not None:
            self._watcher.join(1.0)

    def load(
        self,
        song_folder: Path,
        take_ids: Sequence[str] = (),
        stems: Sequence[str] = STEMS,
        position: int = 0,
    ) -> None:
        """Turn to a song, resting at a frame; the faders stay as they are."""
        with self._lock:
            self._wish = replace(
                self._wish, folder=str(song_folder), take_ids=tuple(take_ids), stems=tuple(stems),
                playing=False, loop=None, input=None,
            )  # fmt: skip
            self._moves.clear()
            self._failures.forget()
            self._send(*self._wish.load_command(position))
            self._hold(position)

    def prefer(self, take_ids: Sequence[str]) -> None:
        """Hear these takes where they cover, the first one first."""
        self._want("prefer", tuple(take_ids), take_ids=tuple(take_ids))

    def play(self) -> None:
        """Let the song sound."""
        self._want("play", playing=True, input=None)

    def pause(self) -> None:
        """Let it rest."""
        self._want("pause", playing=False)

    def seek(self, frame: int) -> None:
        """Go on from a frame."""
        self._want("seek", frame)

    def set_loop(self, loop: Loop | None) -> None:
        """Repeat a region, in frames, or nothing."""
        self._want("loop", loop, loop=loop)

    def set_controls(self, controls: Controls) -> None:
        """Move the faders; heard from the next block on."""
        with self._lock:
            self._wish = replace(self._wish, controls=controls)
            if self._child is not None:
                self._child.write(json.dumps(controls.to_plain()).encode())

    def set_output(self, device: str | None) -> None:
        """Play on a device; None is the system's default."""
        self._want("output", device or "", output=device or "")

    def outputs(self) -> list[OutputDevice]:
        """Return the devices there are, as the playback process sees them; waits for it a moment."""
        return self._asked("outputs")

    def inputs(self) -> list[OutputDevice]:
        """Return the devices that can record; waits for the playback process a moment."""
        return self._asked("inputs")

    def listen(self, device: str | None = None, audible: bool = True, cushion: int = 0) -> None:
        """Hear an input instead of the song, aloud if audible; the cushion is as in `Listening`."""
        with self._lock:
            self._failures.forget()
            self._wish = self._wish.listening(device or "", audible, cushion)
            self._send(*self._wish.listen_command())

    def set_audible(self, on: bool) -> None:
        """Let the loudspeaker give the live sound, or not."""
        self._want("audible", on, audible=on)

    def hush(self) -> None:
        """End the live sound and finish its recording; the song comes back, resting."""
        self._want("hush", input=None)

    def record(self, folder: Path | None) -> None:
        """Write the live sound's stems and mix to a folder from now on; None finishes the files."""
        with self._lock:
            self._send("record", str(folder) if folder is not None else None)

    def recorded(self) -> tuple[Path, ...]:
        """Return the files of the last recording that was finished."""
        return self._recorded

    def moves(self) -> Moves:
        """Return the fader moves since the song was loaded: the frame, and the faders from there on."""
        with self._lock:
            return tuple(self._moves)

    def status(self) -> PlayerStatus:
        """Return how playback stands now, the frame that is heard at this moment."""
        with self._lock:
            bulletin, alive = self._newest(), self._child is not None
            status = bulletin.status
            behind = self._child is not None and bulletin.obeyed < self._child.sent
            position, held_until = self._held
            if bulletin.obeyed < held_until:
                status = replace(status, position_frames=position)
            if not behind:
                self._wish = replace(self._wish, playing=status.playing)
            elapsed = min(max(0.0, time.perf_counter() - bulletin.seconds), _FURTHEST_SECONDS)
            return replace(
                status,
                alive=alive and status.alive,
                playing=self._wish.playing,
                listening=self._wish.input is not None if behind else status.listening,
                position_frames=status.position_frames + int(elapsed * bulletin.speed),
                restarts=self._restarts,
                message=self._failures.newest(status.message),
            )

    # The process

    def _made(self) -> Child:
        return Child(self._live_model)

    def _send(self, *command: Any) -> None:
        if self._child is not None:
            self._child.send(*command)

    def _want(self, *command: Any, **wish: Any) -> None:
        with self._lock:
            self._wish = replace(self._wish, **wish)
            self._send(*command)

    def _tell_all(self, child: Child, position: int, playing: bool) -> None:
        wish = self._wish
        child.send("begin", wish.output)
        child.write(json.dumps(wish.controls.to_plain()).encode())
        if wish.folder:
            child.send(*wish.load_command(position))
            child.send("loop", wish.loop)
            if playing:
                child.send("play")
        if wish.input is not None:
            child.send(*wish.listen_command(again=True))

    def _asked(self, kind: str) -> list[OutputDevice]:
        with self._answered:
            self._devices.pop(kind, None)
            self._send(kind)
            self._answered.wait_for(lambda: kind in self._devices, _OUTPUTS_SECONDS)
            return list(self._devices.get(kind, ()))

    def _hold(self, position: int) -> None:
        """Tell this position until the process has obeyed all it has been sent."""
        self._held = (position, self._child.sent if self._child is not None else 0)

    def _newest(self) -> Bulletin:
        packed = self._child.read() if self._child is not None else None
        if packed is not None:
            self._bulletin = Bulletin.unpack(packed)
        return self._bulletin

    def _watch(self) -> None:
        while not self._closing.is_set():
            try:
                self._look_after()
            except (OSError, ValueError) as error:  # the system starts no more processes, or it was closed
                _log.warning("The playback process could not be looked after: %r", error)
                self._closing.wait(_SPARE_SECONDS)

    def _look_after(self) -> None:
        child = self._child
        if child is None:
            return
        alive = child.alive
        for message in child.receive(0.1):
            self._take(*message)
        if not alive:
            if not self._closing.wait(_SPARE_SECONDS if self._failures.die() else 0.0):
                self._revive(child)
            self._spare_due = time.monotonic()
        elif time.monotonic() >= self._spare_due:
            self._spare_due = time.monotonic() + _SPARE_SECONDS
            self._tend()

    def _tend(self) -> None:
        """Keep a second process waiting, with the device held open as the first one has it."""
        self._failures.live()
        if self._spare is None or not self._spare.alive:
            self._spare, self._spare_told = self._made(), ("", 0)
        wanted = (self._wish.output, self._bulletin.status.rate or FIRST_RATE)
        if wanted != self._spare_told:
            self._spare_told = wanted
            self._spare.send("stand_by", *wanted)

    def _take(self, name: str, value: Any = None) -> None:
        with self._answered:
            if name == "moves":
                self._moves += [(frame, Controls.from_plain(plain)) for frame, plain in value]
            elif name in ("outputs", "inputs"):
                self._devices[name] = value
                self._answered.notify_all()
            elif name == "recorded":
                self._recorded = tuple(Path(path) for path in value)
            elif name == "hushed":
                self._wish = replace(self._wish, input=None)
            elif name == "failed":
                self._failures.say(value)
            elif name == "fault":
                _log.warning("A block could not be played: %s", value)

    def _revive(self, dead: Child) -> None:
        with self._lock:
            last = self.status()
            child = self._spare if self._spare is not None and self._spare.alive else self._made()
            dead.close()
            self._restarts += 1
            self._spare, self._child = None, child
            self._bulletin = Bulletin(replace(last, levels=(), recording=False, message=""), 0.0, 0.0, 0)
            self._tell_all(child, last.position_frames, last.playing)
            self._hold(last.position_frames)
