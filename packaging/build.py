"""Builds what people download into dist/: `make package`, or `build.py --fast` to compress less."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import contents
import licences
from linux import archive, deb, shrink

ROOT = contents.ROOT
DIST = ROOT / "dist"
WORK = ROOT / "build" / "package"
BUNDLE = DIST / "stem-remixer"

# Measured on a bundle of 299 MB: zstd -12 makes 98 MB in 16 s of processor time, xz -6 makes 83 MB in 133 s.
SMALL = (["xz", "-T0", "-6", "-c"], ["-Zxz", "-z6"], "tar.xz")
FAST = (["zstd", "-T0", "-12", "--long", "-c", "-q"], ["-Zzstd", "-z12"], "tar.zst")


def freeze() -> None:
    """Run PyInstaller: a fresh one-folder program lies in dist/ afterwards."""
    shutil.rmtree(BUNDLE, ignore_errors=True)
    WORK.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(DIST), "--workpath", str(WORK), str(ROOT / "packaging" / "remixer.spec")]
    subprocess.run(command, check=True, cwd=ROOT)


def finish() -> None:
    """Add the papers to the bundle; on Linux, take out what nothing loads."""
    if sys.platform == "linux":
        shrink.shrink(BUNDLE)
    shutil.copy(ROOT / "LICENSE", BUNDLE / "LICENSE")
    licences.write_licences(WORK / "remixer" / "origins.json", BUNDLE)
    for path in BUNDLE.rglob("*"):
        if not path.is_symlink():
            # Everybody who uses the machine may read everything, whatever it was where it came from.
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


def pack(fast: bool) -> list[Path]:
    """Write what is downloaded on this system; return the places."""
    if sys.platform == "win32":
        script = ROOT / "packaging" / "windows" / "stem-remixer.iss"
        subprocess.run(["iscc", "/Q", f"/DVersion={contents.version()}", str(script)], check=True)
        return sorted(DIST.glob("*.exe"))
    if sys.platform == "darwin":
        subprocess.run([str(ROOT / "packaging" / "macos" / "make_dmg.sh"), contents.version()], check=True)
        return sorted(DIST.glob("*.dmg"))
    return _pack_for_linux(fast)


def _pack_for_linux(fast: bool) -> list[Path]:
    compressor, deb_options, ending = FAST if fast else SMALL
    version, machine = contents.version(), platform.machine()
    name = f"stem-remixer-{version}"
    tar = DIST / f"{name}-linux-{machine}.{ending}"
    package = (
        DIST / f"stem-remixer_{version}_{machine.replace('x86_64', 'amd64').replace('aarch64', 'arm64')}.deb"
    )
    for old in [*DIST.glob("*.deb"), *DIST.glob("*.tar.*")]:
        old.unlink()
    archive.build_archive(BUNDLE, name, tar, compressor)
    deb.build_deb(BUNDLE, version, package, deb_options)
    return [tar, package]


def _tell(made: Path, size_bytes: int, began: float) -> None:
    print(
        f"{made.relative_to(ROOT)}: {size_bytes / 1e6:.0f} MB, after {time.monotonic() - began:.0f} s",
        flush=True,
    )


def main() -> int:
    """Build, and say what came out and how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="compress less, for checks")
    fast = parser.parse_args().fast
    began = time.monotonic()
    # Files that anybody may read, whatever this user's mask is.
    os.umask(0o022)
    freeze()
    finish()
    _tell(BUNDLE, shrink.size_bytes(BUNDLE), began)
    for made in pack(fast):
        _tell(made, made.stat().st_size, began)
    return 0


if __name__ == "__main__":
    sys.exit(main())
