"""Compares what was played and what was written with what should be there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

Audio = NDArray[np.float32]


def read(path: Path) -> tuple[Audio, int]:
    """Return a file as `(frames, 2)` float32, and its rate."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return audio, rate


def level_db(audio: Audio) -> float:
    """Return the mean level of a signal in decibels below full scale."""
    power = float(np.mean(np.square(audio, dtype=np.float64))) if audio.size else 0.0
    return float(10 * np.log10(max(power, 1e-20)))


def difference_db(one: Audio, other: Audio) -> float:
    """Return how loud the difference is, below full scale; +inf where the lengths differ."""
    return level_db(one - other) if one.shape == other.shape else float("inf")


def best_match_db(played: Audio, song: Audio, frames: int = 22_050) -> float:
    """Return how exactly half a second of what was played lies somewhere in a song, as the level of the rest.

    Args:
        played: what came out of the loudspeaker, `(frames, 2)`.
        song: where it is looked for, `(frames, 2)`.
        frames: how much of it is looked for.
    """
    if len(played) < frames:
        return float("inf")
    pattern = played[len(played) - frames :].astype(np.float64)
    if level_db(pattern.astype(np.float32)) < -90:
        return float("inf")
    size = 1 << (len(song) + frames).bit_length()
    match = sum(
        np.fft.irfft(np.fft.rfft(song[:, c], size) * np.conj(np.fft.rfft(pattern[:, c], size)), size)
        for c in (0, 1)
    )
    energy = np.concatenate([[0.0], np.cumsum(np.square(song, dtype=np.float64).sum(axis=1))])
    starts = len(song) - frames + 1
    # The place where the sum of squared differences is smallest.
    distance = (energy[frames:] - energy[:-frames])[:starts] - 2 * np.asarray(match)[:starts]
    start = int(np.argmin(distance))
    return difference_db(pattern.astype(np.float32), song[start : start + frames])
