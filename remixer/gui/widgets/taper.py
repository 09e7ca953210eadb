"""From a fader's place to decibels and back, and how gains and pans are written and said."""

from __future__ import annotations

import itertools
import math

HIGHEST_DB = 12.0
_POINTS = (
    (0.0, -72.0),
    (0.06, -60.0),
    (0.16, -40.0),
    (0.32, -24.0),
    (0.50, -12.0),
    (0.62, -6.0),
    (0.75, 0.0),
    (1.0, HIGHEST_DB),
)
"""Place (0 to 1) and gain in dB: wide around 0 dB, where it is worked in, narrow near silence."""

LOWEST_DB = _POINTS[0][1]


def place_of(gain_db: float) -> float:
    """Return the fader's place for a gain: 0 at −∞, 1 at the top."""
    if gain_db <= LOWEST_DB:
        return 0.0
    for (left, low), (right, high) in itertools.pairwise(_POINTS):
        if gain_db <= high:
            return left + (gain_db - low) / (high - low) * (right - left)
    return 1.0


def gain_of(place: float) -> float:
    """Return the gain in dB at a fader's place; −inf at the bottom."""
    if place <= 0.0:
        return -math.inf
    for (left, low), (right, high) in itertools.pairwise(_POINTS):
        if place <= right:
            return low + (place - left) / (right - left) * (high - low)
    return HIGHEST_DB


def written(gain_db: float) -> str:
    """Return a gain as it is shown: `−6.0`, `+1.5`, `0.0`, `−∞`."""
    if gain_db <= LOWEST_DB:
        return "−∞"
    rounded = round(gain_db, 1) + 0.0
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded):.1f}"


def said(gain_db: float) -> str:
    """Return a gain as it is spoken: `minus 6.0 dB`."""
    if gain_db <= LOWEST_DB:
        return "silent"
    rounded = round(gain_db, 1) + 0.0
    sign = "plus " if rounded > 0 else "minus " if rounded < 0 else ""
    return f"{sign}{abs(rounded):.1f} dB"


def pan_written(pan: float) -> str:
    """Return a pan as it is shown: `L 20`, `C`, `R 100`."""
    amount = round(abs(pan) * 100)
    return "C" if amount == 0 else f"{'L' if pan < 0 else 'R'} {amount}"


def pan_said(pan: float) -> str:
    """Return a pan as it is spoken: `20 percent left`."""
    amount = round(abs(pan) * 100)
    return "centre" if amount == 0 else f"{amount} percent {'left' if pan < 0 else 'right'}"
