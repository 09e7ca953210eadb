"""`remixer train`: a network learns."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from remixer.errors import Cancelled
from remixer.jobs import Report


def train(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG.toml]", help="Network, data and schedule [default: the offline model's]."
        ),
    ] = None,
    songs: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Your own songs: <song>/{vocals,drums,bass,other}.*")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Checkpoints and logs.")] = Path("run"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in DIR.")] = False,
    start: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A checkpoint, or a model's weights, to start from.")
    ] = None,
) -> None:
    """Train a network; stop it at any time and go on with --resume.

    Several processes or machines: torchrun --nproc-per-node 2 -m -- remixer train …
    """
    from remixer.paths import resources_dir
    from remixer.training.train import train as run

    config = config or resources_dir() / "training" / "offline.toml"
    follow_log()
    with stoppable() as report:
        progress = run(config, songs=songs, out=out, resume=resume, start=start, report=report)
    best = f"; best {progress.best_sdr:.2f} dB at step {progress.best_step}" if progress.best_step else ""
    typer.echo(f"{progress.step} steps{best}")


@contextlib.contextmanager
def stoppable() -> Iterator[Report]:
    """Give a report that ends training after its step once the user interrupts; the second time at once."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(number, signal.default_int_handler)

    def report(share: float) -> None:
        if asked.is_set():
            raise Cancelled("Interrupted; go on with --resume.")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield report
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def follow_log() -> None:
    """Show on stderr what the training says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    training = logging.getLogger("remixer.training")
    training.addHandler(handler)
    training.setLevel(logging.INFO)
