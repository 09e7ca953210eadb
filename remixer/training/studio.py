"""What a studio does to a dry stem: saturation, a room, echoes, a doubled take; audio is `(2, frames)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remixer.training.pool import POOL_RATE_HZ

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Wave = NDArray[np.float32]


def produced(rng: Generator, wave: Wave, dry: bool) -> Wave:
    """A stem as a record has it.

    Args:
        rng: decides what is done and how much.
        wave: the stem.
        dry: it comes straight from a microphone, so more is done to it.
    """
    if rng.random() < 0.35:
        wave = saturated(rng, wave)
    if rng.random() < (0.7 if dry else 0.2):
        wave = in_a_room(rng, wave)
    if dry and rng.random() < 0.25:
        wave = echoed(rng, wave)
    if dry and rng.random() < 0.25:
        wave = doubled(rng, wave)
    return np.ascontiguousarray(wave, np.float32)


def saturated(rng: Generator, wave: Wave) -> Wave:
    """Part of it soft-clipped, about as loud as before."""
    rms = _rms(wave)
    clipped = np.tanh(wave * np.float32(10.0 ** (rng.uniform(-6.0, 8.0) / 20.0) * 0.15 / rms))
    share = rng.uniform(0.3, 1.0)
    return np.asarray((1.0 - share) * wave + share * rms / _rms(clipped) * clipped, np.float32)


def in_a_room(rng: Generator, wave: Wave) -> Wave:
    """A reverberation of 0.15 to 1.8 s of decaying, more or less dull noise is added."""
    from scipy.fft import irfft, next_fast_len, rfft

    decay_seconds = rng.uniform(0.15, 1.8)
    frames = int(min(decay_seconds, 1.2) * POOL_RATE_HZ)
    fade = np.exp(-6.9 / decay_seconds * np.arange(frames, dtype=np.float32) / POOL_RATE_HZ)
    room = rng.standard_normal((2, frames), np.float32) * fade
    if rng.random() < 0.3:
        room[1] = room[0]
    dullness = np.float32(rng.uniform(0.1, 0.8))
    room[:, 1:] = (1.0 - dullness) * room[:, 1:] + dullness * room[:, :-1]
    delay = int(rng.uniform(0.0, 0.04) * POOL_RATE_HZ)
    room = np.pad(room, ((0, 0), (delay, 0)))
    room *= 10.0 ** (rng.uniform(-22.0, -4.0) / 20.0) / np.sqrt(np.square(room).sum(1, keepdims=True))
    length = next_fast_len(wave.shape[1] + room.shape[1], real=True)
    tail = irfft(rfft(wave, length) * rfft(room, length), length)[:, : wave.shape[1]]
    return np.asarray(wave + tail, np.float32)


def echoed(rng: Generator, wave: Wave) -> Wave:
    """Three repeats, each weaker than the last."""
    delay = int(rng.uniform(0.08, 0.45) * POOL_RATE_HZ)
    gain = 10.0 ** (rng.uniform(-20.0, -7.0) / 20.0)
    out = wave.copy()
    for number in range(1, 4):
        out += np.float32(gain**number) * _late(wave, number * delay)
    return out


def doubled(rng: Generator, wave: Wave) -> Wave:
    """Late copies from the other channel, in phase or not."""
    delay = int(rng.uniform(0.008, 0.035) * POOL_RATE_HZ)
    sign = rng.choice([-0.7, 0.7])
    late = np.stack([0.7 * _late(wave, delay)[1], sign * _late(wave, int(1.3 * delay))[0]])
    return np.asarray(wave + late, np.float32)


def _late(wave: Wave, frames: int) -> Wave:
    return np.pad(wave, ((0, 0), (frames, 0)))[:, : wave.shape[1]]


def _rms(wave: Wave) -> float:
    return float(np.sqrt(np.square(wave).mean())) + 1e-6
