"""Writing flac, mp3, ogg and opus through libsndfile, AAC through FFmpeg."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.audio.wav_file import Bits, integers

_LARGEST_WRITE_FRAMES = 65536
_KINDS: dict[str, dict[str, Any]] = {
    "flac": {"format": "FLAC"},
    "mp3": {
        "format": "MP3",
        "subtype": "MPEG_LAYER_III",
        "bitrate_mode": "CONSTANT",
        "compression_level": 0.0,
    },
    "ogg": {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.2},
    "opus": {"format": "OGG", "subtype": "OPUS", "compression_level": 0.3},
}


class SndFile:
    """A flac, mp3, ogg or opus file being written; stereo."""

    def __init__(self, path: Path, rate: int, kind: str, bits: Bits) -> None:
        import soundfile

        how = dict(_KINDS[kind])
        if kind == "flac":
            how["subtype"] = f"PCM_{bits}"
        self._bits: Bits | None = bits if kind == "flac" else None
        name = str(path) if sys.platform == "win32" else os.fsencode(path)
        path.touch()
        self._file = soundfile.SoundFile(name, "w", samplerate=rate, channels=2, **how)

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (n, 2) samples, in pieces small enough for the Vorbis encoder."""
        for start in range(0, len(block), _LARGEST_WRITE_FRAMES):
            piece = block[start : start + _LARGEST_WRITE_FRAMES]
            if self._bits is None:
                self._file.write(np.clip(piece, -1, 1))
            else:
                self._file.write(integers(piece, self._bits) << (16 if self._bits == "16" else 8))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class AacFile:
    """Stereo tracks of AAC (256 kb/s each at the usual rates) in an MPEG-4 file being written."""

    def __init__(self, path: Path, rate: int, tracks: int = 1, kind: str = "ipod") -> None:
        import av

        self._rate, self._done = rate, 0
        self._container = av.open(
            str(path.absolute()), "w", format=kind, container_options={"movie_timescale": str(rate)}
        )
        self._streams = [self._container.add_stream("aac", rate=rate, layout="stereo") for _ in range(tracks)]
        for stream in self._streams:
            stream.bit_rate = min(256_000, rate * 6)
        self._closed = False

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (n, 2 * tracks) samples, the channels of a track side by side."""
        import av

        if not len(block):
            return
        planes = np.ascontiguousarray(np.clip(block, -1, 1).T)
        for number, stream in enumerate(self._streams):
            pair = planes[2 * number : 2 * number + 2]
            frame = av.AudioFrame.from_ndarray(pair, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = self._rate, self._done
            self._container.mux(stream.encode(frame))
        self._done += len(block)

    def close(self) -> None:
        """Finish the file."""
        if self._closed:
            return
        self._closed = True
        try:
            for stream in self._streams:
                self._container.mux(stream.encode(None))
        finally:
            self._container.close()
