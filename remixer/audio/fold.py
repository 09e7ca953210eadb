"""Folding mono … 7.1 to stereo as ITU-R BS.775 has it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_HALF_POWER = float(np.sqrt(0.5))

_GAINS: dict[str, tuple[float, float]] = {
    "FL": (1.0, 0.0),
    "FR": (0.0, 1.0),
    "FC": (_HALF_POWER, _HALF_POWER),
    "LFE": (0.0, 0.0),
    "BL": (_HALF_POWER, 0.0),
    "BR": (0.0, _HALF_POWER),
    "SL": (_HALF_POWER, 0.0),
    "SR": (0.0, _HALF_POWER),
    "BC": (0.5, 0.5),
    "FLC": (1.0, 0.0),
    "FRC": (0.0, 1.0),
    "DL": (1.0, 0.0),
    "DR": (0.0, 1.0),
}

_USUAL: dict[int, tuple[str, ...]] = {
    1: ("FC",),
    2: ("FL", "FR"),
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}

_SHOWN = {3: "3.0", 4: "4-channel", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


def known_layout(names: Sequence[str]) -> tuple[str, ...] | None:
    """Return speaker names that can be folded: the ones given, else the usual ones for their number.

    Args:
        names: speaker names in the file's order, such as `("FL", "FR", "LFE")`; unknown names are allowed.
    """
    if all(name in _GAINS for name in names) and len(set(names)) == len(names):
        return tuple(names)
    return _USUAL.get(len(names))


def fold_note(names: Sequence[str]) -> str:
    """Return what the user is told about the fold: "" for mono and stereo."""
    count = len(names)
    if count <= 2:
        return ""
    shown = "2.1" if count == 3 and "LFE" in names else _SHOWN.get(count, f"{count}-channel")
    return f"{shown} folded to stereo (ITU-R BS.775)"


def fold(audio: NDArray[np.float32], names: Sequence[str]) -> NDArray[np.float32]:
    """Fold channels to two.

    Mono is doubled, stereo stays as it is, more channels are added with the
    coefficients of ITU-R BS.775 (centre and surrounds at −3 dB, no LFE).

    Args:
        audio: (frames, channels).
        names: one speaker name a channel, as `known_layout` returns them.

    Returns:
        (frames, 2) float32.
    """
    if len(names) == 1:
        return np.repeat(audio, 2, axis=1)
    if len(names) == 2:
        return np.ascontiguousarray(audio)
    matrix = np.array([_GAINS[name] for name in names], dtype=np.float64)
    return (audio.astype(np.float64) @ matrix).astype(np.float32)
