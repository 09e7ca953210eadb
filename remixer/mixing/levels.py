"""How loud every strip is: peak, effective value and whether it clips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixer.mixing.mixer import Mixer
from remixer.song.take import TILE_FRAMES

Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Level:
    """How loud one strip is behind its fader, left and right.

    Attributes:
        peak: highest magnitude; 1 is full scale.
        rms: effective value.
        clipped: a peak was above full scale.
    """

    peak: tuple[float, float] = (0.0, 0.0)
    rms: tuple[float, float] = (0.0, 0.0)
    clipped: bool = False


SILENT = Level()


def level(audio: Audio, gains: tuple[float, float] = (1.0, 1.0)) -> Level:
    """Return how loud (frames, 2) audio is behind left and right gains."""
    if not len(audio):
        return SILENT
    peaks, effective = [], []
    for channel, gain in enumerate(gains):
        side = audio[:, channel]
        peaks.append(float(max(side.max(), -side.min())) * gain)
        effective.append(float(np.sqrt(np.dot(side, side) / len(side))) * gain)
    return Level((peaks[0], peaks[1]), (effective[0], effective[1]), max(peaks) > 1.0)


def levels(mixer: Mixer, start: int, frames: int) -> tuple[Level, ...]:
    """Return the levels of a run of a song: each stem, the residual, the master.

    Read from the arrays the mixer reads, not from the sound: it can be done
    for the frames that are heard at this moment, by a thread that is in no hurry.

    Thread: any but the audio callback.
    """
    first, end = max(0, start), min(start + frames, mixer.song.frames)
    if end <= first:
        return (SILENT,) * (len(mixer.stems) + 2)
    controls, stems = mixer.controls, mixer.stems
    strips = controls.strip_gains(stems)
    gains = controls.gains(stems)
    song: Audio = mixer.song.mixture[first:end].view(np.ndarray)
    residual = song.copy()
    mix = song * gains[-1]
    found = []
    parts = _parts(mixer, first, end)
    for number, part in enumerate(parts):
        if part is None:
            found.append(SILENT)
            continue
        residual -= part
        mix += part * (gains[number] - gains[-1])
        found.append(level(part, (float(strips[number, 0]), float(strips[number, 1]))))
    found.append(level(residual, (float(strips[-1, 0]), float(strips[-1, 1]))))
    return (*found, level(mix))


def _parts(mixer: Mixer, start: int, end: int) -> tuple[Audio | None, ...]:

    tiles = range(start // TILE_FRAMES, (end - 1) // TILE_FRAMES + 1)
    for source in mixer.sources:
        if all(source.covers(tile) for tile in tiles):
            return tuple(whole[start:end] if whole is not None else None for whole in source.stems)
    return (None,) * len(mixer.stems)
