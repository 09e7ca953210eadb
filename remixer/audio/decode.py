"""Reading any sound file, block by block, as stereo float32 at its own rate."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from remixer.audio.naming import shown_name
from remixer.errors import InputError

BLOCK_FRAMES = 65536
LOWEST_HZ, HIGHEST_HZ = 1_000, 768_000


@dataclass(frozen=True)
class SourceInfo:
    """What a sound file says about itself.

    Attributes:
        rate: frames a second.
        channels: as in the file; what is read from it is always stereo.
        frames: the length; an upper estimate unless `exact`.
        format: short name such as "wav" or "m4a/aac".
        bits: bits a sample of PCM (32 and 64 for float too), None for lossy formats.
        note: what the user should know, such as "5.1 folded to stereo (ITU-R BS.775)"; else "".
    """

    path: Path
    rate: int
    channels: int
    frames: int
    exact: bool
    format: str
    bits: int | None
    note: str


def probe(path: Path) -> SourceInfo:
    """Return what the file holds, reading as little of it as possible.

    Raises:
        InputError: it is missing, empty, unreadable or holds no sound that can be read.
    """
    from remixer.audio import pyav_source, soundfile_source

    require_file(path)
    info = soundfile_source.probe(path) or pyav_source.probe(path)
    if not LOWEST_HZ <= info.rate <= HIGHEST_HZ:
        raise InputError(
            f"“{shown_name(path)}” claims a sample rate of {info.rate} Hz; 8 to 192 kHz are usual."
        )
    if info.exact and info.frames <= 0:
        raise InputError(f"“{shown_name(path)}” holds no sound: its length is zero.")
    return info


def blocks(path: Path, block_frames: int = BLOCK_FRAMES) -> Iterator[NDArray[np.float32]]:
    """Yield the whole file as stereo blocks at its own rate.

    Every block but the last has `block_frames` frames. Mono is doubled, more
    than two channels are folded (see `fold`); samples that are no numbers
    become zero. A file that ends too early is yielded as far as it goes, then
    the error is raised.

    Raises:
        InputError: the file cannot be read, or is damaged or cut off.
    """
    from remixer.audio import pyav_source, soundfile_source

    info = probe(path)
    reader = soundfile_source if soundfile_source.probe(path) else pyav_source
    done = 0
    for block in _regular(reader.pieces(info), block_frames):
        done += len(block)
        yield block
    if not done:
        raise InputError(f"“{shown_name(path)}” holds no sound that can be decoded.")


def read(path: Path) -> tuple[NDArray[np.float32], int]:
    """Return a whole short file as (frames, 2) float32 and its rate.

    Raises:
        InputError: as `blocks`.
    """
    return np.concatenate(list(blocks(path))), probe(path).rate


def _regular(pieces: Iterator[NDArray[np.float32]], block_frames: int) -> Iterator[NDArray[np.float32]]:
    waiting: list[NDArray[np.float32]] = []
    count = 0
    try:
        for piece in pieces:
            waiting.append(_finite(piece))
            count += len(piece)
            if count < block_frames:
                continue
            joined = np.concatenate(waiting) if len(waiting) > 1 else waiting[0]
            whole = count - count % block_frames
            for start in range(0, whole, block_frames):
                yield joined[start : start + block_frames]
            waiting, count = [joined[whole:]], count - whole
    except InputError:
        if count:
            yield np.concatenate(waiting)
        raise
    if count:
        yield np.concatenate(waiting)


def _finite(block: NDArray[np.float32]) -> NDArray[np.float32]:
    if np.isfinite(block).all():
        return block
    return np.nan_to_num(block, copy=True, nan=0.0, posinf=0.0, neginf=0.0)


def require_file(path: Path) -> None:
    """See that there is an ordinary file that can be read: anything else may never end, or never begin.

    Raises:
        InputError: there is none, or it is empty.
    """
    name = shown_name(path)
    try:
        found = path.stat()
    except FileNotFoundError:
        raise InputError(f"“{name}” does not exist.", str(path)) from None
    except (OSError, ValueError) as error:
        raise InputError(f"“{name}” cannot be read: {_reason(error)}.", repr(error)) from None
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"“{name}” is a folder, not a sound file.")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"“{name}” is not an ordinary file.")
    if found.st_size == 0:
        raise InputError(f"“{name}” is empty: it has no bytes.")
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise InputError(f"“{name}” cannot be read: {_reason(error)}.", repr(error)) from None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or "its name is not valid here"
