"""What the networks cost: sizes and arithmetic on paper, time and memory on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from remixer.bench.rows import table
from remixer.jobs import Report, ignore

__all__ = ["bench", "table"]


def bench(
    only: Sequence[str] | str | None = None, counts_only: bool = False, report: Report = ignore
) -> list[dict[str, Any]]:
    """Measure the networks of the papers, side by side.

    Args:
        only: names of networks, of rivals in other packages too; all of them if none is given.
        counts_only: count parameters and products, measure no time.
        report: is told how far it is; may raise Cancelled.

    Returns:
        One plain value per network, ready for JSON, with at least `network`, `parameters`, `macs` and
        `weights_mib`; where measured `hop_ms`, `rtf` and `peak_mib` too.

    Raises:
        UsageError: there is no network of such a name.
        ModelError: a network could not be exported or run.
    """
    from remixer.bench.plan import run

    names = [only] if isinstance(only, str) else list(only or [])
    return run(names, counts_only, report)
