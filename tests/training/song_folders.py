"""Small songs of tones and noise, and a network small enough to train in a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from remixer.training.pool import POOL_RATE_HZ, STEMS

CONFIG = """
[network]
window_frames = 1024
hop_frames = 256
synthesis_frames = 1024
bands = [[32, 1], [16, 8]]
width = 8
deep_width = 8
hidden = 4
causal = {causal}

[objective]
bfloat16 = false

[data]
seed = 5
batch = 2
seconds = 0.25

[training]
steps = {steps}
warmup_steps = 2
validate_minutes = 600.0
"""


def write_song(folder: Path, seed: int, stems: tuple[str, ...] = STEMS, seconds: float = 1.2) -> None:
    """Write stems with sounds of their own: a sweep, clicks, a low tone, a chord."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * POOL_RATE_HZ)) / POOL_RATE_HZ
    pitch = 2.0 ** rng.uniform(0, 1)
    waves = {
        "vocals": np.sin(2 * np.pi * 440 * pitch * time + 3 * np.sin(2 * np.pi * 5 * time)),
        "drums": rng.standard_normal(len(time)) * (np.sin(2 * np.pi * 4 * time) > 0.95),
        "bass": np.sin(2 * np.pi * 55 * pitch * time),
        "other": np.sin(2 * np.pi * 880 * pitch * time) + np.sin(2 * np.pi * 1320 * pitch * time),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for stem in stems:
        wave = 0.2 * np.stack([waves[stem], 0.7 * waves[stem]], axis=1)
        soundfile.write(folder / f"{stem}.wav", wave.astype(np.float32), POOL_RATE_HZ, subtype="FLOAT")


def written_config(folder: Path, steps: int, causal: bool = False) -> Path:
    """Write a small configuration."""
    path = folder / f"small-{steps}-{causal}.toml"
    path.write_text(CONFIG.format(steps=steps, causal=str(causal).lower()), encoding="utf-8")
    return path
