"""Writing sound files: aside first, and renamed when they are whole."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from remixer.audio.naming import shown_name
from remixer.audio.stem_file import STEM_FORMAT, TRACKS, StemFile
from remixer.audio.tags import Tags, write_tags
from remixer.audio.wav_file import Bits, WavFile, quantised
from remixer.errors import OutputError, UsageError

__all__ = ["FORMATS", "STEM_FORMAT", "Bits", "Encoder", "Encoding", "check", "format_of", "quantised"]

FORMATS: tuple[str, ...] = ("wav", "flac", "mp3", "ogg", "opus", "m4a")
_FULL_BYTES = 2**17
BITS: tuple[str, ...] = ("16", "24", "float")

_RATES: dict[str, tuple[int, ...]] = {
    "mp3": (16000, 22050, 24000, 32000, 44100, 48000),
    "opus": (48000,),
    "m4a": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000),
}
_RATES[STEM_FORMAT] = _RATES["m4a"]
_HIGHEST_HZ = {"ogg": 192_000, "flac": 655_350}


@dataclass(frozen=True)
class Encoding:
    """How a file is written.

    Attributes:
        format: one of `FORMATS`, or `STEM_FORMAT`.
        bits: of wav and flac (flac has no float); the lossy formats pay no heed to it.

    Raises:
        UsageError: there is no such format or width.
    """

    format: str = "wav"
    bits: Bits = "24"

    def __post_init__(self) -> None:
        known = (*FORMATS, STEM_FORMAT)
        if self.format not in known:
            raise UsageError(f"There is no format “{self.format}”; there are {', '.join(known)}.")
        if self.bits not in BITS:
            raise UsageError(f"There is no width “{self.bits}”; there are {', '.join(BITS)}.")
        if self.format == "flac" and self.bits == "float":
            raise UsageError("A flac file holds 16 or 24 bits, not float; choose wav for float.")

    @property
    def lossless(self) -> bool:
        """Whether what is read back is what was written, up to `bits`."""
        return self.format in ("wav", "flac")

    @property
    def holds_peaks(self) -> bool:
        """Whether what exceeds full scale is kept as it is; all other files hold it at full scale."""
        return self.format == "wav" and self.bits == "float"

    @property
    def channels(self) -> int:
        """How many channels a block has: two for each track."""
        return 2 * TRACKS if self.format == STEM_FORMAT else 2

    def resampling(self, rate: int) -> str:
        """Say, for a song of that rate, that the file has another; empty where it has the same."""
        written = self.rate_for(rate)
        if written == rate:
            return ""
        return f"Resampled from {rate / 1000:g} to {written / 1000:g} kHz, as {self.format} needs it."

    def rate_for(self, rate: int) -> int:
        """Return the rate a file has for a song of that rate.

        It is the song's own where the format can have it; else the nearest
        above, or the highest of the same family (44.1 or 48 kHz).
        """
        rates = _RATES.get(self.format)
        if rates is None:
            return min(rate, _HIGHEST_HZ.get(self.format, rate))
        if rate in rates:
            return rate
        family = [known for known in rates if rate % known == 0 or known % rate == 0]
        above = [known for known in family or rates if known >= rate] or [
            known for known in rates if known >= rate
        ]
        return min(above) if above else max(family or rates)


def format_of(path: Path) -> str:
    """Return the format a file's name asks for by its ending; wav if it has none."""
    if path.name.lower().endswith(f".{STEM_FORMAT}"):
        return STEM_FORMAT
    return path.suffix.lower().lstrip(".") or "wav"


class _Writer(Protocol):
    def write(self, block: NDArray[np.float32]) -> None: ...

    def close(self) -> None: ...


