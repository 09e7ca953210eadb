"""Sparse files of numbers: written through the file, read through a map, never shortened."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.errors import InputError, OutputError, RemixerError

if os.name == "nt":
    import msvcrt
else:
    import fcntl


class Writer:
    """Writes blocks into a file at given places; keeps nothing in memory.

    Nothing is written through a map: a map's dirty pages count as this
    process's memory, a full disk under a map kills the process, and a write
    that waits for the disk would hold the interpreter's lock all the while.

    Thread: any.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._number = -1
        self._number = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))

    def write(self, offset_bytes: int, array: NDArray[Any]) -> None:
        """Write the array's bytes at the offset.

        Raises:
            OutputError: the disk is full or gone.
        """
        view = memoryview(np.ascontiguousarray(array).view(np.uint8).reshape(-1).data)
        try:
            with self._lock:
                os.lseek(self._number, offset_bytes, os.SEEK_SET)
                while len(view):
                    view = view[os.write(self._number, view) :]
        except OSError as error:
            raise disk_error(error) from error

    def sync(self) -> None:
        """Wait until what was written is on the disk."""
        with contextlib.suppress(OSError):
            os.fsync(self._number)

    def close(self) -> None:
        """Close the file."""
        number, self._number = self._number, -1
        if number >= 0:
            os.close(number)

    def __del__(self) -> None:
        self.close()


class Fetcher:
    """Asks the system to read parts of a file before they are needed, so that reading its map need not wait.

    Thread: any; does not hold the interpreter's lock.
    """

    def __init__(self, path: Path) -> None:
        self._number = -1
        if hasattr(os, "posix_fadvise"):
            self._number = os.open(path, os.O_RDONLY)

    def fetch(self, offset_bytes: int, size_bytes: int) -> None:
        """Have these bytes in memory soon; where the system knows no such thing, nothing happens."""
        if self._number >= 0:
            with contextlib.suppress(OSError):
                os.posix_fadvise(self._number, max(0, offset_bytes), size_bytes, os.POSIX_FADV_WILLNEED)

    def __del__(self) -> None:
        number, self._number = self._number, -1
        if number >= 0:
            os.close(number)


def touch(array: NDArray[Any]) -> None:
    """Have the pages of a contiguous mapped array at hand, so that who reads it next need not wait for them.

    The system may take milliseconds to hand over a page that is in memory already. Four numbers are read of
    each, since numpy lets go of the interpreter's lock for more than 500.
    """
    np.bitwise_or.reduce(array.reshape(-1).view(np.uint8)[:: mmap.PAGESIZE // 4])


def create(path: Path, size_bytes: int, sparse: bool = True) -> None:
    """Make a file of zeros; a sparse one takes disk space only where it is written.

    Raises:
        OutputError: the disk is full or refuses it.
    """
    try:
        with path.open("wb") as file:
            if sparse:
                file.truncate(size_bytes)
            else:
                file.write(bytes(size_bytes))
    except OSError as error:
        raise disk_error(error) from error


def grow(path: Path, size_bytes: int) -> None:
    """Make the file longer if it is shorter; maps of the shorter file stay valid.

    Raises:
        OutputError: the disk is full or refuses it.
    """
    try:
        with path.open("r+b") as file:
            if path.stat().st_size < size_bytes:
                file.truncate(size_bytes)
    except OSError as error:
        raise disk_error(error) from error


def mapped(path: Path, dtype: str, shape: tuple[int, ...], mode: str = "r") -> NDArray[Any]:
    """Map the file.

    Raises:
        InputError: the file is missing or too short.
        OutputError: the system gives no more files or memory.
    """
    try:
        return np.memmap(path, dtype=dtype, mode=mode, shape=shape)  # type: ignore[call-overload, no-any-return]
    except (OSError, ValueError) as error:
        raise unreadable(f"{path.name} is missing or short", error) from error


def forget(array: NDArray[Any]) -> None:
    """Give a mapped array's pages back to the system: they stay on disk and are read again when needed."""
    if not hasattr(mmap, "MADV_DONTNEED"):
        return
    source: Any = array
    while source is not None and not isinstance(source, mmap.mmap):
        source = getattr(source, "_mmap", None) or getattr(source, "base", None)
    if source is not None:
        source.madvise(mmap.MADV_DONTNEED)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[bool]:
    """Try to be the only one, of all processes, that holds this lock; give whether it worked.

    The system drops the lock when the process ends, however it ends.
    """
    with path.open("ab") as file:
        held = _lock(file.fileno())
        try:
            yield held
        finally:
            if held:
                _unlock(file.fileno())


def _lock(number: int) -> bool:
    try:
        if os.name == "nt":
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(number: int) -> None:
    if os.name == "nt":
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(number, fcntl.LOCK_UN)


class Usage:
    """A mark that somebody works with a folder; ends with the object or the process."""

    def __init__(self, path: Path) -> None:
        self._number = -1
        with contextlib.suppress(OSError):
            self._number = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            if os.name != "nt":
                fcntl.flock(self._number, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def close(self) -> None:
        """Take the mark away."""
        number, self._number = self._number, -1
        if number >= 0:
            os.close(number)

    def __del__(self) -> None:
        self.close()


def unreadable(what: str, error: Exception) -> RemixerError:
    """Return what to tell of a song's folder that cannot be read: whole ones are not called damaged."""
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
        return OutputError(f"The song cannot be opened now: {error.strerror}.", repr(error))
    return InputError(f"The song's folder is damaged: {what}.", repr(error))


def disk_error(error: OSError) -> OutputError:
    """Return what to tell the user about a cache that cannot be written to."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(
            "The disk of the song cache is full; free some space or choose another folder.", repr(error)
        )
    return OutputError(f"The song cache cannot be written to: {error.strerror or error}.", repr(error))
