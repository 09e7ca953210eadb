"""What the headers of RIFF, AIFF, Ogg and mp3 files announce, to notice a file that was cut off."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

_LARGEST_OGG_PAGE = 65307
_MP3_SEARCHED_BYTES = 2048
_OPEN_ENDED = {0, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x7FFFF000, 0xFFFFF000}


def announced_frames(path: Path) -> int | None:
    """Return how many frames of PCM the header promises, None where it promises nothing.

    A length of zero or of all ones, as programs write that stream to a pipe,
    is no promise; nor is one beyond what a 32-bit size can hold together with its header.
    """
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] == b"RIFF" and head[8:] == b"WAVE":
                return _wav(file)
            if head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
                return _aiff(file)
    except (OSError, struct.error):
        return None
    return None


def _wav(file: BinaryIO) -> int | None:
    bytes_a_frame = 0
    while len(head := file.read(8)) == 8:
        name, size = head[:4], struct.unpack("<I", head[4:])[0]
        if name == b"data":
            return size // bytes_a_frame if bytes_a_frame and size not in _OPEN_ENDED else None
        body = file.read(16) if name == b"fmt " else b""
        if body:
            kind, _, _, _, align, _ = struct.unpack("<HHIIHH", body)
            bytes_a_frame = align if kind in (1, 3, 0xFFFE) else 0
        file.seek(size + size % 2 - len(body), 1)
    return None


def _aiff(file: BinaryIO) -> int | None:
    while len(head := file.read(8)) == 8:
        name, size = head[:4], struct.unpack(">I", head[4:])[0]
        if name == b"COMM":
            return int(struct.unpack(">HI", file.read(6))[1]) or None
        file.seek(size + size % 2, 1)
    return None


def ends_in_a_page(path: Path) -> bool:
    """Return whether an Ogg file stops before its last page is whole."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _LARGEST_OGG_PAGE))
            tail = file.read()
    except OSError:
        return False
    start = tail.rfind(b"OggS")
    if start < 0:
        return False
    page = tail[start:]
    if len(page) < 27 or len(page) < 27 + page[26]:
        return True
    return len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])


def mp3_tells_its_length(path: Path) -> bool:
    """Return whether the first frame of an mp3 is one of those that count the others (Xing, Info, VBRI)."""
    try:
        with path.open("rb") as file:
            head = file.read(10)
            if head[:3] == b"ID3" and len(head) == 10:
                size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
                file.seek(10 + size + (10 if head[5] & 0x10 else 0))
                head = b""
            start = head + file.read(_MP3_SEARCHED_BYTES)
    except OSError:
        return False
    return any(mark in start for mark in (b"Xing", b"Info", b"VBRI"))
