"""What was dropped or pasted: the paths in it, whatever bytes they are made of."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData


def dropped_paths(mime: QMimeData) -> list[Path]:
    """Return the local files and folders in what was dropped, in order."""
    if sys.platform == "win32":  # where names are text, and may begin with a server's
        return _of_urls(mime)
    raw = bytes(mime.data("text/uri-list").data())
    lines = [line.strip() for line in raw.splitlines()]
    found = [_local(line) for line in lines if line and not line.startswith(b"#")]
    paths = [path for path in found if path is not None]
    return paths or _of_urls(mime)


def _of_urls(mime: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def _local(line: bytes) -> Path | None:
    scheme, separator, rest = line.partition(b"://")
    if not separator or scheme.lower() != b"file":
        return None
    place = rest[rest.find(b"/") :] if b"/" in rest else b""
    decoded = os.fsdecode(unquote_to_bytes(place))
    return Path(decoded) if decoded else None
