"""The songs a user asked for: files as they are, folders with all that is in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EntryState = Literal["waiting", "opening", "decoding", "ready", "failed"]

_SUFFIXES = (
    ".wav .wave .aif .aiff .aifc .flac .mp3 .mp2 .ogg .oga .opus .caf .rf64 .w64 .au .snd .m4a .m4b .aac "
    ".mp4 .m4v .mov .wma .wmv .webm .mka .mkv .avi .ac3 .eac3 .wv .ape .tta .mpc .3gp .ts .mpg .mpeg .flv"
)
AUDIO_SUFFIXES = frozenset(_SUFFIXES.split(" "))


@dataclass(frozen=True)
class Entry:
    """One line of the queue.

    Attributes:
        path: the song's file.
        title: the song's title, or the file's name until that is known.
        state: how far it is; `ready` means it is wholly decoded.
        error: why it failed, in one sentence.
        song_id: the song's id once it is open.
        seconds: its length, 0 until that is known.
        separated: the fraction that the chosen model has separated.
    """

    path: Path
    title: str
    state: EntryState
    error: str = ""
    song_id: str = ""
    seconds: float = 0.0
    separated: float = 0.0


@dataclass(frozen=True)
class Found:
    """What looking through dropped files and folders brought.

    Attributes:
        songs: the files to open, in a person's order.
        skipped: the files that are no audio.
    """

    songs: tuple[Path, ...]
    skipped: tuple[Path, ...]

    @property
    def sentence(self) -> str:
        """What to say about the skipped files; empty when there are none."""
        if not self.skipped:
            return ""
        names = ", ".join(f"“{readable(path.name)}”" for path in self.skipped[:3])
        more = f" and {len(self.skipped) - 3} more" if len(self.skipped) > 3 else ""
        return f"Skipped what is not audio: {names}{more}."


def readable(name: str) -> str:
    """Return a file name that can be shown, whatever bytes it is made of."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def is_folder(path: Path) -> bool:
    """Return whether there is a folder; False as well where that may not be looked at."""
    return os.path.isdir(path)  # noqa: PTH112  (Path raises where a name is too long, or a folder is closed)


def existing(paths: Iterable[Path]) -> list[Path]:
    """Return those that exist; one whose name is too long, or whose folder is closed, does not."""
    return [path for path in paths if os.path.exists(path)]  # noqa: PTH110  (Path raises for these)


def find_songs(paths: Iterable[Path]) -> Found:
    """Look through files and folders.

    A file named by the user is always tried; in a folder only what is named
    like audio. Hidden files are passed over.
    """
    songs: list[Path] = []
    skipped: list[Path] = []
    for path in paths:
        if is_folder(path):
            for inner in _walk(path):
                (songs if inner.suffix.lower() in AUDIO_SUFFIXES else skipped).append(inner)
        else:
            songs.append(path)
    return Found(tuple(dict.fromkeys(songs)), tuple(skipped))


def _walk(folder: Path) -> Sequence[Path]:
    found: list[Path] = []
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(root) / name for name in sorted(files) if not name.startswith(".")]
    return found
