"""`remixer export`: a trained network becomes a model the program finds."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from remixer.errors import InputError


def export(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG.toml", help="The configuration it was trained by.")
    ],
    checkpoint: Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="The trained network.")],
    card: Annotated[
        Path, typer.Option(metavar="CARD.toml", help="Its id, name, role, paper, licence and tiers.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder of models.")] = Path("models"),
) -> None:
    """Write a folder with ONNX, safetensors and model.toml, checked against the trained network."""
    from remixer.training.export import Identity
    from remixer.training.export import export as run
    from remixer.training.trained import load_trained

    trained = load_trained(config, checkpoint)
    try:
        table = tomllib.loads(card.read_text(encoding="utf-8"))
        tiers = table.get("tiers", ())
        identity = Identity(**{**table, "tiers": (tiers,) if isinstance(tiers, str) else tuple(tiers)})
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"“{card.name}” is no description of a model: {error}.", repr(error)) from error
    typer.echo(str(run(trained, identity, out)))
