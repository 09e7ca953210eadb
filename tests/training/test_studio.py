"""Production of dry stems: repeatable, finite, of the same length; and each effect does what it says."""

from __future__ import annotations

import numpy as np
import pytest

from remixer.training import studio

CLICK = np.zeros((2, 30_000), np.float32)
CLICK[:, 100] = 0.5


@pytest.mark.parametrize("dry", [True, False])
def test_a_produced_stem_is_finite_and_depends_on_the_seed_alone(dry: bool) -> None:
    wave = np.random.default_rng(0).standard_normal((2, 9000)).astype(np.float32) * np.float32(0.1)
    kept = wave.copy()
    for seed in range(12):
        out = studio.produced(np.random.default_rng(seed), wave, dry)
        again = studio.produced(np.random.default_rng(seed), wave, dry)
        assert out.shape == wave.shape
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        assert np.array_equal(out, again)
    assert np.array_equal(wave, kept), "the stem itself is left alone"


def test_saturation_keeps_the_loudness() -> None:
    wave = np.random.default_rng(1).standard_normal((2, 9000)).astype(np.float32)
    out = studio.saturated(np.random.default_rng(2), wave)
    assert abs(10 * np.log10(np.square(out).mean() / np.square(wave).mean())) < 1.0


@pytest.mark.parametrize("effect", [studio.in_a_room, studio.echoed, studio.doubled])
def test_what_comes_late_is_added_after_the_sound(effect: object) -> None:
    out = effect(np.random.default_rng(3), CLICK)  # type: ignore[operator]
    assert np.allclose(out[:, :100], 0.0, atol=1e-6)
    assert np.allclose(out[:, 100], 0.5, atol=0.2)
    assert np.abs(out[:, 101:]).max() > 1e-3


def test_silence_stays_silent() -> None:
    silence = np.zeros((2, 5000), np.float32)
    for seed in range(8):
        assert not studio.produced(np.random.default_rng(seed), silence, True).any()
