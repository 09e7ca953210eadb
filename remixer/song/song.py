"""A song: its decoded sound, its peaks and its takes, in one folder."""

from __future__ import annotations

import json
import shutil
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from remixer.audio.tags import Tags
from remixer.errors import InputError, RemixerError, UsageError
from remixer.song.arrays import Fetcher, Usage, create, forget, mapped, touch, unreadable
from remixer.song.peaks import Peaks, Pyramid
from remixer.song.take import Take

VERSION = 1
FRAME_BYTES = 8
_DECODED, _FINAL = 0, 1


class Song:
    """A song on disk, shared between processes.

    One process decodes (see `importing`), any number read. Until decoding has
    finished `frames` is an upper estimate and what lies beyond
    `decoded_frames` is silence.

    Attributes:
        id: a hash of the file.
        folder: where everything about it lies.
        source: the file it came from.
        title: from the tags, else the file's name.
        rate: frames a second.
        note: what the user should know about it, or "".

    Thread: any.
    """

    def __init__(self, folder: Path) -> None:
        told = read_told(folder)
        self.folder = folder
        self.id, self.title, self.note = str(told["id"]), str(told["title"]), str(told["note"])
        self.source, self.rate = Path(told["source"]), int(told["rate"])
        self.channels, self.format, self.bits = int(told["channels"]), str(told["format"]), told["bits"]
        self._usage = Usage(folder / "in-use")
        self._progress: NDArray[np.uint64] = mapped(folder / "decoded.u64", "<u8", (2,))
        self._lock = threading.Lock()
        self._takes: WeakValueDictionary[str, Take] = WeakValueDictionary()
        self._pyramid: Pyramid | None = None
        self._capacity = 0
        self._mixture: NDArray[np.float32] = np.zeros((0, 2), np.float32)
        self.refresh()
        self._fetcher = Fetcher(folder / "mixture.f32")

    @classmethod
    def load(cls, folder: Path) -> Song:
        """Open a song from its folder, in any process.

        Raises:
            InputError: the folder holds no song, or a damaged one.
        """
        return cls(Path(folder))

    @property
    def complete(self) -> bool:
        """Whether decoding has finished."""
        return bool(self._progress[_FINAL])

    @property
    def decoded_frames(self) -> int:
        """How much is there already."""
        return int(self._progress[_DECODED])

    @property
    def frames(self) -> int:
        """The length: exact once complete, an upper estimate before."""
        return min(int(self._progress[_FINAL]) or self._capacity, self._capacity)

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return self.frames / self.rate

    @property
    def mixture(self) -> NDArray[np.float32]:
        """The decoded song, (frames, 2), mapped, read-only."""
        return self._mixture[: self.frames]

    @property
    def tags(self) -> Tags:
        """The tags and the cover of the source, as they were when it was opened."""
        try:
            told = json.loads((self.folder / "tags.json").read_text(encoding="utf-8"))
            cover = self.folder / "cover"
            items = tuple((str(name), str(value)) for name, value in told)
            return Tags(items, cover.read_bytes() if cover.exists() else None)
        except (OSError, ValueError):
            return Tags()

    @property
    def peaks(self) -> Peaks:
        """The waveform of the mixture, as far as it is decoded."""
        return Peaks(self.pyramid, 0, lambda start, end: self.mixture[start:end])

    @property
    def pyramid(self) -> Pyramid:
        """The bins behind `peaks`."""
        with self._lock:
            if self._pyramid is None:
                self._pyramid = Pyramid(self.folder / "peaks", 1, self._capacity)
            return self._pyramid

    def refresh(self) -> None:
        """Map what has grown since: a file that turned out longer than its header said."""
        capacity = _frames_in(self.folder / "mixture.f32")
        with self._lock:
            if capacity == self._capacity:
                return
            self._mixture = mapped(self.folder / "mixture.f32", "<f4", (capacity, 2))
            self._capacity, self._pyramid = capacity, None

    def takes(self) -> list[Take]:
        """Return every take there is, of any model."""
        folder = self.folder / "takes"
        names = sorted(path.parent.name for path in folder.glob("[!.]*/take.json"))
        found = (self.take(name) for name in names)
        return [take for take in found if take is not None]

    def take(self, take_id: str) -> Take | None:
        """Return the take of that name, None if there is none (or a damaged one)."""
        with self._lock:
            known = self._takes.get(take_id)
            if known is not None and known.capacity_frames >= self.frames:
                return known
            folder = self._take_folder(take_id)
            if not (folder / "take.json").exists():
                return None
            try:
                take = Take(folder, lambda: self.frames)
            except RemixerError:
                return None
            if take.capacity_frames < self.frames:
                return None
            self._takes[take_id] = take
            return take

    def create_take(self, take_id: str, model_id: str, stems: Sequence[str]) -> Take:
        """Return the take of that name, made if there is none; what it covers already stays.

        Raises:
            OutputError: the disk is full or refuses it.
        """
        found = self.take(take_id)
        if found is not None and found.stems == tuple(stems):
            return found
        folder = self._take_folder(take_id)
        aside = folder.with_name(f".{uuid.uuid4().hex[:12]}")
        Take.create(aside, take_id, model_id, stems, self._capacity)
        if not _renamed(aside, folder):
            found = self.take(take_id)
            if found is None or found.stems != tuple(stems):
                discard(folder)
                _renamed(aside, folder)
            shutil.rmtree(aside, ignore_errors=True)
        with self._lock:
            self._takes.pop(take_id, None)
        made = self.take(take_id)
        if made is None:
            raise InputError(f"The take “{take_id}” of “{self.title}” cannot be opened.")
        return made

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        """Return a copy of frames [start, end), (n, 2)."""
        return np.array(self.mixture[start:end])

    def fetch(self, start: int, end: int) -> None:
        """Have frames [start, end) of the mixture in memory before they are read. Thread: any."""
        self._fetcher.fetch(start * FRAME_BYTES, (end - start) * FRAME_BYTES)

    def touch(self, start: int, end: int) -> None:
        """Have them mapped as well. Thread: any but one that must not wait for the disk."""
        touch(self._mixture[start:end])

    def release(self) -> None:
        """Give the mapped pages back to the system; long readers call it every few seconds of audio."""
        forget(self._mixture)
        if self._pyramid is not None:
            self._pyramid.release()

    def close(self) -> None:
        """Say that the song is not in use any more. What was read from it stays readable."""
        self._usage.close()

    def _take_folder(self, take_id: str) -> Path:
        if not take_id or take_id.startswith(".") or {"/", "\\", "\0"} & {*take_id}:
            raise UsageError(f"“{take_id}” is no name for a take.")
        return self.folder / "takes" / take_id


