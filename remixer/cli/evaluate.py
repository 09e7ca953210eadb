"""`remixer evaluate`: how good a model is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remixer.cli.preparing import chosen_model
from remixer.cli.printing import ProgressLine


def evaluate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model; see `remixer models`.")],
    songs: Annotated[list[Path], typer.Argument(metavar="SONGS", help="Folders of songs with their stems.")],
    bss: Annotated[bool, typer.Option("--bss", help="BSSEval v4 too (slow).")] = False,
    oracle: Annotated[bool, typer.Option("--oracle", help="Score the ideal ratio mask beside it.")] = False,
    device: Annotated[str, typer.Option(help="Where it runs; see `remixer devices`.")] = "auto",
    plot: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw the scores, too.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Separate songs whose stems are known, and score what comes out."""
    from remixer.training.evaluate import evaluate as run

    line = ProgressLine()
    try:
        card, report = chosen_model(model), line.about("Evaluating")
        scores = run(card, songs, bss=bss, oracle=oracle, device=device, report=report)
    finally:
        line.end()
    typer.echo(scores.as_json() if json else scores.as_table())
    if plot is not None:
        scores.plot(plot)
