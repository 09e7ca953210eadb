"""Stem files for DJ programs: mix and four stems as tracks of one MPEG-4 file, named by a manifest in it.

Native Instruments' Stem format, version 1: the first audio track is the mix, which any player plays, the next
four are the stems, and `moov/udta/stem` holds JSON with their names and colours. `mastering_dsp` is what a
player may put behind the sum of the stems; as ours add up to the mix, both of its parts are off.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from remixer.audio.compressed_file import AacFile

STEM_FORMAT = "stem.mp4"
STEM_ORDER = ("drums", "bass", "other", "vocals")
TRACKS = 1 + len(STEM_ORDER)

_HEAD = struct.Struct(">I4s")
# the colours that DJ programs give the stems themselves
_COLOURS = {"drums": "#009E73", "bass": "#D55E00", "other": "#CC79A7", "vocals": "#56B4E9"}
_COMPRESSOR = {
    "enabled": False, "input_gain": 0.0, "output_gain": 0.0, "threshold": 0.0, "ratio": 2.0,
    "attack": 0.003, "release": 0.3, "hp_cutoff": 300, "dry_wet": 50,
}  # fmt: skip
_LIMITER = {"enabled": False, "threshold": 0.0, "ceiling": -0.35, "release": 0.05}


class StemFile(AacFile):
    """A stem file being written: blocks of (n, 10), the mix and the stems in `STEM_ORDER` side by side."""

    def __init__(self, path: Path, rate: int) -> None:
        super().__init__(path, rate, TRACKS, "mp4")
        self._path = path

    def close(self) -> None:
        """Finish the file and put the manifest into it."""
        if not self._closed:
            super().close()
            put_manifest(self._path, manifest())


def manifest() -> bytes:
    """Return the JSON that says which stems the tracks are."""
    stems = [{"name": name.capitalize(), "color": _COLOURS[name]} for name in STEM_ORDER]
    effects = {"compressor": _COMPRESSOR, "limiter": _LIMITER}
    return json.dumps({"version": 1, "mastering_dsp": effects, "stems": stems}).encode()


def put_manifest(path: Path, content: bytes) -> None:
    """Put the atom `moov/udta/stem` into a file whose last atom is `moov`: no sound in it moves.

    Raises:
        OSError: the file cannot be written to.
        ValueError: it is no such file.
    """
    with path.open("r+b") as file:
        atoms = list(_top_level(file))
        if not atoms or atoms[-1][0] != b"moov":
            raise ValueError("the last atom is not moov")
        _, start, size = atoms[-1]
        file.seek(start + _HEAD.size)
        inside = list(_children(file.read(size - _HEAD.size)))
        about = b"".join(body for kind, body in inside if kind == b"udta") + _atom(b"stem", content)
        rest = b"".join(_atom(kind, body) for kind, body in inside if kind != b"udta")
        file.seek(start)
        file.write(_atom(b"moov", rest + _atom(b"udta", about)))


def _top_level(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, place and size of a file's atoms."""
    length, at = file.seek(0, 2), 0
    while at < length:
        file.seek(at)
        size, kind = _HEAD.unpack(file.read(_HEAD.size))
        if size == 1:
            size = int.from_bytes(file.read(8), "big")
        yield kind, at, size
        at += max(size, _HEAD.size)


def _children(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        size, kind = _HEAD.unpack_from(content, at)
        yield kind, content[at + _HEAD.size : at + size]
        at += max(size, _HEAD.size)


def _atom(kind: bytes, body: bytes) -> bytes:
    return _HEAD.pack(_HEAD.size + len(body), kind) + body
