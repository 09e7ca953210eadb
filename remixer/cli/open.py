"""`remixer open`, and `remixer` alone: the window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def open_songs(
    songs: Annotated[list[Path] | None, typer.Argument(metavar="SONG", help="Songs to open.")] = None,
) -> None:
    """Open the window, with songs or without. This is what `remixer SONG…` does."""
    from remixer.app import main

    raise typer.Exit(main([path.absolute() for path in songs or []]))
