"""What commands print: one JSON document, or lines of text, and a line of progress for whoever watches."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from remixer.audio.encode import Encoding

_EVERY_SECONDS = 0.1


def print_json(value: Any) -> None:
    """Print one JSON document on one line."""
    typer.echo(json.dumps(value, allow_nan=False))


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows with their columns aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo(line.rstrip())


def warn(sentence: str) -> None:
    """Say something on stderr that does not stop the work."""
    _clear()
    typer.echo(sentence, err=True)


def warn_of_clipping(peak: float, remedy: str) -> None:
    """Say that what is written exceeds full scale and is held there; silent where it does not."""
    if peak > 1:
        warn(f"The sound is {20 * math.log10(peak):.1f} dB above full scale and clips there; see {remedy}.")


def warn_of_resampling(rate: int, encoding: Encoding) -> None:
    """Say that what is written has another sample rate than the song; silent where it has not."""
    sentence = encoding.resampling(rate)
    if sentence:
        warn(sentence)


class ProgressLine:
    """One line on stderr that shows what is being done; silent where nobody watches."""

    def __init__(self) -> None:
        self._shown = bool(sys.stderr) and sys.stderr.isatty()
        self._last_seconds = 0.0

    def about(self, what: str) -> Callable[[float], None]:
        """Return a report function that shows this sentence and the fraction done."""
        begin = time.monotonic()

        def report(fraction: float) -> None:
            now = time.monotonic()
            if not self._shown or now - self._last_seconds < _EVERY_SECONDS:
                return
            self._last_seconds = now
            left = (now - begin) * (1 - fraction) / fraction if fraction > 0.02 else 0.0
            rest = f", {_clock(left)} left" if left >= 1 else ""
            _clear()
            sys.stderr.write(f"{what}: {fraction:.0%}{rest}")
            sys.stderr.flush()

        return report

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            _clear()
            sys.stderr.flush()


def _clear() -> None:
    if sys.stderr and sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
