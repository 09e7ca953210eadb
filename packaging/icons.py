"""The program's icon as each system wants it, made from the drawings in resources/app."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

DRAWINGS = Path(__file__).resolve().parent.parent / "resources" / "app"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512, 1024)

_WINDOWS_SIZES = (16, 24, 32, 48, 64, 128, 256)
# The names that Apple gave to PNG pictures of each size.
_MACOS_NAMES = {128: b"ic07", 256: b"ic08", 512: b"ic09", 1024: b"ic10"}


def drawing() -> Path:
    """Return the icon as a drawing that fits every size."""
    return DRAWINGS / "remixer.svg"


def picture(size: int) -> Path:
    """Return the icon as a picture, `size` points wide and high."""
    return DRAWINGS / f"remixer-{size}.png"


def write_ico(target: Path, sizes: Iterable[int] = _WINDOWS_SIZES) -> None:
    """Write the icon of a Windows program: a list of PNG pictures."""
    pictures = [(size, picture(size).read_bytes()) for size in sizes]
    place = 6 + 16 * len(pictures)
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, data in pictures:
        # A width of 256 is written as 0.
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), place + len(body))
        body += data
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(head + body)


def write_icns(target: Path) -> None:
    """Write the icon of a macOS program: named PNG pictures, one after the other."""
    body = b""
    for size, name in _MACOS_NAMES.items():
        data = picture(size).read_bytes()
        body += name + struct.pack(">I", len(data) + 8) + data
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"icns" + struct.pack(">I", len(body) + 8) + body)
