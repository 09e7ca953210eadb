"""`remixer models`: the models there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from remixer.cli.printing import print_json, print_table, warn

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard


def models(json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False) -> None:
    """List the models, what they are for and how good they are."""
    from remixer.separation.catalog import load_catalog

    catalog = load_catalog()
    for fault in catalog.faults:
        warn(fault)
    defaults = {card.role: default.id for card in catalog if (default := catalog.default(card.role))}
    rows = [as_plain(card, defaults.get(card.role) == card.id) for card in catalog]
    if json:
        print_json(rows)
        return
    head = ("model", "", "role", "stems", "latency", "parameters", "SDR", "licence")
    print_table([head, *(_line(row) for row in rows)])
    typer.echo("* what its role uses")


def as_plain(card: ModelCard, default: bool) -> dict[str, Any]:
    """Return what `--json` says of a model."""
    return {
        "id": card.id,
        "name": card.name,
        "network": card.network,
        "role": card.role,
        "default": default,
        "stems": list(card.stems),
        "rate": card.rate,
        "latency_ms": None if card.latency_ms is None else round(card.latency_ms, 3),
        "parameters": card.parameters,
        "licence": card.licence,
        "tiers": list(card.tiers),
        "sha256": card.sha256,
        "paper": card.paper,
        "validation": _plain(card.validation),
    }


def _plain(value: Any) -> Any:
    if hasattr(value, "items"):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value - value != 0:
        return None
    return value


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    sdr = row["validation"].get("sdr", {})
    figures = (
        [value for value in sdr.values() if isinstance(value, int | float)] if isinstance(sdr, dict) else []
    )
    return (
        row["id"],
        "*" if row["default"] else "",
        row["role"],
        " ".join(row["stems"]),
        "whole song" if row["latency_ms"] is None else f"{row['latency_ms']:.1f} ms",
        f"{row['parameters']:,}",
        f"{sum(figures) / len(figures):.1f} dB" if figures else "",
        row["licence"],
    )
