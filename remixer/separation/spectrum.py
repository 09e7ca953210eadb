"""Short-time spectra in numpy, and medians over many shifted copies of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Audio = NDArray[np.float32]
Spectrum = NDArray[np.complex64]


def stft(audio: Audio, window_frames: int, hop_frames: int) -> Spectrum:
    """Hann-windowed spectra; the first window ends with the first hop of the sound.

    Args:
        audio: `(..., frames)`.
        window_frames: length of the window, a multiple of `hop_frames`.
        hop_frames: distance of the windows.

    Returns:
        `(..., steps, window_frames // 2 + 1)`.
    """
    frames = audio.shape[-1]
    lead = window_frames - hop_frames
    tail = window_frames - hop_frames + (-frames) % hop_frames
    padded = np.pad(audio, [(0, 0)] * (audio.ndim - 1) + [(lead, tail)])
    steps = sliding_window_view(padded, window_frames, axis=-1)[..., ::hop_frames, :]
    spectrum: Spectrum = np.fft.rfft(steps * _hann(window_frames)).astype(np.complex64, copy=False)
    return spectrum


def istft(spectrum: Spectrum, window_frames: int, hop_frames: int, frames: int) -> Audio:
    """The sound `(..., frames)` whose `stft` this is (exactly, if nothing was changed)."""
    window = _hann(window_frames)
    parts = np.fft.irfft(spectrum, n=window_frames).astype(np.float32, copy=False)
    parts *= window / _overlap(window_frames, hop_frames)
    steps, ratio = parts.shape[-2], window_frames // hop_frames
    out = np.zeros((*parts.shape[:-2], steps + ratio - 1, hop_frames), np.float32)
    for part in range(ratio):
        out[..., part : part + steps, :] += parts[..., part * hop_frames : (part + 1) * hop_frames]
    lead = window_frames - hop_frames
    return out.reshape(*out.shape[:-2], -1)[..., lead : lead + frames]


def median_of(copies: Sequence[Audio]) -> Audio:
    """The median over arrays of equal shape, element by element.

    A sorting network of whole-array minima and maxima: many times faster than a partition per element.
    """
    wires = list(copies)
    for low, high in _median_network(len(wires)):
        pair = wires[low], wires[high]
        wires[low], wires[high] = np.minimum(*pair), np.maximum(*pair)
    middle = len(wires) // 2
    if len(wires) % 2:
        return wires[middle]
    return np.float32(0.5) * (wires[middle - 1] + wires[middle])


@lru_cache(maxsize=8)
def _hann(frames: int) -> Audio:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frames) / frames)).astype(np.float32)


def _overlap(window_frames: int, hop_frames: int) -> Audio:
    squares = _hann(window_frames).reshape(-1, hop_frames) ** 2
    return np.tile(squares.sum(axis=0), window_frames // hop_frames)


@lru_cache(maxsize=16)
def _median_network(count: int) -> tuple[tuple[int, int], ...]:
    """Compare-exchange pairs of Batcher's odd-even merge sort, those the middle depends on."""
    pairs = []
    part = 1
    while part < count:
        step = part
        while step >= 1:
            for first in range(step % part, count - step, 2 * step):
                for low in range(first, min(first + step, count - step)):
                    if low // (2 * part) == (low + step) // (2 * part):
                        pairs.append((low, low + step))
            step //= 2
        part *= 2
    needed = {count // 2, (count - 1) // 2}
    kept = []
    for low, high in reversed(pairs):
        if low in needed or high in needed:
            needed |= {low, high}
            kept.append((low, high))
    return tuple(reversed(kept))
