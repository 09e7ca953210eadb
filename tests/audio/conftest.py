"""Sounds to read and write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

Audio = NDArray[np.float32]


@pytest.fixture
def sweep() -> Callable[..., Audio]:
    """A rising tone left, a steady one right; nothing repeats, so that a shift by one frame shows."""

    def make(rate: int = 44_100, seconds: float = 1.0, channels: int = 2) -> Audio:
        t = np.arange(round(rate * seconds)) / rate
        top = min(0.2 * rate, 4000)
        tones = [np.sin(2 * np.pi * (200 + c * 50 + top * t / 4) * t) for c in range(channels)]
        edge = np.minimum(1, np.minimum(t, t[::-1]) / 0.05)
        return (0.4 * np.stack(tones, axis=1) * edge[:, None]).astype(np.float32)

    return make


@pytest.fixture
def wav(tmp_path: Path, sweep: Callable[..., Audio]) -> Callable[..., Path]:
    """Write a sweep as wav, aiff, flac or caf."""

    def make(name: str = "song.wav", subtype: str = "PCM_16", **how: object) -> Path:
        audio = sweep(**how)
        path = tmp_path / name
        soundfile.write(path, audio, int(how.get("rate", 44_100)), subtype=subtype)  # type: ignore[call-overload]
        return path

    return make


@pytest.fixture
def lag_frames() -> Callable[[Audio, Audio], int]:
    """Measure by how many frames the first sound is late."""

    def measure(heard: Audio, meant: Audio) -> int:
        n = min(len(heard), len(meant))
        spectrum = np.fft.rfft(heard[:n, 0], 2 * n) * np.conj(np.fft.rfft(meant[:n, 0], 2 * n))
        late = int(np.argmax(np.fft.irfft(spectrum)))
        return late if late < n else late - 2 * n

    return measure
