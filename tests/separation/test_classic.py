"""The separator without weights finds what it was made for."""

from __future__ import annotations

import numpy as np
import pytest

from remixer.errors import Cancelled
from remixer.separation.classic import CLASSIC, separate_classic
from remixer.separation.separator import open_separator

RATE = 44_100


def _both(mono: np.ndarray) -> np.ndarray:
    return np.stack([mono, mono]).astype(np.float32)


def _share(stems: np.ndarray) -> dict[str, float]:
    power = np.square(stems.astype(np.float64)).sum(axis=(1, 2))
    return dict(zip(CLASSIC.stems, power / power.sum(), strict=True))


def test_the_stems_add_up_to_the_mixture() -> None:
    sound = np.random.default_rng(1).standard_normal((2, 60_001)).astype(np.float32) * 0.1
    stems = separate_classic(sound)
    assert stems.shape == (4, 2, 60_001)
    assert np.abs(stems.sum(axis=0) - sound).max() < 1e-6


def test_clicks_are_drums_and_a_low_tone_is_bass() -> None:
    clicks = np.zeros(3 * RATE)
    clicks[5000::11_025] = 1.0
    assert _share(separate_classic(_both(clicks)))["drums"] > 0.9
    seconds = np.arange(3 * RATE) / RATE
    assert _share(separate_classic(_both(np.sin(2 * np.pi * 70 * seconds))))["bass"] > 0.9


def test_what_repeats_is_other_and_what_does_not_is_the_voice() -> None:
    seconds = np.arange(10 * RATE) / RATE
    notes = 2 ** (np.floor(seconds) % 2 / 12)
    chord = 0.2 * sum(np.sin(2 * np.pi * 400 * n * np.cumsum(notes) / RATE) for n in (1, 1.5))
    glide = 0.2 * np.sin(2 * np.pi * np.cumsum(900 + 100 * seconds) / RATE)
    repeated = _share(separate_classic(_both(chord)))
    assert repeated["other"] > 2 * repeated["vocals"]
    sung = separate_classic(_both(chord + glide))[0, 0]
    assert np.corrcoef(sung, glide)[0, 1] > 0.6


@pytest.mark.parametrize("frames", [0, 1, 500])
def test_short_sounds_are_separated_too(frames: int) -> None:
    assert separate_classic(np.ones((2, frames), np.float32)).shape == (4, 2, frames)


def test_an_interrupt_stops_the_next_stretch_only() -> None:
    separator = open_separator(CLASSIC)
    separator.interrupt()
    with pytest.raises(Cancelled):
        separator.separate(np.zeros((2, 1000), np.float32))
    assert separator.separate(np.zeros((2, 1000), np.float32)).shape == (4, 2, 1000)
    separator.close()
