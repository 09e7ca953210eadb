"""How a file is called in a sentence, whatever bytes its name holds."""

from __future__ import annotations

import os
from pathlib import Path


def shown_name(path: Path) -> str:
    """Return the file's name as text that can be printed: undecodable bytes become “�”."""
    return os.fsencode(path.name or str(path)).decode("utf-8", "replace")