def read_told(folder: Path) -> dict[str, Any]:
    """Return what `song.json` says.

    Raises:
        InputError: it is missing or damaged.
        OutputError: the system gives no more files.
    """
    try:
        told = json.loads((folder / "song.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise unreadable("song.json cannot be read", error) from error
    needed = {"id", "title", "note", "source", "rate", "channels", "format", "bits"}
    if not isinstance(told, dict) or told.get("version") != VERSION or not needed <= told.keys():
        raise InputError(
            "The song's folder is damaged or of another version: song.json does not say what it should."
        )
    return told


def write_told(folder: Path, told: dict[str, Any]) -> None:
    """Write `song.json` in one step."""
    aside = folder / f"song.json.{uuid.uuid4().hex[:8]}.part"
    aside.write_text(json.dumps(told, indent=1), encoding="utf-8")
    aside.replace(folder / "song.json")


def make_files(folder: Path, capacity_frames: int) -> None:
    """Make the empty arrays of a new song.

    Raises:
        OutputError: the disk is full or refuses it.
    """
    (folder / "takes").mkdir()
    create(folder / "mixture.f32", max(1, capacity_frames) * FRAME_BYTES)
    create(folder / "decoded.u64", 16, sparse=False)


def discard(folder: Path) -> None:
    """Delete a folder so that nobody ever sees half of it."""
    aside = folder.with_name(f".{uuid.uuid4().hex[:12]}")
    try:
        folder.rename(aside)
    except OSError:
        return
    shutil.rmtree(aside, ignore_errors=True)


def _renamed(aside: Path, folder: Path) -> bool:
    try:
        aside.rename(folder)
    except OSError:
        return False
    return True


def _frames_in(path: Path) -> int:
    try:
        return path.stat().st_size // FRAME_BYTES
    except OSError as error:
        raise InputError("The song's folder is damaged: mixture.f32 is missing.", repr(error)) from error