class Encoder:
    """A sound file being written, as a context manager.

    What is written goes to a file beside the target; leaving the context
    cleanly finishes, tags and renames it, leaving it by an exception removes it.

    mp3, opus, m4a and stem files know few sample rates: a song of another rate is
    resampled (see `Encoding.rate_for`). Integer widths are rounded to the
    nearest, without dither; what exceeds full scale is held there.

    Args:
        rate: frames a second of what will be written.
        tags: title, cover and so on, None for none.
        overwrite: replace a file of that name.

    Raises:
        OutputError: the file exists already, or the folder, the disk or the format refuses it.

    Thread: one at a time.
    """

    def __init__(
        self, path: Path, rate: int, encoding: Encoding, tags: Tags | None = None, overwrite: bool = False
    ) -> None:
        from remixer.audio.resample import StreamResampler

        check([path], overwrite)
        self.path, self.rate, self.encoding = path, encoding.rate_for(rate), encoding
        self.frames = 0
        self._tags, self._overwrite = tags, overwrite
        self._aside = path.with_name(f".{uuid.uuid4().hex[:12]}.part")
        self._resampler = StreamResampler(rate, self.rate, encoding.channels)
        try:
            self._writer: _Writer = _writer(self._aside, self.rate, encoding)
        except (OSError, RuntimeError, ValueError) as error:
            self._discard()
            raise _sentence(path, error) from error

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (n, 2) float32 samples; (n, 10) to a stem file, see `StemFile`.

        Raises:
            OutputError: the disk is full or gone.
        """
        self._put(self._resampler.process(block))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._discard()

    def _put(self, block: NDArray[np.float32]) -> None:
        try:
            self._writer.write(block)
        except (OSError, RuntimeError, ValueError) as error:
            raise _sentence(self.path, error) from error
        self.frames += len(block)

    def _finish(self) -> None:
        import mutagen

        self._put(self._resampler.process(np.zeros((0, self.encoding.channels), np.float32), last=True))
        try:
            self._writer.close()
            big = isinstance(self._writer, WavFile) and self._writer.is_rf64
            if self._tags is not None and not big:
                write_tags(self._aside, self._tags)
            check([self.path], self._overwrite)
            self._aside.replace(self.path)
        except (OSError, RuntimeError, ValueError, mutagen.MutagenError) as error:
            raise _sentence(self.path, error) from error

    def _discard(self) -> None:
        writer = getattr(self, "_writer", None)
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            if writer is not None:
                writer.close()
        with contextlib.suppress(OSError):
            self._aside.unlink(missing_ok=True)


def check(paths: Iterable[Path], overwrite: bool) -> None:
    """See that every file can be written, before any work is done.

    Raises:
        OutputError: a folder is missing, closed or read-only, a name is too long, or a file exists and may
            not be replaced.
    """
    for path in paths:
        try:
            _refuse(path, overwrite)
        except OSError as error:
            reason = error.strerror or "the system refuses it"
            raise OutputError(f"“{shown_name(path)}” cannot be written: {reason}.", repr(error)) from error


def _refuse(path: Path, overwrite: bool) -> None:
    name = shown_name(path)
    if path.is_dir():
        raise OutputError(f"“{name}” is a folder; a file name is expected.")
    if not path.parent.is_dir():
        raise OutputError(f"The folder “{shown_name(path.parent)}” for “{name}” does not exist.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OutputError(f"The folder “{shown_name(path.parent)}” may not be written to.")
    if path.exists() and not overwrite:
        raise OutputError(f"“{name}” exists already; nothing was overwritten.", str(path))


def _writer(path: Path, rate: int, encoding: Encoding) -> _Writer:
    from remixer.audio.compressed_file import AacFile, SndFile

    if encoding.format == "wav":
        return WavFile(path, rate, encoding.bits)
    if encoding.format == "m4a":
        return AacFile(path, rate)
    if encoding.format == STEM_FORMAT:
        return StemFile(path, rate)
    return SndFile(path, rate, encoding.format, encoding.bits)


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _FULL_BYTES
    except OSError:
        return False


def _sentence(path: Path, error: Exception) -> OutputError:
    name = shown_name(path)
    if isinstance(error, OutputError):
        return error
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT) or _is_full(path.parent):
        return OutputError(f"The disk is full: “{name}” could not be written.", repr(error))
    if number in (errno.EROFS, errno.EACCES, errno.EPERM):
        return OutputError(f"“{name}” could not be written: the folder is read-only.", repr(error))
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "the disk refused it"
    return OutputError(f"“{name}” could not be written: {reason}.", repr(error))
