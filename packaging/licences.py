"""Writes THIRD_PARTY_LICENCES: whose work is in the bundle, and under which terms it may be passed on."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

_RULE = "=" * 100
_TEXT_NAMES = re.compile(r"(licen[cs]e|copying|notice|thirdpartynotices)", re.IGNORECASE)
_COMMON = Path("/usr/share/common-licenses")

# Compiled libraries that wheels carry without their licence texts: file, name, terms, place of the source.
CARRIED = (
    ("libav", "FFmpeg", "LGPL-3.0-or-later (built with --enable-version3)", "https://ffmpeg.org"),
    ("libsw", "FFmpeg", "LGPL-3.0-or-later (built with --enable-version3)", "https://ffmpeg.org"),
    ("libx264", "x264", "GPL-2.0-or-later", "https://www.videolan.org/developers/x264.html"),
    ("libx265", "x265", "GPL-2.0-or-later", "https://www.videolan.org/developers/x265.html"),
    ("libSvtAv1Enc", "SVT-AV1", "BSD-3-Clause-Clear", "https://gitlab.com/AOMediaCodec/SVT-AV1"),
    ("libdav1d", "dav1d", "BSD-2-Clause", "https://code.videolan.org/videolan/dav1d"),
    ("libvpx", "libvpx", "BSD-3-Clause", "https://www.webmproject.org/code"),
    ("libvpl", "Intel VPL", "MIT", "https://github.com/intel/libvpl"),
    ("libwebp", "libwebp", "BSD-3-Clause", "https://developers.google.com/speed/webp"),
    ("libsharpyuv", "libwebp", "BSD-3-Clause", "https://developers.google.com/speed/webp"),
    ("libmp3lame", "LAME", "LGPL-2.0-or-later", "https://lame.sourceforge.io"),
    ("libopus", "Opus", "BSD-3-Clause", "https://opus-codec.org"),
    ("libopencore", "OpenCORE AMR", "Apache-2.0", "https://sourceforge.net/projects/opencore-amr"),
    ("libgnutls", "GnuTLS", "LGPL-2.1-or-later", "https://gnutls.org"),
    ("libnettle", "Nettle", "LGPL-3.0-or-later or GPL-2.0-or-later", "https://www.lysator.liu.se/~nisse/nettle"),
    ("libhogweed", "Nettle", "LGPL-3.0-or-later or GPL-2.0-or-later", "https://www.lysator.liu.se/~nisse/nettle"),
    ("libgmp", "GMP", "LGPL-3.0-or-later or GPL-2.0-or-later", "https://gmplib.org"),
    ("libunistring", "libunistring", "LGPL-3.0-or-later or GPL-2.0-or-later", "https://www.gnu.org/software/libunistring"),
    ("libasound-", "ALSA", "LGPL-2.1-or-later", "https://www.alsa-project.org"),
    ("libxcb", "libxcb", "MIT", "https://xcb.freedesktop.org"),
    ("libXau", "libXau", "MIT", "https://gitlab.freedesktop.org/xorg/lib/libxau"),
    ("libdrm", "libdrm", "MIT", "https://gitlab.freedesktop.org/mesa/drm"),
    ("libscipy_openblas", "OpenBLAS", "BSD-3-Clause", "https://www.openblas.net"),
    ("libgfortran", "GCC run-time library", "GPL-3.0-or-later WITH GCC-exception-3.1", "https://gcc.gnu.org"),
    ("libquadmath", "GCC run-time library", "LGPL-2.1-or-later", "https://gcc.gnu.org"),
    ("libsndfile", "libsndfile (FLAC, Ogg, Vorbis, Opus, mpg123, LAME)", "LGPL-2.1-or-later; BSD-3-Clause",
     "https://libsndfile.github.io/libsndfile"),
    ("libQt6", "Qt 6", "LGPL-3.0-only (as used here)", "https://code.qt.io"),
    ("libicu", "ICU", "Unicode-3.0", "https://icu.unicode.org"),
)  # fmt: skip

_HEAD = """\
The stem remixer itself is under the MIT licence (see LICENSE). This bundle carries the work of others,
listed here with their terms. Some of it (x264, x265, mutagen) is under the GNU General Public License,
version 2 or later, and some (FFmpeg as built here, Qt) under the GNU Lesser General Public License,
version 3. So the bundle AS A WHOLE may be passed on only under the GNU General Public License, version 3
or later; the remixer's own source stays under MIT.

The models are data with licences of their own, listed first. Where one of them forbids commercial use,
the bundle with that model in it may not be used or passed on commercially; delete the model's folder in
`_internal/models` and the rest may.

