"""A folder of voices: one person sings low, one high, one in between, one wavers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

PITCHES_HZ = {"alto": 330.0, "bass": 110.0, "soprano": 620.0, "tenor": 200.0}


def write_voices(folder: Path, seconds: float = 3.0, rate: int = 16_000) -> Path:
    """Write a tone with harmonics for each person."""
    folder.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(seconds * rate)) / rate
    for person, hz in PITCHES_HZ.items():
        phase = 2 * np.pi * hz * time + 2.0 * np.sin(2 * np.pi * 5 * time)
        wave = sum(np.sin(part * phase) / part for part in (1, 2, 3))
        soundfile.write(folder / f"{person}-voice.wav", np.asarray(0.1 * wave, np.float32), rate)
    return folder
