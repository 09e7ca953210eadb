"""One playback process as its parent sees it."""

from __future__ import annotations

import contextlib
import multiprocessing
from multiprocessing import connection as connections
from pathlib import Path
from typing import Any

from remixer.playback.main import playback_main
from remixer.playback.process import SETTINGS, STATUS
from remixer.playback.shared import Half, shared_memory

_END_SECONDS = 0.5
_HUNG_SECONDS = 20.0


class Child:
    """A spawned playback process, its pipe and its memory.

    Attributes:
        sent: how many commands have been sent.

    Args:
        live_model: the folder of the model that runs ahead of the playhead, or None.
    """

    def __init__(self, live_model: Path | None) -> None:
        context = multiprocessing.get_context("spawn")
        memory = shared_memory()
        self.sent = 0
        self._told, self._quiet_seconds = 0, 0.0
        self._settings, self._status = Half(memory, SETTINGS), Half(memory, STATUS)
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=playback_main, args=(theirs, memory, live_model), name="remixer-playback", daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        """Whether the process runs; one that was closed does not."""
        try:
            return self._process.is_alive()
        except ValueError:
            return False

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid

    def send(self, *command: Any) -> None:
        """Send a command; one to a dead process is lost. Thread: one at a time."""
        with contextlib.suppress(OSError, ValueError):
            self._connection.send(command)
        self.sent += 1

    def write(self, settings: bytes) -> None:
        """Put the faders into shared memory. Thread: one at a time."""
        self._settings.write(settings)

    def read(self) -> bytes | None:
        """Return the newest status, None if there is no newer one. Thread: one at a time."""
        return self._status.read()

    def receive(self, seconds: float) -> list[Any]:
        """Wait for messages, or for the process's end, at most so long.

        A process that no longer tells how it stands hangs, say in a sound system that does not answer:
        it is ended.
        """
        ready = connections.wait([self._connection, self._process.sentinel], seconds)
        quiet = not ready and 0 < self._status.told == self._told
        self._told, self._quiet_seconds = self._status.told, self._quiet_seconds + seconds if quiet else 0.0
        if self._quiet_seconds > _HUNG_SECONDS:
            self._process.kill()
        messages: list[Any] = []
        if self._connection in ready:
            with contextlib.suppress(EOFError, OSError):
                while self._connection.poll():
                    messages.append(self._connection.recv())
        return messages

    def close(self) -> None:
        """End the process: by the end of the pipe, else by force."""
        self._connection.close()
        self._process.join(_END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_END_SECONDS)
        if not self._process.is_alive():
            self._process.close()
