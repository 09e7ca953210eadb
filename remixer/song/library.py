"""The cache of songs: opening files, remembering them, keeping within a size."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Collection
from pathlib import Path

from remixer.audio.decode import SourceInfo, probe, require_file
from remixer.audio.naming import shown_name
from remixer.audio.tags import read_tags
from remixer.errors import InputError, RemixerError
from remixer.song.arrays import disk_error, exclusive
from remixer.song.song import VERSION, Song, discard, make_files, read_told, write_told

DEFAULT_LIMIT_BYTES = 20 * 2**30
_HASHED_WHOLE_BYTES = 256 * 2**20
_SAMPLE_BYTES = 2**20
_LEFT_SECONDS = 3600


class Library:
    """Every song the cache holds.

    Args:
        root: the cache's folder; songs lie in `root/songs/<id>/`.
        limit_bytes: how much `trim` leaves.

    Thread: any.
    """

    def __init__(self, root: Path, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.root, self.limit_bytes = root, limit_bytes
        self._songs = root / "songs"

    def open(self, path: Path) -> Song:
        """Return the song of a file, known or new; nothing is decoded yet (see `importing`).

        Raises:
            InputError: the file is missing, empty, unreadable or holds no sound.
            OutputError: the cache's folder cannot be written to.
        """
        path = Path(os.path.abspath(path))  # noqa: PTH100  (links are kept as they were given)
        require_file(path)
        song_id = self._id(path)
        folder = self._songs / song_id
        try:
            if folder.is_dir():
                with contextlib.suppress(InputError):
                    return self._reopened(folder, path)
                discard(folder)
        except OSError as error:
            raise disk_error(error) from error
        return self._made(folder, probe(path))

    def recent(self) -> list[Song]:
        """Return the songs, the one used last first; those that cannot be opened are left out."""
        songs = []
        for folder in sorted(self._folders(), key=_used, reverse=True):
            with contextlib.suppress(RemixerError):
                songs.append(Song.load(folder))
        return songs

    def size_bytes(self) -> int:
        """Return how much disk space all songs take."""
        return sum(_size(folder) for folder in self._folders())

    def trim(self, keep: Collection[str] = ()) -> None:
        """Delete the songs unused longest until the limit holds.

        Songs named in `keep`, and songs that any process has open, stay; so do folders that are not ours to
        delete.
        """
        with contextlib.suppress(OSError):  # another process sweeps, too
            self._sweep()
        sizes = {folder: _size(folder) for folder in self._folders()}
        excess = sum(sizes.values()) - self.limit_bytes
        for folder in sorted(sizes, key=_used):
            if excess <= 0:
                return
            if folder.name in keep:
                continue
            with contextlib.suppress(OSError):  # another process was quicker, or it is another user's
                _drop(folder)
            excess -= 0 if folder.exists() else sizes[folder]

    def _reopened(self, folder: Path, path: Path) -> Song:
        told = read_told(folder)
        song = Song.load(folder)
        if told["source"] != str(path):
            song.close()
            write_told(folder, {**told, "source": str(path), "title": song.tags.title or _stem(path)})
            song = Song.load(folder)
        with contextlib.suppress(OSError):  # a cache that cannot be written to can be read all the same
            os.utime(folder / "song.json")
        return song

    def _made(self, folder: Path, info: SourceInfo) -> Song:
        aside = self._songs / f".{uuid.uuid4().hex[:12]}"
        tags = read_tags(info.path)
        told = {
            "version": VERSION, "id": folder.name, "source": str(info.path),
            "title": tags.title or _stem(info.path), "artist": tags.artist, "rate": info.rate,
            "channels": info.channels, "frames": info.frames, "format": info.format, "bits": info.bits,
            "note": info.note,
        }  # fmt: skip
        try:
            aside.mkdir(parents=True)
            make_files(aside, info.frames)
            (aside / "tags.json").write_text(json.dumps(tags.items), encoding="utf-8")
            if tags.cover:
                (aside / "cover").write_bytes(tags.cover)
            write_told(aside, told)
            aside.rename(folder)
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            if folder.is_dir():
                return Song.load(folder)
            raise disk_error(error) from error
        return Song.load(folder)

    def _sweep(self) -> None:
        """Delete what a crash left half made or half deleted."""
        for left in [*self._songs.glob(".*"), *self._songs.glob("*/takes/.*")]:
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                    shutil.rmtree(left, ignore_errors=True)

    def _id(self, path: Path) -> str:
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                if size <= _HASHED_WHOLE_BYTES:
                    return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
                found = hashlib.blake2b(f"{size} {path.stat().st_mtime_ns}".encode(), digest_size=16)
                for part in range(64):
                    file.seek(part * (size - _SAMPLE_BYTES) // 63)
                    found.update(file.read(_SAMPLE_BYTES))
                return found.hexdigest()
        except (OSError, ValueError):
            probe(path)
            raise InputError(f"“{shown_name(path)}” cannot be read.") from None

    def _folders(self) -> list[Path]:
        return [path.parent for path in self._songs.glob("[!.]*/song.json")]


def _stem(path: Path) -> str:
    return os.fsencode(path.stem).decode("utf-8", "replace")


def _used(folder: Path) -> float:
    try:
        return (folder / "song.json").stat().st_mtime
    except OSError:
        return 0.0


def _drop(folder: Path) -> None:
    """Delete a song's folder unless somebody works with it."""
    with exclusive(folder / "in-use") as unused:
        if unused and os.name != "nt":
            discard(folder)
    if os.name == "nt":
        discard(folder)


def _size(folder: Path) -> int:
    total = 0
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            with contextlib.suppress(OSError):
                found = Path(place, name).stat()
                total += getattr(found, "st_blocks", -(-found.st_size // 512)) * 512
    return total
