"""Stems without a trained network: what repeats, what rings, what strikes, what is low.

Three kernel-based models in a row, each a median that treats the other sources as outliers: harmonic and
percussive parts by medians along time and frequency give the drums; of the harmonic part, what does not
repeat in similar frames (REPET-SIM) is the voice; of the rest, the low band is the bass. The masks sum to
one, so the stems sum to the song.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from remixer.separation.card import ModelCard
from remixer.separation.spectrum import Audio, istft, median_of, stft

RATE_HZ = 44_100
WINDOW_FRAMES = 4096
HOP_FRAMES = 1024
RING_STEPS = 17
STRIKE_BINS = 31
SHARPNESS = 1.25
REPEATS = 15
APART_STEPS = 20
VOICE_LOW_HZ = 150.0
BASS_HIGH_HZ = 220.0
CHUNK_BINS = 256
FLOOR = np.float32(1e-9)

CLASSIC = ModelCard(
    id="classic",
    name="Classic (no network)",
    network="median filtering",
    role="baseline",
    default=True,
    stems=("vocals", "drums", "bass", "other"),
    rate=RATE_HZ,
    channels=2,
    kind="classic",
    parameters=0,
    paper="FitzGerald 2010 (harmonic/percussive median filtering); Rafii and Pardo 2012 (REPET-SIM)",
    licence="MIT",
    tiers=(),
    segment_frames=10 * RATE_HZ,
    context_frames=3 * RATE_HZ,
    sha256=hashlib.sha256(b"classic 1").hexdigest(),
    validation=MappingProxyType(
        {
            "set": "6 songs, 204 s, none of them used to choose its constants",
            "sdr": {"vocals": 2.85, "drums": 0.97, "bass": 2.57, "other": 1.42},
            "note": "Median of the SDR of whole songs in dB; not comparable with published figures.",
        }
    ),
    cost=MappingProxyType({"rtf": 0.07, "threads": 1}),
)


def separate_classic(mixture: Audio, check: Callable[[], None] = lambda: None) -> Audio:
    """Separate `(2, frames)` at 44,100 Hz into vocals, drums, bass and other, `(4, 2, frames)`.

    `check` is called every few hundredths of a second and may raise to stop the work.
    """
    spectrum = stft(mixture, WINDOW_FRAMES, HOP_FRAMES)
    masks = _masks(np.sqrt((np.abs(spectrum) ** 2).sum(axis=0)), check)
    stems = [istft(spectrum * mask, WINDOW_FRAMES, HOP_FRAMES, mixture.shape[-1]) for mask in masks]
    return np.stack([*stems, mixture - sum(stems)])


def _masks(magnitude: Audio, check: Callable[[], None]) -> list[Audio]:
    """Masks of vocals, drums and bass, each `(steps, bins)`."""
    strike = _percussive(magnitude, check)
    ringing = magnitude * (1 - strike)
    hertz = np.arange(magnitude.shape[1], dtype=np.float32) * (RATE_HZ / WINDOW_FRAMES)
    voiced = _rise(hertz, VOICE_LOW_HZ)
    low = 1 - _rise(hertz, BASS_HIGH_HZ)
    voice = (1 - _repeating(ringing, check)) * voiced
    ring = 1 - strike
    return [ring * voice, strike, ring * (1 - voice) * low]


def _percussive(magnitude: Audio, check: Callable[[], None]) -> Audio:
    sharpness = np.float32(SHARPNESS)
    ring = _median(magnitude, RING_STEPS, 0, check) ** sharpness
    strike = _median(magnitude, STRIKE_BINS, 1, check) ** sharpness
    return np.asarray(strike / (strike + ring + FLOOR), np.float32)


def _median(values: Audio, length: int, axis: int, check: Callable[[], None]) -> Audio:
    half = length // 2
    padded = np.pad(values, [(half, half) if n == axis else (0, 0) for n in range(2)], mode="symmetric")
    out = np.empty_like(values)
    across = 1 - axis
    for first in range(0, values.shape[across], CHUNK_BINS):
        check()
        chunk = padded.take(range(first, min(first + CHUNK_BINS, values.shape[across])), axis=across)
        windows = sliding_window_view(chunk, length, axis=axis)
        part = median_of([windows[..., n] for n in range(length)])
        out[(slice(None),) * across + (slice(first, first + CHUNK_BINS),)] = part
    return out


def _repeating(magnitude: Audio, check: Callable[[], None]) -> Audio:
    """The mask of what similar frames elsewhere have in common, `(steps, bins)`."""
    alike = _similar(magnitude)
    repeated = np.empty_like(magnitude)
    for first in range(0, magnitude.shape[1], CHUNK_BINS):
        check()
        chunk = np.ascontiguousarray(magnitude[:, first : first + CHUNK_BINS])
        repeated[:, first : first + CHUNK_BINS] = median_of([chunk[steps] for steps in alike])
    return np.asarray(np.minimum(repeated, magnitude) / (magnitude + FLOOR), np.float32)


def _similar(magnitude: Audio) -> NDArray[np.intp]:
    """For every step, the steps most like it and apart from each other, `(REPEATS, steps)`."""
    shape = magnitude / (np.linalg.norm(magnitude, axis=1, keepdims=True) + FLOOR)
    likeness = shape @ shape.T
    steps = np.arange(len(likeness))
    chosen = [steps]
    for _ in range(1, min(REPEATS, 1 + len(steps) // (2 * APART_STEPS))):
        near = chosen[-1][:, None] + np.arange(-APART_STEPS, APART_STEPS + 1)
        likeness[steps[:, None], np.clip(near, 0, len(steps) - 1)] = -1
        chosen.append(likeness.argmax(axis=1))
    return np.stack(chosen)


def _rise(hertz: Audio, edge_hz: float) -> Audio:
    octaves = np.log2(np.maximum(hertz, 1) / np.float32(edge_hz))
    turn = np.pi / 2 * np.clip(2 * octaves, -1, 1)
    return np.asarray(0.5 + 0.5 * np.sin(turn), np.float32)
