"""Makes the bundle small: no library that nothing in it loads, no symbols that only a debugger reads."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Loaded by name at run time, so that no other file asks for them.
LOADED_BY_NAME = re.compile(
    r"libportaudio\.so.*|libsndfile_.*\.so|libpython3.*\.so.*|libonnxruntime_providers_shared\.so"
)

_LIBRARY = re.compile(r"lib[^/]*\.so(\.\d+)*$")
# Built here or by Cython. Others were given new library names by their makers, which `strip` may harm.
_STRIPPED = re.compile(r".*/(libpython3[^/]*|lib-dynload/[^/]*\.so|av/.*\.abi3\.so)")


def elf_files(folder: Path) -> list[Path]:
    """Return every program and library below a folder, links left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as stream:
                if stream.read(4) == b"\x7fELF":
                    found.append(path)
    return found


def needed_names(files: Iterable[Path]) -> dict[Path, set[str]]:
    """Return the names of the libraries each file asks for."""
    needed = {}
    for path in files:
        said = subprocess.run(["readelf", "-d", str(path)], check=True, capture_output=True, text=True).stdout
        needed[path] = set(re.findall(r"\(NEEDED\).*\[(.+?)\]", said))
    return needed


def unreachable(folder: Path) -> list[Path]:
    """Return the shared libraries, and links to them, that nothing in the folder loads."""
    libraries = [
        path
        for path in sorted(folder.rglob("lib*.so*"))
        if _LIBRARY.match(path.name) and "plugins" not in path.parts
    ]
    needed = needed_names(elf_files(folder))
    by_name: dict[str, list[Path]] = {}
    for path in libraries:
        by_name.setdefault(path.name, []).append(path)
    waiting = [path for path in needed if path not in libraries]
    waiting += [path for path in libraries if LOADED_BY_NAME.fullmatch(path.name)]
    reached: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        waiting.append(path.resolve())
        waiting += [other for name in needed.get(path, ()) for other in by_name.get(name, [])]
    return [path for path in libraries if path not in reached]


def shrink(folder: Path) -> int:
    """Remove what is not needed; return how many bytes that saved."""
    before = size_bytes(folder)
    for path in unreachable(folder):
        path.unlink()
    for path in elf_files(folder):
        if _STRIPPED.fullmatch(path.as_posix()):
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)
    return before - size_bytes(folder)


def system_libraries(folder: Path) -> set[str]:
    """Return the names of the libraries that the bundle expects from the system."""
    needed = needed_names(elf_files(folder))
    inside = {path.name for path in folder.rglob("*.so*")}
    return set().union(*needed.values()) - inside


def oldest_glibc(folder: Path) -> str:
    """Return the oldest C library that the bundle runs with, such as `2.36`."""
    versions = set()
    for path in elf_files(folder):
        said = subprocess.run(["readelf", "-V", str(path)], check=True, capture_output=True, text=True).stdout
        versions |= {tuple(map(int, found.split("."))) for found in re.findall(r"Name: GLIBC_([\d.]+)", said)}
    return ".".join(map(str, max(versions)))


def size_bytes(folder: Path) -> int:
    """Return how much the files below a folder hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
