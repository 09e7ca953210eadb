"""Tries the frozen program as its users get it: installs, uses, upgrades and removes it in a clean system.

Mouse and keyboard, a screen and a loudspeaker are the test's own; there is no network. Run `build.py` before.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import contents
from smoke import footprint, life, steps
from smoke.places import CleanRoot, Place, ThisMachine
from smoke.screen import Screen
from smoke.steps import Trial
from smoke.virtual_sink import VirtualSink

DIST = contents.ROOT / "dist"
WORK = contents.ROOT / "build" / "smoke"
DOWNLOAD_LIMIT = 150_000_000
INSTALLED_LIMIT = 400_000_000


def main() -> int:
    """Run every step; return 0 if all of them hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dist", type=Path, default=DIST, help="the folder that holds what build.py made")
    parser.add_argument("--song", type=Path, help="a song of your own instead of the demo song")
    parser.add_argument("--no-clean-root", action="store_true", help="run the bundle as it lies in dist/")
    parser.add_argument("--keep", action="store_true", help="leave the clean root for looking around")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        screen = stack.enter_context(Screen())
        sink = stack.enter_context(VirtualSink())
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="smoke-work-")))
        place = _place(options.dist, sink, options.no_clean_root)
        print(f"In {place.description}.", flush=True)
        song, second = _songs(work, options.song)
        trial = Trial(place, screen, sink, song, second, work)
        try:
            _try_everything(trial, options.dist.resolve())
        finally:
            if trial.window is not None:
                trial.window.kill()
            if not options.keep:
                shutil.rmtree(place.root, ignore_errors=True)
        for name, value in trial.figures.items():
            print(f"  {name}: {value}")
    print("The frozen program holds.")
    return 0


def _place(dist: Path, sink: VirtualSink, never_clean: bool) -> Place:
    reason = "as asked" if never_clean else CleanRoot.missing()
    return ThisMachine(dist / "stem-remixer", sink.folder, reason) if reason else CleanRoot(WORK, sink.folder)


def _songs(work: Path, own: Path | None) -> tuple[Path, Path]:
    song, second = work / "song.wav", work / "second.m4a"
    if own is None:
        steps.source_tree("demo", str(song), home=work / "home")
    else:
        steps.source_tree("mix", str(own), "--out", str(song), home=work / "home")
    steps.source_tree("mix", str(song), "--gain", "master=-3", "--out", str(second), home=work / "home")
    return song, second


def _try_everything(trial: Trial, dist: Path) -> None:
    place = trial.place
    with _step(trial, "is small"):
        _weigh(trial, dist)
    before: footprint.Footprint = {}
    deb = next(iter(sorted(dist.glob("*.deb"))), Path())
    if isinstance(place, CleanRoot):
        with _step(trial, "can be installed"):
            before = life.install(place, deb)
    with _step(trial, "can be unpacked anywhere"):
        life.unpack(next(iter(dist.glob("*.tar.*"))), dist / "stem-remixer", trial.work)
    place.give(trial.song, trial.inside(steps.SONG))
    place.give(trial.second, trial.inside(steps.SECOND))
    used = footprint.footprint(place.root)
    for step in steps.STEPS:
        with _step(trial, step.__name__.replace("_", " ")):
            step(trial)
    with _step(trial, "writes nothing outside settings, cache, logs and exports"):
        strange = life.wrote_only_its_own(_home_in(place), used, footprint.footprint(place.root))
        steps.demand(not strange, f"It wrote elsewhere: {strange}")
    if isinstance(place, CleanRoot):
        with _step(trial, "can be upgraded"):
            trial.figures["upgraded to"] = life.upgrade(place, deb, trial.work)
            steps.opens_again(trial)
            steps.quits(trial)
        with _step(trial, "can be removed"):
            life.remove(place, before)


def _home_in(place: Place) -> str:
    return str(place.host(place.home).relative_to(place.root))


def _weigh(trial: Trial, dist: Path) -> None:
    bundle = dist / "stem-remixer"
    installed = sum(p.stat().st_size for p in bundle.rglob("*") if p.is_file() and not p.is_symlink())
    trial.figures["installed"] = f"{installed / 1e6:.0f} MB"
    steps.demand(installed <= INSTALLED_LIMIT, f"The bundle takes {installed / 1e6:.0f} MB.")
    downloads = [*dist.glob("*.deb"), *dist.glob("*.tar.*")]
    steps.demand(len(downloads) == 2, f"{dist} holds {len(downloads)} downloads, not 2: run build.py first.")
    for file in downloads:
        size = file.stat().st_size
        trial.figures[file.name] = f"{size / 1e6:.1f} MB"
        steps.demand(size <= DOWNLOAD_LIMIT, f"{file.name} takes {size / 1e6:.0f} MB.")


@contextmanager
def _step(trial: Trial, name: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    except (Exception, SystemExit) as problem:
        trial.screen.picture(WORK / "failed.png")
        print(
            f"FAILED  {name} ({time.monotonic() - began:.1f} s), screen in {WORK / 'failed.png'}", flush=True
        )
        raise SystemExit(str(problem) or type(problem).__name__) from problem
    print(f"ok      {name} ({time.monotonic() - began:.1f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