Every library below lies in the folder `_internal` as a file of its own and may be replaced by another
build of it. The source of each is published, unchanged, at the address given beside it, and for Debian's
libraries at https://sources.debian.org under the package and version named.
"""


def write_licences(origins: Path, bundle: Path) -> None:
    """Write the file into the bundle.

    Args:
        origins: the list of files that the spec file wrote.
        bundle: the one-folder program, complete.

    Raises:
        SystemExit: a compiled library is in the bundle whose terms are not known.
    """
    listed = [(place, Path(source)) for place, source in json.loads(origins.read_text("utf-8"))]
    kept = [(place, source) for place, source in listed if source.suffix == ".py" or _lies_in(bundle, place)]
    parts = [
        _HEAD,
        *_models(bundle),
        *_python(),
        *_distributions(kept),
        *_carried(bundle),
        *_debian(kept),
        *_common_texts(),
    ]
    (bundle / "THIRD_PARTY_LICENCES").write_text("\n".join(parts), "utf-8")


def _lies_in(bundle: Path, place: str) -> bool:
    return (bundle / "_internal" / place).exists()


def _section(title: str, body: str) -> str:
    return f"\n{_RULE}\n{title}\n{_RULE}\n\n{body.strip()}\n"


def _models(bundle: Path) -> Iterator[str]:
    lines = []
    for manifest in sorted((bundle / "_internal" / "models").glob("*/model.toml")):
        card = tomllib.loads(manifest.read_text("utf-8"))
        lines.append(f"{card['id']}: {card['licence']}")
    if lines:
        yield _section("Models, which are data beside the program", "\n".join(lines))


def _python() -> Iterator[str]:
    version = sys.version.split()[0]
    for folder in (Path(sys.base_prefix, "lib", f"python3.{sys.version_info.minor}"), Path(sys.base_prefix)):
        text = folder / "LICENSE.txt"
        if text.exists():
            yield _section(f"Python {version}: PSF-2.0, https://www.python.org", text.read_text("utf-8"))
            break
    else:
        yield _section(f"Python {version}: PSF-2.0", "https://docs.python.org/3/license.html")
    yield _section(
        "PyInstaller's starter: GPL-2.0-or-later WITH Bootloader-exception", "https://pyinstaller.org"
    )


def _distributions(kept: list[tuple[str, Path]]) -> Iterator[str]:
    sources = {str(source.resolve()) for _place, source in kept}
    for distribution in sorted(importlib.metadata.distributions(), key=lambda found: found.name.lower()):
        files = [Path(str(distribution.locate_file(file))) for file in distribution.files or ()]
        if distribution.name == "stem-remixer" or not any(str(file.resolve()) in sources for file in files):
            continue
        terms = _terms(distribution.metadata)
        texts = [
            file for file in files if _TEXT_NAMES.match(file.name) and file.suffix in {"", ".txt", ".md"}
        ]
        body = "\n\n".join(text.read_text("utf-8", "replace") for text in texts if text.exists())
        yield _section(
            f"{distribution.name} {distribution.version}: {terms}, https://pypi.org/project/{distribution.name}",
            body or "Its wheel carries no licence text.",
        )


def _terms(meta: importlib.metadata.PackageMetadata) -> str:
    fields = meta.json
    for line in fields.get("classifier", ()):
        if line.startswith("License ::") and "license_expression" not in fields:
            return line.rsplit(" :: ", 1)[-1]
    return str(fields.get("license_expression") or fields.get("license") or "see below").split("\n")[0]


def _carried(bundle: Path) -> Iterator[str]:
    lines: dict[str, list[str]] = {}
    for path in sorted((bundle / "_internal").rglob("lib*.so*")):
        for prefix, name, terms, address in CARRIED:
            if path.name.startswith(prefix):
                lines.setdefault(f"{name}: {terms}, {address}", []).append(path.name)
    body = "\n".join(f"{line}\n    {', '.join(sorted(set(names)))}" for line, names in sorted(lines.items()))
    yield _section("Compiled libraries that came with the packages above", body)


def _debian(kept: list[tuple[str, Path]]) -> Iterator[str]:
    system = {source.resolve() for _place, source in kept if ".so" in source.name and _is_system(source)}
    by_text: dict[str, list[str]] = {}
    for package in sorted({_package_of(path) for path in system}):
        version = _say("dpkg-query", "-W", "-f=${Version}", package)
        papers = Path("/usr/share/doc", package.split(":")[0], "copyright")
        text = papers.read_text("utf-8", "replace") if papers.exists() else "https://sources.debian.org"
        by_text.setdefault(text, []).append(f"{package} {version}")
    for text, packages in by_text.items():
        yield _section(f"Debian: {', '.join(packages)}", text)


def _is_system(path: Path) -> bool:
    return path.resolve().is_relative_to("/usr") and "site-packages" not in path.parts


def _package_of(path: Path) -> str:
    for name in (str(path), str(path).removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False).stdout
        if found:
            return found.split(": ")[0]
    raise SystemExit(f"No Debian package owns {path}, so its licence is not known.")


def _say(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _common_texts() -> Iterator[str]:
    for name in ("GPL-2", "GPL-3", "LGPL-2", "LGPL-2.1", "LGPL-3", "Apache-2.0", "MPL-2.0"):
        text = _COMMON / name
        if text.exists():
            yield _section(name, text.read_text("utf-8"))
