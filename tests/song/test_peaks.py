"""Peaks are the minima and maxima of the samples, at any zoom."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from remixer.song.peaks import SCALES_FRAMES, Peaks, Pyramid

FRAMES = 1_200_000


@pytest.fixture(scope="module")
def signal() -> NDArray[np.float32]:
    return np.random.default_rng(0).uniform(-1, 1, (FRAMES, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def peaks(tmp_path_factory: pytest.TempPathFactory, signal: NDArray[np.float32]) -> Peaks:
    pyramid = Pyramid(tmp_path_factory.mktemp("peaks"), 1, FRAMES)
    for start in range(0, FRAMES, 65_536):
        pyramid.update(start, signal[None, start : start + 65_536])
    return Peaks(pyramid, 0, lambda start, end: signal[start:end])


@pytest.mark.parametrize("scale", SCALES_FRAMES)
def test_columns_on_bin_borders_are_exact(peaks: Peaks, signal: NDArray[np.float32], scale: int) -> None:
    columns = min(100, FRAMES // scale)
    found = peaks.columns(0, columns * scale, columns)
    parts = signal[: columns * scale].reshape(columns, -1)
    assert np.array_equal(found, np.stack([parts.min(axis=1), parts.max(axis=1)], axis=1))


@pytest.mark.parametrize("width", [3, 31, 100, 5000, 300_000, FRAMES])
def test_columns_anywhere_hold_what_lies_under_them(
    peaks: Peaks, signal: NDArray[np.float32], width: int
) -> None:
    start, columns = 777, 97
    found = peaks.columns(start, start + width, columns)
    slack = max([scale for scale in SCALES_FRAMES if scale <= width / columns], default=1)
    for column in range(columns):
        first, last = (start + width * edge / columns for edge in (column, column + 1))
        around = signal[max(0, int(first) - slack) : int(last) + slack + 1]
        within = signal[int(np.ceil(first)) + slack : max(0, int(last) - slack)]
        assert around.min() <= found[column, 0] <= found[column, 1] <= around.max()
        if len(within):
            assert found[column, 0] <= within.min()
            assert within.max() <= found[column, 1]


def test_one_loud_sample_is_seen_at_every_zoom(tmp_path: Path) -> None:
    audio = np.zeros((FRAMES, 2), np.float32)
    audio[700_001, 1] = -0.75
    pyramid = Pyramid(tmp_path, 1, FRAMES)
    for start in range(0, FRAMES, 65_536):
        pyramid.update(start, audio[None, start : start + 65_536])
    view = Peaks(pyramid, 0, lambda start, end: audio[start:end])
    for columns in (1, 10, 1000, 30_000, 400_000):
        found = view.columns(0, FRAMES, columns)
        assert found.min() == -0.75
        assert abs(int(found[:, 0].argmin()) - 700_001 * columns // FRAMES) <= 1


def test_outside_the_song_is_silence(peaks: Peaks) -> None:
    found = peaks.columns(-FRAMES, 2 * FRAMES, 300)
    assert not found[:100].any()
    assert (found[101:199] != 0).all()
    assert not found[201:].any()
    assert not peaks.columns(-50, -20, 10).any()
    assert not peaks.columns(2 * FRAMES, 2 * FRAMES + 10, 10).any()


def test_strange_views_are_empty(peaks: Peaks) -> None:
    assert peaks.columns(0, 100, 0).shape == (0, 2)
    assert not peaks.columns(100, 100, 5).any()
    assert peaks.columns(10, 12, 50).shape == (50, 2)


def test_blocks_in_any_order_give_the_same_bins(tmp_path: Path, signal: NDArray[np.float32]) -> None:
    orders = [list(range(0, FRAMES, 65_536)), list(range(0, FRAMES, 65_536))[::-1]]
    made = []
    for number, order in enumerate(orders):
        pyramid = Pyramid(tmp_path / str(number), 1, FRAMES)
        for start in order:
            pyramid.update(start, signal[None, start : start + 65_536])
        made.append(pyramid)
    for level in range(len(SCALES_FRAMES)):
        assert np.array_equal(made[0].bins(level), made[1].bins(level))
