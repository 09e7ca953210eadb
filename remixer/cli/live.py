"""`remixer live`: the live engine over a file, or over live sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from remixer.cli.printing import ProgressLine, print_json
from remixer.errors import ModelError, UsageError


def live(
    song: Annotated[Path | None, typer.Argument(metavar="SONG", help="The song; or use --input.")] = None,
    model: Annotated[str | None, typer.Option(help="A causal model; see `remixer models`.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the stems go.")] = Path("live"),
    realtime: Annotated[bool, typer.Option("--realtime", help="At the pace of the song.")] = False,
    block: Annotated[int, typer.Option(min=1, help="Frames a block.")] = 512,
    cushion: Annotated[
        int, typer.Option(min=0, max=4, help="Blocks the model has time for; 0: what live sound allows.")
    ] = 0,
    input: Annotated[
        str | None,
        typer.Option("--input", metavar="DEVICE", help="Live sound from it; see `remixer devices --sound`."),
    ] = None,
    seconds: Annotated[float | None, typer.Option(min=0.0, help="Stop after so long.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as a JSON object.")] = False,
) -> None:
    """Run the live engine, write the stems and say how long its hops took."""
    from remixer.playback.live_run import live_run
    from remixer.separation.catalog import load_catalog

    if (song is None) == (input is None):
        raise UsageError("Either a song or --input is expected, and not both.")
    catalog = load_catalog()
    card = catalog.get(model) if model else catalog.default_live()
    if card is None:
        raise ModelError("No live model is installed.")
    line = ProgressLine()
    try:
        done = live_run(
            song, card, out, realtime=realtime, block_frames=block, cushion=cushion, input_device=input,
            seconds=seconds, report=line.about("Live"), overwrite=overwrite,
        )  # fmt: skip
    finally:
        line.end()
    plain = done.to_plain()
    if json:
        print_json(plain)
        return
    hop, latency = plain["hop_ms"], plain["latency_ms"]
    typer.echo(f"{plain['hops']} hops of {plain['budget_ms']:.1f} ms, {plain['missed']} missed")
    typer.echo(f"a hop took {hop['p50']:.2f} ms (99 %: {hop['p99']:.2f}, longest: {hop['max']:.2f})")
    typer.echo(f"latency {latency['total']:.1f} ms, cushion {plain['cushion']} × {block} frames")
