"""The fader's scale."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("PySide6")
import itertools

from remixer.gui.widgets import taper

pytestmark = pytest.mark.gui


@pytest.mark.parametrize("gain_db", [-60, -48.5, -24, -12.1, -6, -0.5, 0, 0.5, 6, 12])
def test_a_gain_comes_back_from_its_place(gain_db: float) -> None:
    assert taper.gain_of(taper.place_of(gain_db)) == pytest.approx(gain_db, abs=1e-9)


def test_the_ends_are_silence_and_the_top() -> None:
    assert taper.gain_of(0.0) == -math.inf
    assert taper.place_of(-math.inf) == 0.0
    assert taper.gain_of(1.0) == taper.HIGHEST_DB
    assert taper.place_of(40.0) == 1.0


def test_a_higher_place_is_always_louder() -> None:
    gains = [taper.gain_of(step / 200) for step in range(201)]
    assert all(low < high for low, high in itertools.pairwise(gains))


def test_the_work_happens_where_the_fader_is_wide() -> None:
    assert taper.place_of(0.0) - taper.place_of(-6.0) > taper.place_of(-40.0) - taper.place_of(-46.0)


@pytest.mark.parametrize(
    ("gain_db", "written", "said"),
    [
        (0.0, "0.0", "0.0 dB"),
        (-0.04, "0.0", "0.0 dB"),
        (-6.0, "−6.0", "minus 6.0 dB"),
        (1.5, "+1.5", "plus 1.5 dB"),
        (-math.inf, "−∞", "silent"),
    ],
)
def test_gains_are_written_and_said(gain_db: float, written: str, said: str) -> None:
    assert taper.written(gain_db) == written
    assert taper.said(gain_db) == said


@pytest.mark.parametrize(
    ("pan", "written", "said"), [(0.0, "C", "centre"), (-0.2, "L 20", "20 percent left")]
)
def test_pans_are_written_and_said(pan: float, written: str, said: str) -> None:
    assert taper.pan_written(pan) == written
    assert taper.pan_said(pan) == said
