"""`remixer devices`: where networks can run, and where sound comes from and goes."""

from __future__ import annotations

from typing import Annotated

import typer

from remixer.cli.printing import print_json, print_table


def devices(
    sound: Annotated[bool, typer.Option("--sound", help="List inputs and outputs of sound instead.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """List the devices networks can run on, or those of sound."""
    rows = _of_sound() if sound else _of_networks()
    if json:
        print_json(rows)
    elif rows:
        print_table([tuple(rows[0]), *(tuple(str(value) for value in row.values()) for row in rows)])
    else:
        typer.echo("No device was found.")


def _of_networks() -> list[dict[str, str | int]]:
    from remixer.separation.devices import devices as found

    return [{"id": one.id, "name": one.name, "runtime": one.runtime} for one in found()]


def _of_sound() -> list[dict[str, str | int]]:
    from remixer.playback.portaudio import inputs, outputs

    return [
        {"kind": kind, "id": one.id, "name": one.name, "rate": one.rate}
        for kind, found in (("input", inputs()), ("output", outputs()))
        for one in found
    ]
