"""`remixer demo`: the demo song as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file; its ending chooses the format.")],
    stems: Annotated[bool, typer.Option("--stems", help="Write its four stems too, into a folder.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
) -> None:
    """Write the demo song: half a minute whose stems are known exactly."""
    from remixer.audio.demo import write_demo

    for path in write_demo(file, stems, overwrite):
        typer.echo(str(path))
