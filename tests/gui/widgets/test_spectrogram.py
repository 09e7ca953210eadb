"""The spectrogram: frequencies, tiles, and a view that fills while it is looked at."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6")
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from remixer.gui.widgets.spectrogram import SpectrogramView, color_table
from remixer.gui.widgets.spectrum import LOWEST_HZ, ROWS, SpectrumTiles

pytestmark = pytest.mark.gui

RATE = 44_100
FRAMES = RATE * 4


def tone(hz: float) -> NDArray[np.float32]:
    wave = np.sin(2 * np.pi * hz * np.arange(FRAMES) / RATE).astype(np.float32)
    return np.stack([wave, wave], axis=1)


@pytest.mark.parametrize("hz", [110.0, 440.0, 1000.0, 6000.0, 15_000.0])
def test_a_tone_is_loudest_in_its_own_row(hz: float) -> None:
    audio = tone(hz)
    tiles = SpectrumTiles(lambda start, end: audio[start:end], FRAMES, RATE)
    hop = tiles.hop_of(FRAMES, 400)
    for number in tiles.wanted(0, FRAMES, hop):
        tiles.compute(hop, number)
    picture, _, _ = tiles.image(0, FRAMES, hop)
    rows = np.flatnonzero(picture[40] == picture[40].max())
    row = np.log(hz / LOWEST_HZ) / np.log(tiles.highest_hz() / LOWEST_HZ) * ROWS
    assert min(abs(rows - row)) <= 5
    assert picture[40].max() >= 240


def test_silence_is_black_and_the_song_ends_where_it_ends() -> None:
    silent = np.zeros((FRAMES, 2), np.float32)
    tiles = SpectrumTiles(lambda start, end: silent[start:end], FRAMES, RATE)
    hop = tiles.hop_of(FRAMES, 100)
    numbers = tiles.wanted(0, FRAMES * 10, hop)
    assert numbers == tiles.wanted(0, FRAMES, hop)
    for number in numbers:
        tiles.compute(hop, number)
    picture, first, last = tiles.image(0, FRAMES, hop)
    assert picture.max() == 0
    assert (first, last >= FRAMES) == (0, True)


def test_renewed_tiles_are_computed_again_and_shown_until_then() -> None:
    audio = tone(440.0)
    tiles = SpectrumTiles(lambda start, end: audio[start:end], FRAMES, RATE)
    hop = tiles.hop_of(FRAMES, 100)
    wanted = tiles.wanted(0, FRAMES, hop)
    for number in wanted:
        tiles.compute(hop, number)
    assert tiles.wanted(0, FRAMES, hop) == []
    before, _, _ = tiles.image(0, FRAMES, hop)
    audio[:] = 0
    tiles.renew()
    assert tiles.wanted(0, FRAMES, hop) == wanted
    assert np.array_equal(tiles.image(0, FRAMES, hop)[0], before)
    for number in wanted:
        tiles.compute(hop, number)
    assert tiles.image(0, FRAMES, hop)[0].max() == 0


def test_colours_grow_lighter_with_the_level() -> None:
    table = color_table().astype(float) / 255
    lightness = table**2.2 @ np.array([0.2126, 0.7152, 0.0722])
    assert np.all(np.diff(lightness) >= 0)


@pytest.fixture
def view(qtbot: QtBot) -> SpectrogramView:
    pytest.importorskip("pyqtgraph")
    widget = SpectrogramView(axis_pixels=50)
    qtbot.addWidget(widget)
    widget.resize(650, 200)
    audio = tone(1000.0)
    widget.set_audio(lambda start, end: audio[start:end], FRAMES, RATE)
    widget.set_view(0, FRAMES)
    widget.show()
    return widget


def test_the_view_fills_by_itself_and_rests_then(qtbot: QtBot, view: SpectrogramView) -> None:
    qtbot.waitUntil(lambda: not view.working, timeout=100_000)
    image = view.grab().toImage()
    column = [image.pixelColor(300, y).value() for y in range(5, 170)]
    assert max(column) > 200
    assert min(column) < 60


def test_time_begins_behind_the_axis(qtbot: QtBot, view: SpectrogramView) -> None:
    with qtbot.waitSignal(view.sought) as seen:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(50 + 300, 60))
    assert seen.args == [FRAMES // 2]


def test_the_sound_is_not_read_while_the_view_is_hidden(qtbot: QtBot, view: SpectrogramView) -> None:
    reads: list[int] = []

    def reading(start: int, end: int) -> NDArray[np.float32]:
        reads.append(start)
        return np.zeros((end - start, 2), np.float32)

    view.hide()
    view.set_audio(reading, FRAMES, RATE)
    qtbot.waitUntil(lambda: not view.working)
    assert reads == []
    view.show()
    qtbot.waitUntil(lambda: len(reads) > 0)
