"""Scores: known values on known signals."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from remixer.errors import UsageError
from remixer.training.metrics import SongScores, bss_eval, si_sdr, utterance_sdr

pytestmark = pytest.mark.torch
TONE = np.sin(np.arange(8820, dtype=np.float32) / 20)[:, None].repeat(2, 1)


def test_an_error_of_a_tenth_is_twenty_decibels() -> None:
    assert utterance_sdr(TONE, TONE * np.float32(0.9)) == pytest.approx(20.0, abs=0.01)


def test_silence_as_estimate_is_zero_decibels() -> None:
    assert utterance_sdr(TONE, np.zeros_like(TONE)) == pytest.approx(0.0, abs=1e-6)


def test_the_invariant_score_ignores_the_level() -> None:
    noise = np.random.default_rng(0).standard_normal(TONE.shape).astype(np.float32) * 0.1
    assert si_sdr(TONE, TONE + noise) == pytest.approx(si_sdr(TONE, 3 * (TONE + noise)), abs=0.01)


def test_silence_scores_lower_than_any_estimate_where_the_level_does_not_count() -> None:
    noise = np.random.default_rng(0).standard_normal(TONE.shape).astype(np.float32)
    assert si_sdr(TONE, np.zeros_like(TONE)) == pytest.approx(-120.0)
    assert -40.0 < si_sdr(TONE, TONE + 10 * noise) < -10.0


def test_the_mean_is_over_stems_of_medians_over_songs() -> None:
    scores = SongScores({"a": {"x": 1.0, "y": 0.0}, "b": {"x": 3.0, "y": 2.0}, "c": {"x": 9.0}})
    assert scores.median("x") == 3.0
    assert scores.mean == pytest.approx(2.0)


def test_without_museval_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "museval.metrics", None)
    with pytest.raises(UsageError, match="museval"):
        bss_eval(np.zeros((1, 8, 2), np.float32), np.zeros((1, 8, 2), np.float32), 8)


def test_bsseval_rates_the_true_stems_far_above_swapped_ones() -> None:
    rng = np.random.default_rng(1)
    stems = rng.standard_normal((2, 9000, 2)).astype(np.float32)
    near = stems + 0.05 * rng.standard_normal(stems.shape).astype(np.float32)
    found = bss_eval(stems, near, 8000)
    assert min(found["sdr"]) > 20.0
    assert set(found) == {"sdr", "isr", "sir", "sar"}


def test_bsseval_rates_the_other_stems_where_one_estimate_is_silent() -> None:
    stems = np.random.default_rng(3).standard_normal((2, 9000, 2)).astype(np.float32)
    near = stems + 0.05 * np.random.default_rng(4).standard_normal(stems.shape).astype(np.float32)
    near[1] = 0.0
    found = bss_eval(stems, near, 8000)
    assert found["sdr"][0] > 20.0
    assert np.isnan([scores[1] for scores in found.values()]).all()


def test_bsseval_stays_sane_for_mono_stems_without_treble() -> None:
    rng = np.random.default_rng(2)
    spectra = np.fft.rfft(rng.standard_normal((2, 16_000)))
    spectra[:, 2_500:] = 0.0
    stems = (np.fft.irfft(spectra)[..., None] * np.array([1.0, 0.7])).astype(np.float32)
    mixed = 0.8 * stems + 0.2 * stems[::-1] + 0.02 * rng.standard_normal(stems.shape)
    found = bss_eval(stems, mixed.astype(np.float32), 8000)
    assert found["sir"] == pytest.approx([12.0, 12.0], abs=1.0)
    assert min(found["sar"]) > 15.0
