"""Spectra there and back, medians, and the Wiener filter."""

from __future__ import annotations

import numpy as np
import pytest

from remixer.separation.spectrum import istft, median_of, stft
from remixer.separation.wiener import wiener


@pytest.mark.parametrize("frames", [1, 1000, 4096, 10_001])
def test_the_inverse_returns_the_sound(frames: int) -> None:
    sound = np.random.default_rng(1).standard_normal((2, frames)).astype(np.float32)
    np.testing.assert_allclose(istft(stft(sound, 1024, 256), 1024, 256, frames), sound, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 15, 17, 21])
def test_the_median_network_finds_the_median(count: int) -> None:
    copies = list(np.random.default_rng(count).standard_normal((count, 50)).astype(np.float32))
    np.testing.assert_allclose(median_of(copies), np.median(copies, axis=0), rtol=1e-6)


def _stems(frames: int = 20_000) -> np.ndarray:
    noise = np.random.default_rng(4).standard_normal((3, frames)).astype(np.float32)
    tone = np.sin(np.arange(frames) * 0.1).astype(np.float32)
    return np.stack([np.stack([tone, 0.2 * tone]), 0.1 * noise[:2], 0.1 * np.stack([noise[2], -noise[2]])])


def test_the_filtered_stems_add_up_to_the_mixture() -> None:
    stems = _stems()
    mixture = stems.sum(axis=0)
    rough = stems + 0.05 * np.roll(stems, 1, axis=0)
    filtered = wiener(mixture, rough.astype(np.float32), 2, 1024, 256)
    assert filtered.dtype == np.float32
    assert filtered.shape == stems.shape
    assert np.abs(filtered.sum(axis=0) - mixture).max() < 2e-3


def test_the_filter_removes_what_leaked_from_another_place() -> None:
    stems = _stems()
    leaked = (0.7 * stems + 0.3 * stems[::-1]).astype(np.float32)
    filtered = wiener(stems.sum(axis=0), leaked, 1, 1024, 256)
    before = np.square(leaked - stems).mean(axis=(1, 2))
    after = np.square(filtered - stems).mean(axis=(1, 2))
    assert (after[[0, 2]] < before[[0, 2]]).all()


def test_silence_and_no_iterations_are_left_alone() -> None:
    stems = _stems(3000)
    assert wiener(stems.sum(axis=0), stems, 0) is stems
    silence = np.zeros((3, 2, 3000), np.float32)
    assert not wiener(silence[0], silence, 1).any()
