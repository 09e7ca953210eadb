"""Reading through libsndfile: wav, aiff, flac, mp3, ogg, opus, caf and more, mono and stereo."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.audio.chunks import announced_frames, ends_in_a_page, mp3_tells_its_length
from remixer.audio.decode import BLOCK_FRAMES, SourceInfo
from remixer.audio.naming import shown_name
from remixer.errors import InputError

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64,
         "ALAC_16": 16, "ALAC_20": 20, "ALAC_24": 24, "ALAC_32": 32}  # fmt: skip
_LOSSY = {"MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III", "VORBIS", "OPUS"}
_UNKNOWN_FRAMES = 1 << 40
_SLACK_FRAMES = 4608
_HEADER_SLACK_FRAMES = 64


def probe(path: Path) -> SourceInfo | None:
    """Return what the file holds, or None where libsndfile is not the one to read it.

    Of an mp3 that does not tell its length it would read as much as it guesses, and no more. A flac cut out
    of a longer one without being encoded anew it opens, but cannot read.
    """
    with _opened(path) as file:
        if file is None:
            return None
        frames, subtype = int(file.frames), str(file.subtype)
        if file.channels > 2 or not 0 < frames < _UNKNOWN_FRAMES:
            return None
        if subtype == "MPEG_LAYER_III" and not mp3_tells_its_length(path):
            return None
        if file.format == "FLAC" and not _begins(file):
            return None
        name = "mp3" if subtype == "MPEG_LAYER_III" else str(file.format).lower()
        return SourceInfo(
            path=path,
            rate=int(file.samplerate),
            channels=int(file.channels),
            frames=frames,
            exact=subtype not in _LOSSY,
            format="opus" if subtype == "OPUS" else {"wavex": "wav"}.get(name, name),
            bits=_BITS.get(subtype),
            note="",
        )


def pieces(info: SourceInfo) -> Iterator[NDArray[np.float32]]:
    """Yield the file as stereo pieces.

    Raises:
        InputError: it is damaged or ends before the length it announces.
    """
    import soundfile

    name, done = shown_name(info.path), 0
    with _opened(info.path) as file:
        if file is None:
            raise InputError(f"“{name}” cannot be opened any more.")
        while True:
            try:
                block = file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
            except (soundfile.LibsndfileError, OSError, RuntimeError) as error:
                at = done / info.rate
                raise InputError(f"“{name}” is damaged {at:.1f} seconds in.", repr(error)) from error
            if not len(block):
                break
            done += len(block)
            yield np.repeat(block, 2, axis=1) if info.channels == 1 else block
    missing = (announced_frames(info.path) or info.frames) - done
    if missing > (_HEADER_SLACK_FRAMES if info.exact else _SLACK_FRAMES):
        raise InputError(
            f"“{name}” is cut off: it ends after {done / info.rate:.1f} "
            f"of {(done + missing) / info.rate:.1f} seconds."
        )
    if info.format in ("ogg", "opus") and ends_in_a_page(info.path):
        raise InputError(f"“{name}” is cut off: it ends after {done / info.rate:.1f} seconds, within a page.")


def _begins(file: Any) -> bool:
    import soundfile

    try:
        return len(file.read(1)) == 1
    except (soundfile.SoundFileError, RuntimeError):
        return False


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open the file, None where libsndfile cannot.

    By its number and not by its name, where that works: a name may hold bytes
    that are no text, and its ending would make libsndfile guess.
    """
    import soundfile

    with contextlib.ExitStack() as stack:
        try:
            if sys.platform == "win32":
                opened = soundfile.SoundFile(str(path))
            else:
                plain = stack.enter_context(path.open("rb"))
                opened = soundfile.SoundFile(plain.fileno(), closefd=False)
            stack.enter_context(opened)
        except (soundfile.SoundFileError, OSError, TypeError, ValueError, UnicodeError):
            opened = None
        yield opened
