"""Keeping the work: soon after a change has come to rest, and now and then while it goes on."""

from __future__ import annotations

import time
from dataclasses import replace

from remixer.session.front import Front
from remixer.session.live_input import LiveInput
from remixer.session.playlist import Playlist
from remixer.session.store import Desk
from remixer.session.writer import Writer

_RESTING_SECONDS = 0.3
_LONGEST_SECONDS = 1.0
_PLACE_SECONDS = 5


class Delay:
    """Says when a thing that changes should be kept: when it rests, or when it has changed for long."""

    def __init__(self) -> None:
        self._thing: object = None
        self._changed = 0.0
        self._since: float | None = None

    def due(self, thing: object, now_seconds: float) -> bool:
        """Return whether it should be kept now; called again and again, true once for each keeping."""
        if thing != self._thing:
            self._thing, self._changed = thing, now_seconds
            if self._since is None:
                self._since = now_seconds
        if self._since is None:
            return False
        resting = now_seconds - self._changed >= _RESTING_SECONDS
        if resting or now_seconds - self._since >= _LONGEST_SECONDS:
            self._since = None
            return True
        return False


class Autosave:
    """Keeps the mix in front and what lies on the desk.

    Args:
        front: the song in front.
        playlist: the queue.
        live: the recording that goes on.
        writer: where it goes.
        before: the desk of the last time, kept while nothing is opened.
    """

    def __init__(
        self, front: Front, playlist: Playlist, live: LiveInput, writer: Writer, before: Desk
    ) -> None:
        self._front, self._playlist, self._live = front, playlist, live
        self._writer, self._before = writer, before
        self._delay = Delay()

    def poll(self, playing: bool, position_frames: int) -> None:
        """Save if it is time. Thread: GUI."""
        front, playlist = self._front, self._playlist
        rate = front.song.rate if front.song is not None else 1
        place = position_frames // (_PLACE_SECONDS * rate) if playing else position_frames
        work = (front.work, playlist.current, len(playlist.items), playing, place, self._live.recording)
        if self._delay.due(work, time.monotonic()):
            self.save(position_frames, running=True)

    def save(self, position_frames: int, running: bool) -> None:
        """Save now; `running` is false when the program is being closed. Thread: GUI."""
        self._front.save(position_frames)
        item, song = self._playlist.current, self._front.song
        desk = self._before
        if item is not None:
            paths = tuple(str(one.path) for one in self._playlist.items)
            seconds = round(position_frames / song.rate, 2) if song is not None else 0.0
            desk = Desk(paths, self._playlist.current_index, item.title, seconds)
        recording = str(self._live.recording or "")
        self._writer.save_desk(replace(desk, running=running, recording=recording))
