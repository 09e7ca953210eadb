"""Numbers as a person reads them."""

from __future__ import annotations

import math


def clock(seconds: float, step: float = 1.0) -> str:
    """Return a place in a song, to a step in seconds: `3:07`, `1:02:45`; `3:07.4` in steps of 0.1."""
    if not math.isfinite(seconds) or seconds < 0:
        seconds = 0.0
    decimals = max(0, min(3, math.ceil(-math.log10(step) - 1e-9))) if step < 1 else 0
    whole, part = divmod(round(seconds * 10**decimals), 10**decimals)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    return f"{text}.{part:0{decimals}}" if decimals else text


def time_left(seconds: float | None) -> str:
    """Return a time left: `12 s left`, `3 min left`; empty while it is a guess."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 60:
        return f"{max(1, round(seconds))} s left"
    if seconds < 3600:
        return f"{round(seconds / 60)} min left"
    return f"{seconds / 3600:.1f} h left"


def milliseconds(value: float | None) -> str:
    """Return a duration in ms: `11.6 ms`, `84 ms`; a dash for none."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.1f} ms" if abs(value) < 20 else f"{value:.0f} ms"


def byte_size(count: float) -> str:
    """Return a size: `812 MiB`, `4.2 GiB`."""
    if count < 2**30:
        return f"{count / 2**20:.0f} MiB"
    return f"{count / 2**30:.1f} GiB"


def percent(fraction: float) -> str:
    """Return a share that says 100 % only when it is whole."""
    return f"{min(100, math.floor(fraction * 100 + 1e-9))} %"
