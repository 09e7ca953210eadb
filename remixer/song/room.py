"""Room on the disk: what decoding and separating a song will take there, known before the work begins."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from remixer.errors import OutputError
from remixer.song.arrays import disk_error
from remixer.song.song import FRAME_BYTES, Song

LARGE_BYTES = 2 * 10**9


@dataclass(frozen=True)
class Room:
    """How much disk a song still needs in the cache, and how much is free there."""

    title: str
    needed_bytes: int
    free_bytes: int

    @property
    def large(self) -> bool:
        """Whether it is worth a word."""
        return self.needed_bytes >= LARGE_BYTES

    @property
    def sentence(self) -> str:
        """What to say about it."""
        needed, free = (f"{count / 1e9:.1f} GB" for count in (self.needed_bytes, self.free_bytes))
        return f"“{self.title}” needs {needed} of disk in the song cache; {free} are free there."


def room_for(song: Song, take_id: str = "", stems: int = 0) -> Room:
    """Return the room a song needs for the part that is not decoded yet, and for what a take lacks.

    Args:
        song: the song; its length may still be an estimate.
        take_id: the take that is to be filled; empty for decoding alone.
        stems: how many stems it has.

    Raises:
        OutputError: the cache is gone.
    """
    mixture = 0 if song.complete else song.frames * FRAME_BYTES
    take = song.take(take_id) if take_id else None
    lacking = 1.0 - (take.fraction if take is not None else 0.0)
    stems_bytes = round(stems * song.frames * FRAME_BYTES * lacking)
    try:
        return Room(song.title, mixture + stems_bytes, shutil.disk_usage(song.folder).free)
    except OSError as error:
        raise disk_error(error) from error


def require_room(song: Song, take_id: str = "", stems: int = 0) -> Room:
    """Return the room a song needs; see `room_for`.

    Raises:
        OutputError: there is not as much.
    """
    room = room_for(song, take_id, stems)
    if room.needed_bytes > room.free_bytes:
        raise OutputError(
            f"{room.sentence[:-1]}; free some space or choose another folder.", str(song.folder)
        )
    return room
