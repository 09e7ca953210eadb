"""Studio effects for rendered stems; audio is `(frames, 2)` float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remixer.training.pool import POOL_RATE_HZ

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Wave = NDArray[np.float32]


def drive(wave: Wave, gain_db: float) -> Wave:
    """Soft overdrive of a wave brought to a common level first."""
    loudness = float(np.sqrt(np.square(wave).mean())) + 1e-9
    return np.asarray(np.tanh(wave * np.float32(10.0 ** (gain_db / 20.0) * 0.1 / loudness)), np.float32)


def band_pass(wave: Wave, low_hz: float, high_hz: float, order: int = 2) -> Wave:
    """Butterworth band, as of a cabinet or a microphone."""
    from scipy.signal import butter, sosfilt

    filters = butter(order, [low_hz, high_hz], "bandpass", fs=POOL_RATE_HZ, output="sos")
    return np.asarray(sosfilt(filters, wave, axis=0), np.float32)


def low_pass(wave: Wave, high_hz: float, order: int = 2) -> Wave:
    """Butterworth low-pass."""
    from scipy.signal import butter, sosfilt

    filters = butter(order, high_hz, fs=POOL_RATE_HZ, output="sos")
    return np.asarray(sosfilt(filters, wave, axis=0), np.float32)


def reverb(wave: Wave, rng: Generator, seconds: float, wet: float) -> Wave:
    """A room of decaying, slightly dull noise, different in both channels."""
    from scipy.signal import oaconvolve

    frames = int(seconds * POOL_RATE_HZ)
    time = np.arange(frames)[:, None] / POOL_RATE_HZ
    noise = rng.standard_normal((frames, 2)) * np.exp(-6.9 * time / seconds)
    room = low_pass(noise.astype(np.float32), rng.uniform(3_000, 12_000), 1)
    room /= np.sqrt(np.square(room).sum(axis=0, keepdims=True))
    tail = oaconvolve(wave, room, axes=0)[: len(wave)]
    return np.asarray(wave + wet * tail, np.float32)


def chorus(wave: Wave, rng: Generator) -> Wave:
    """A doubled, slowly wandering copy in opposite phase left and right."""
    time = np.arange(len(wave)) / POOL_RATE_HZ
    rate_hz, depth = rng.uniform(0.2, 1.5), rng.uniform(0.001, 0.004)
    out = wave.copy()
    for channel in range(2):
        delay = 0.012 + depth * np.sin(2 * np.pi * rate_hz * time + np.pi * channel)
        place = np.arange(len(wave)) - delay * POOL_RATE_HZ
        out[:, channel] += 0.6 * np.interp(place, np.arange(len(wave)), wave[:, channel], left=0.0)
    return out


def level(wave: Wave, rms_db: float) -> Wave:
    """Scale to an RMS."""
    rms = float(np.sqrt(np.square(wave, dtype=np.float64).mean())) + 1e-9
    return wave * np.float32(10.0 ** (rms_db / 20.0) / rms)
