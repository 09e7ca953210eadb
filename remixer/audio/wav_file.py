"""Writing wav, grown into RF64 where 4 GB are not enough."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Bits = Literal["16", "24", "float"]

_LARGEST_RIFF = 0xFFFFFFFF - 1024
_HEADER = struct.Struct("<4sI4s 4sI28x 4sIHHIIHH 4sI")


class WavFile:
    """A wav file being written; stereo, 16 or 24 bits or float.

    The header keeps room for the 64-bit sizes of RF64 (EBU Tech 3306), which
    replace it on `close` when the file has outgrown 32 bits.
    """

    def __init__(self, path: Path, rate: int, bits: Bits, largest: int = _LARGEST_RIFF) -> None:
        self._bits, self._rate, self._largest = bits, rate, largest
        self._data_bytes = 0
        self._file = path.open("wb")
        self._file.write(self._header())

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (n, 2) samples."""
        data = pcm_bytes(block, self._bits)
        self._file.write(data)
        self._data_bytes += len(data)

    def sync(self) -> None:
        """Make the file whole as far as it is written: a crash later loses only what follows."""
        self._file.seek(0)
        self._file.write(self._header())
        self._file.seek(0, os.SEEK_END)
        self._file.flush()

    def close(self) -> None:
        """Write the final sizes and close the file."""
        try:
            if self._data_bytes % 2:
                self._file.write(b"\0")
            self._file.seek(0)
            self._file.write(self._header())
        finally:
            self._file.close()

    @property
    def is_rf64(self) -> bool:
        """Whether the file has outgrown what a plain wav can hold."""
        return self._data_bytes > self._largest

    def _header(self) -> bytes:
        width = {"16": 2, "24": 3, "float": 4}[self._bits]
        riff = self._data_bytes + self._data_bytes % 2 + _HEADER.size - 8
        big = self.is_rf64
        header = bytearray(
            _HEADER.pack(
                b"RF64" if big else b"RIFF", 0xFFFFFFFF if big else riff, b"WAVE",
                b"ds64" if big else b"JUNK", 28,
                b"fmt ", 16, 3 if self._bits == "float" else 1, 2,
                self._rate, self._rate * 2 * width, 2 * width, 8 * width,
                b"data", 0xFFFFFFFF if big else self._data_bytes,
            )
        )  # fmt: skip
        if big:
            struct.pack_into("<QQQI", header, 20, riff, self._data_bytes, self._data_bytes // (2 * width), 0)
        return bytes(header)


def quantised(block: NDArray[np.float32], bits: Bits) -> NDArray[np.float32]:
    """Return the samples as a file of that width gives them back: rounded, and held within full scale."""
    if bits == "float":
        return block
    scale = 32768.0 if bits == "16" else 8388608.0
    return (integers(block, bits) / scale).astype(np.float32)


def integers(block: NDArray[np.float32], bits: Bits) -> NDArray[np.int32]:
    """Return the samples as integers of that width: rounded to the nearest, and held within full scale."""
    scale = 32768.0 if bits == "16" else 8388608.0
    return np.clip(np.rint(block.astype(np.float64) * scale), -scale, scale - 1).astype(np.int32)


def pcm_bytes(block: NDArray[np.float32], bits: Bits) -> bytes:
    """Return the samples as little-endian bytes of that width."""
    if bits == "float":
        return np.ascontiguousarray(block, dtype="<f4").tobytes()
    whole = integers(block, bits)
    if bits == "16":
        return whole.astype("<i2").tobytes()
    return whole.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
