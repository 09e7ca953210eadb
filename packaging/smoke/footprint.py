"""What a program left on the disk: a list of every file before, a list after, and the difference."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable
from pathlib import Path

Footprint = dict[str, tuple[int, int, int]]

_NEVER_LOOKED_AT = ("proc", "sys", "dev", "tmp/.X11-unix")


def footprint(root: Path, without: Collection[str] = _NEVER_LOOKED_AT) -> Footprint:
    """Return mode, size and time of change of every file and folder below a root, by its path within it."""
    found: Footprint = {}
    for folder, folders, files in os.walk(root):
        place = os.path.relpath(folder, root)
        folders[:] = [name for name in folders if os.path.normpath(f"{place}/{name}") not in without]
        for name in files + folders:
            status = os.lstat(f"{folder}/{name}")
            # A folder changes with the files in it, so only its being there counts.
            is_folder = stat.S_ISDIR(status.st_mode)
            size, time = (0, 0) if is_folder else (status.st_size, status.st_mtime_ns)
            found[os.path.normpath(f"{place}/{name}")] = (status.st_mode, size, time)
    return found


def changes(before: Footprint, after: Footprint) -> list[str]:
    """Return the paths that are new, gone or different."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def outside(paths: Iterable[str], allowed: Collection[str]) -> list[str]:
    """Return the paths that neither lie below an allowed folder nor lead to one."""
    return [
        path
        for path in paths
        if not any(
            path == place or path.startswith(f"{place}/") or place.startswith(f"{path}/") for place in allowed
        )
    ]
