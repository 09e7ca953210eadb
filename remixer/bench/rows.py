"""Results as a plain table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

COLUMNS = (
    ("network", "network", "{}"),
    ("parameters", "parameters", "{:,}"),
    ("macs", "MACs", "{:,}"),
    ("counted_over", "counted over", "{}"),
    ("weights_mib", "MiB", "{:.1f}"),
    ("rtf", "rtf", "{:.3f}"),
    ("peak_mib", "peak MiB", "{:.0f}"),
    ("training_rtf", "train rtf", "{:.2f}"),
)
HOPS = "{network}: {runtime}, {threads} thread(s): {count} hops, p50 {p50:.2f}  p95 {p95:.2f}  p99 {p99:.2f}"
TIMES = "  max {max:.2f} ms; budget {budget_ms:.1f}, bandwidth bound {bound_ms:.2f}"


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Lines of text: one row a network, then the times of a hop, then notes."""
    cells = [[title for _, title, _ in COLUMNS]]
    for row in rows:
        cells.append([form.format(row[key]) if row.get(key) is not None else "-" for key, _, form in COLUMNS])
    widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS))]
    lines = [_line(one, widths) for one in cells]
    for row in rows:
        lines += [(HOPS + TIMES).format(network=row["network"], **hop) for hop in row.get("hops", [])]
    lines += [f"{row['network']}: {note}" for row in rows for note in row.get("notes", [])]
    return "\n".join(lines)


def _line(cells: list[str], widths: list[int]) -> str:
    first, *rest = [
        cell.ljust(width) if column in (0, 3) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join([first, *rest]).rstrip()
