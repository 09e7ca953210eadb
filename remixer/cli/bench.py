"""`remixer bench`: what the networks cost on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from remixer.cli.printing import ProgressLine, print_json


def bench(
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this network.")] = None,
    counts: Annotated[bool, typer.Option("--counts", help="Count only, measure no times.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """Measure the networks of the papers: size, arithmetic, memory, time for a hop and for a song."""
    from remixer.bench import bench as measure
    from remixer.bench import table

    line = ProgressLine()
    try:
        rows = measure(only=only or None, counts_only=counts, report=line.about("Measuring"))
    finally:
        line.end()
    if json:
        print_json(rows)
    else:
        typer.echo(table(rows))
