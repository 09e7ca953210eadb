"""A block of memory two processes share: each writes one half and reads the other, whole or not at all."""

from __future__ import annotations

import ctypes
import multiprocessing
import zlib
from typing import Any

import numpy as np

HALF_BYTES = 16_384
_HEAD_BYTES = 24
_SEQUENCE, _SIZE, _CHECKSUM = 0, 1, 2


def shared_memory() -> Any:
    """Return a block that a spawned process inherits."""
    return multiprocessing.get_context("spawn").RawArray(ctypes.c_ubyte, 2 * HALF_BYTES)


class Half:
    """One half of the block: one side writes it, the other reads it.

    A sequence number is odd while a value is being written and grows with
    each; a reader that meets an odd or a changed one, or a checksum that does
    not fit, keeps what it had.

    Args:
        memory: the block.
        number: 0 or 1.
    """

    def __init__(self, memory: Any, number: int) -> None:
        half = np.frombuffer(memory, np.uint8)[number * HALF_BYTES : (number + 1) * HALF_BYTES]
        self._head = half[:_HEAD_BYTES].view(np.uint64)
        self._data = half[_HEAD_BYTES:].data
        self._sequence = int(self._head[_SEQUENCE])
        self._seen = 0

    def write(self, value: bytes) -> None:
        """Put a value there. Thread: one, always the same."""
        if len(value) > len(self._data):
            raise ValueError(f"{len(value)} bytes do not fit into {len(self._data)}")
        self._sequence |= 1
        self._head[_SEQUENCE] = self._sequence
        self._data[: len(value)] = value
        self._head[_SIZE] = len(value)
        self._head[_CHECKSUM] = zlib.crc32(value)
        self._sequence += 1
        self._head[_SEQUENCE] = self._sequence

    @property
    def told(self) -> int:
        """A number that grows with every value put there; 0 before the first."""
        return int(self._head[_SEQUENCE])

    def read(self) -> bytes | None:
        """Return the value if it has not been read yet, else None. Thread: one, always the same."""
        sequence, size, checksum = (int(one) for one in self._head)
        if sequence == self._seen or sequence % 2 or not 0 < size <= len(self._data):
            return None
        value = bytes(self._data[:size])
        if int(self._head[_SEQUENCE]) != sequence or zlib.crc32(value) != checksum:
            return None
        self._seen = sequence
        return value
