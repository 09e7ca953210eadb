"""Makes the Debian package: the bundle in /opt, a link, a menu entry, icons; no scripts of its own."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path

from linux import desktop, shrink

PACKAGE = "stem-remixer"

# Which package brings a library that the bundle expects from the system. Later releases renamed some (t64).
PACKAGE_OF = {
    "libasound.so.2": "libasound2 | libasound2t64",
    "libdbus-1.so.3": "libdbus-1-3",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgcc_s.so.1": "libgcc-s1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libz.so.1": "zlib1g",
}
_C_LIBRARY = {
    "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libc.so.6", "libdl.so.2", "libm.so.6", "libmvec.so.1",
    "libpthread.so.0", "libresolv.so.2", "librt.so.1", "libutil.so.1",
}  # fmt: skip
# Not asked for by any file: the way from ALSA to the desktop's sound server, and the keyboard layouts of X.
_ALWAYS = ("libasound2-plugins | pipewire-alsa", "xkb-data")


def depends(bundle: Path) -> str:
    """Return the packages the bundle needs, found by looking at every file in it.

    Raises:
        SystemExit: a library is asked for that no known package brings.
    """
    asked = shrink.system_libraries(bundle) - _C_LIBRARY
    unknown = sorted(asked - PACKAGE_OF.keys())
    if unknown:
        raise SystemExit(
            f"The bundle asks the system for {', '.join(unknown)}: name their packages in linux/deb.py."
        )
    packages = {PACKAGE_OF[name] for name in asked}
    return ", ".join([f"libc6 (>= {shrink.oldest_glibc(bundle)})", *sorted(packages), *_ALWAYS])


def control(bundle: Path, version: str, architecture: str, installed_bytes: int) -> str:
    """Return the text of the package's control file."""
    return f"""\
Package: {PACKAGE}
Version: {version}
Architecture: {architecture}
Section: sound
Priority: optional
Installed-Size: {installed_bytes // 1024}
Maintainer: The stem remixer's makers <stem-remixer@localhost>
Depends: {depends(bundle)}
Recommends: fonts-dejavu-core, xdg-desktop-portal
Description: remix the vocals, drums, bass and other of any song while it plays
 Drop a song into the window: it plays at once, its stems can be faded, muted,
 soloed and panned while it plays, and what is heard can be exported. The
 networks that separate it are part of the package and run on this machine.
"""


def build_deb(bundle: Path, version: str, target: Path, compression: list[str]) -> None:
    """Write the Debian package.

    Args:
        bundle: the one-folder program.
        version: of the package.
        target: the file to write.
        compression: options of `dpkg-deb`, such as `["-Zzstd", "-z19"]`.
    """
    tree = target.with_suffix(".tree")
    shutil.rmtree(tree, ignore_errors=True)
    _fill(tree, bundle)
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
    ).stdout.strip()
    (tree / "DEBIAN").mkdir()
    text = control(bundle, version, architecture, shrink.size_bytes(tree))
    (tree / "DEBIAN" / "control").write_text(text, "utf-8")
    aside = target.with_name(target.name + ".part")
    command = ["dpkg-deb", "--root-owner-group", *compression, "--build", str(tree), str(aside)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    aside.replace(target)
    shutil.rmtree(tree)


def _fill(tree: Path, bundle: Path) -> None:
    home = tree / "opt" / PACKAGE
    shutil.copytree(bundle, home, symlinks=True, copy_function=_link)
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / "remixer").symlink_to(f"/opt/{PACKAGE}/remixer")
    desktop.write_share(tree / "usr" / "share", command="remixer")
    papers = tree / "usr" / "share" / "doc" / PACKAGE
    papers.mkdir(parents=True)
    shutil.copy(bundle / "THIRD_PARTY_LICENCES", papers / "copyright")
    changes = (Path(__file__).parents[2] / "CHANGELOG.md").read_bytes()
    (papers / "changelog.gz").write_bytes(gzip.compress(changes, mtime=0))
    for path in tree.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)


def _link(source: str, target: str) -> None:
    """Give a file a second name instead of a copy: the tree is only read, by `dpkg-deb`."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
