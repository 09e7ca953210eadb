"""`remixer devices`: where networks can run and where sound can go."""

from __future__ import annotations

from typing import Annotated

import typer

from remixer.cli.printing import print_json, print_table


def devices(json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False) -> None:
    """List the devices networks can run on."""
    from remixer.separation.devices import devices as found

    rows = [{"id": one.id, "name": one.name, "runtime": one.runtime} for one in found()]
    if json:
        print_json(rows)
    else:
        print_table(
            [("device", "name", "runtime"), *((one["id"], one["name"], one["runtime"]) for one in rows)]
        )
