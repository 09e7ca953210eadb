"""`remixer prune`: a network becomes smaller."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from remixer.cli.train import follow_log, stoppable


def prune(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.toml", help="Network, data, schedule, pruning.")],
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="The trained network.")],
    songs: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Your own songs.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Checkpoints, logs and the curve.")] = Path(
        "pruned"
    ),
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in DIR.")] = False,
) -> None:
    """Prune whole channels of a trained network while it goes on learning."""
    pruning = import_module("remixer.training.prune")
    follow_log()
    with stoppable() as report:
        made = pruning.prune(config, checkpoint, songs=songs, out=out, resume=resume, report=report)
    typer.echo(str(made))
