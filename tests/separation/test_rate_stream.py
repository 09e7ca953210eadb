"""The streaming resampler: exact delay, any blocks, a state that can be copied."""

from __future__ import annotations

import numpy as np
import pytest

from remixer.separation.rate_stream import RateStream

RATES = [
    (48_000, 44_100),
    (44_100, 48_000),
    (44_100, 44_100),
    (96_000, 44_100),
    (22_050, 44_100),
    (44_101, 44_100),
]


def _run(stream: RateStream, sound: np.ndarray, block: int) -> np.ndarray:
    parts = [stream.process(sound[at : at + block]) for at in range(0, len(sound), block)]
    parts.append(stream.process(sound[:0], last=True))
    stream.reset()
    return np.concatenate(parts)


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_a_tone_arrives_at_the_same_time_and_level(from_hz: int, to_hz: int) -> None:
    seconds = np.arange(from_hz // 2) / from_hz
    sound = np.stack([np.sin(2 * np.pi * hz * seconds) for hz in (440, 6000)], axis=1).astype(np.float32)
    made = _run(RateStream(from_hz, to_hz, 2), sound, 1000)
    assert len(made) == round(len(sound) * to_hz / from_hz)
    seconds = np.arange(len(made)) / to_hz
    wanted = np.stack([np.sin(2 * np.pi * hz * seconds) for hz in (440, 6000)], axis=1)
    inside = slice(200, -200)
    assert np.abs(made - wanted)[inside].max() < 2e-4


def test_what_the_lower_rate_cannot_hold_is_removed() -> None:
    seconds = np.arange(96_000) / 96_000
    sound = np.sin(2 * np.pi * 30_000 * seconds).astype(np.float32)[:, None]
    assert np.abs(_run(RateStream(96_000, 44_100, 1), sound, 4096))[200:-200].max() < 1e-4


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_blocks_of_any_size_give_the_same(from_hz: int, to_hz: int) -> None:
    sound = np.random.default_rng(1).standard_normal((5000, 2)).astype(np.float32)
    whole = _run(RateStream(from_hz, to_hz, 2), sound, 5000)
    for block in (1, 64, 65, 512):
        np.testing.assert_array_equal(_run(RateStream(from_hz, to_hz, 2), sound, block), whole)


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_the_delay_is_what_is_announced(from_hz: int, to_hz: int) -> None:
    stream = RateStream(from_hz, to_hz, 1)
    made = 0
    for fed in range(1, 1500):
        made += len(stream.process(np.zeros((1, 1), np.float32)))
        assert made == stream.ready_frames(fed)
        assert made == 0 or stream.needed_frames(made) <= fed < stream.needed_frames(made + 1)


def test_a_kept_state_goes_on_as_if_nothing_had_happened() -> None:
    sound = np.random.default_rng(2).standard_normal((4000, 2)).astype(np.float32)
    stream = RateStream(48_000, 44_100, 2)
    stream.process(sound[:1500])
    kept = stream.state()
    first = stream.process(sound[1500:])
    stream.restore(kept)
    np.testing.assert_array_equal(stream.process(sound[1500:]), first)
