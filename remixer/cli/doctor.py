"""`remixer doctor`: is everything there that the program needs?"""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from remixer import __version__
from remixer.cli.printing import print_json, print_table
from remixer.errors import RemixerError

_PACKAGES = (
    "numpy", "soundfile", "soxr", "av", "mutagen", "sounddevice", "onnxruntime", "PySide6-Essentials",
    "pyqtgraph", "torch", "safetensors",
)  # fmt: skip
_NOT_INSTALLED = ("torch", "safetensors")
_LITTLE_BYTES = 2 * 2**30

Check = tuple[str, str, str]


def doctor(json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False) -> None:
    """Check the installation, the models, the devices and the folders, and say what is wrong."""
    checks = [
        one
        for part in (_program, _packages, _decoding, _models, _devices, _sound, _folders)
        for one in _guarded(part)
    ]
    if json:
        print_json([{"check": name, "state": state, "detail": detail} for name, state, detail in checks])
    else:
        print_table([(state.ljust(5), name, detail) for name, state, detail in checks])
    failed = [name for name, state, _ in checks if state == "fail"]
    if failed:
        raise RemixerError(f"{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}.")


def _guarded(part: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    name = part.__name__.strip("_")
    try:
        yield from part()
    except RemixerError as error:
        yield name, "fail", error.message
    except Exception as error:  # noqa: BLE001  (a doctor survives any illness)
        yield name, "fail", f"{type(error).__name__}: {error}"


def _program() -> Iterator[Check]:
    yield "remixer", "ok", __version__
    yield "system", "ok", f"{platform.platform()}, Python {platform.python_version()}"


def _packages() -> Iterator[Check]:
    for package in _PACKAGES:
        try:
            yield package, "ok", metadata.version(package)
        except metadata.PackageNotFoundError:
            if getattr(sys, "frozen", False) and package in _NOT_INSTALLED:
                yield (
                    package,
                    "note",
                    "not part of the installed program, which runs onnxruntime",
                )
            else:
                yield package, "fail", "is not installed"


def _decoding() -> Iterator[Check]:
    import numpy as np

    from remixer.audio.decode import read
    from remixer.audio.encode import FORMATS, Encoder, Encoding

    tone = np.sin(np.arange(9600) * 0.05).astype(np.float32)[:, None] * np.full(2, 0.4, np.float32)
    with tempfile.TemporaryDirectory() as folder:
        for kind in FORMATS:
            path = Path(folder) / f"tone.{kind}"
            with Encoder(path, 48_000, Encoding(kind)) as encoder:
                encoder.write(tone)
            found, rate = read(path)
            good = rate == 48_000 and len(found) == len(tone) and float(np.abs(found).max()) > 0.2
            yield (
                f"{kind} files",
                "ok" if good else "fail",
                "written and read" if good else "do not come back",
            )


def _models() -> Iterator[Check]:
    from remixer.separation.card import verify
    from remixer.separation.catalog import load_catalog

    catalog = load_catalog()
    for fault in catalog.faults:
        yield "models", "fail", fault
    for card in catalog:
        for weights in card.weights:
            verify(weights, card.id)
        yield f"model {card.id}", "ok", f"{card.role}, {card.parameters:,} parameters"
    if catalog.default_live() is None:
        yield "live model", "note", "none is installed; songs are separated in the background only"


def _devices() -> Iterator[Check]:
    from remixer.separation.devices import devices

    yield "networks run on", "ok", ", ".join(one.id for one in devices())


def _sound() -> Iterator[Check]:
    from remixer.playback.portaudio import available, outputs
    from remixer.playback.priority import granted_by

    fault = available()
    if fault:
        yield "loudspeakers", "note", fault
        return
    found = outputs()
    yield "loudspeakers", "ok" if found else "note", ", ".join(one.name for one in found) or "none was found"
    granted = granted_by()
    alone = "nobody grants it, and on a busy machine the music may break up; the service RealtimeKit would"
    yield "sound goes first", "ok" if granted else "note", f"granted by {granted}" if granted else alone


def _folders() -> Iterator[Check]:
    from remixer.cli.preparing import open_library
    from remixer.paths import config_dir, log_dir

    library = open_library()
    for name, folder in (("cache", library.root), ("settings", config_dir()), ("log", log_dir())):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            yield name, "ok", str(folder)
    free = shutil.disk_usage(library.root).free
    state = "ok" if free > _LITTLE_BYTES else "note"
    yield "disk", state, f"{free / 2**30:.0f} GiB free, {library.size_bytes() / 2**30:.1f} GiB of songs kept"
