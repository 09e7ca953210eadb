"""Mixes and the desk on their way to the disk: written behind the session's back, the newest of each."""

from __future__ import annotations

import threading
from typing import Any

from remixer.errors import OutputError
from remixer.jobs import Jobs
from remixer.session.notices import Notices
from remixer.session.store import Desk, Store

_CLOSE_SECONDS = 0.5


class Writer:
    """Takes what is to be kept and returns at once.

    Args:
        store: where it is kept.
        notices: where failures are said.

    Thread: any.
    """

    def __init__(self, store: Store, notices: Notices) -> None:
        self._store = store
        self._notices = notices
        self._mixes: dict[str, dict[str, Any]] = {}
        self._desk: Desk | None = None
        self._waiting = threading.Lock()
        self._writing = threading.Lock()
        self._jobs = Jobs()

    def save_mix(self, song_id: str, mix: dict[str, Any]) -> None:
        """Keep a song's mix."""
        with self._waiting:
            self._mixes[song_id] = mix
        self._jobs.start("Saving the mix", lambda _: self._write())

    def save_desk(self, desk: Desk) -> None:
        """Keep what lies on the desk."""
        with self._waiting:
            self._desk = desk
        self._jobs.start("Saving the session", lambda _: self._write())

    def load_mix(self, song_id: str) -> dict[str, Any]:
        """Return a song's mix, the newest one even if it is not on the disk yet; empty if there is none."""
        with self._waiting:
            waiting = self._mixes.get(song_id)
        return waiting if waiting is not None else self._store.load_mix(song_id)

    def close(self) -> None:
        """Write what still waits."""
        self._jobs.close(_CLOSE_SECONDS)
        self._write()

    def _write(self) -> None:
        """Write what waits; what cannot be written waits for the next time."""
        with self._writing:
            with self._waiting:
                mixes, desk = dict(self._mixes), self._desk
            try:
                for song_id, mix in mixes.items():
                    self._store.save_mix(song_id, mix)
                    self._mix_written(song_id, mix)
                if desk is not None:
                    self._store.save_desk(desk)
                    self._desk_written(desk)
            except OutputError as error:
                self._notices.say(error.message, "error")

    def _mix_written(self, song_id: str, mix: dict[str, Any]) -> None:
        with self._waiting:
            if self._mixes.get(song_id) is mix:
                del self._mixes[song_id]

    def _desk_written(self, desk: Desk) -> None:
        with self._waiting:
            if self._desk is desk:
                self._desk = None
