"""Another rate, the same sound at the same moments."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from remixer.audio.resample import StreamResampler, resample

Audio = NDArray[np.float32]
RATES = [
    (44_100, 48_000),
    (48_000, 44_100),
    (96_000, 44_100),
    (8_000, 44_100),
    (192_000, 44_100),
    (44_100, 44_100),
]


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_a_tone_stays_where_and_what_it_is(from_hz: int, to_hz: int) -> None:
    t = np.arange(from_hz) / from_hz
    tone = np.stack([np.sin(2 * np.pi * 440 * t)] * 2, axis=1).astype(np.float32)
    out = resample(tone, from_hz, to_hz)
    meant = np.sin(2 * np.pi * 440 * np.arange(to_hz) / to_hz)
    assert out.shape == (to_hz, 2)
    assert np.abs(out[500:-500, 0] - meant[500:-500]).max() < 1e-4


@pytest.mark.parametrize("size", [1, 64, 1000, 8193])
@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_a_stream_equals_the_whole(sweep: Callable[..., Audio], from_hz: int, to_hz: int, size: int) -> None:
    audio = sweep(rate=from_hz, seconds=0.1 if size == 1 else 0.5)
    stream = StreamResampler(from_hz, to_hz, 2)
    parts = [stream.process(audio[start : start + size]) for start in range(0, len(audio), size)]
    parts.append(stream.process(audio[:0], last=True))
    out = np.concatenate(parts)
    whole = resample(audio, from_hz, to_hz)
    assert out.shape == whole.shape
    assert np.abs(out - whole).max() < 1e-5


def test_nothing_becomes_nothing() -> None:
    assert StreamResampler(44_100, 48_000, 2).process(np.zeros((0, 2), np.float32), last=True).shape == (0, 2)
