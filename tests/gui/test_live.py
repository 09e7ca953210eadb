"""Live sound in the window: reached, heard, recorded, left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from session_parts import FIRST, LIVE

pytest.importorskip("PySide6")
from dataclasses import replace

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtTest import QTest

from remixer.gui.truth_panel import truth_text
from remixer.gui.widgets.fader import STEP_DB

if TYPE_CHECKING:
    from conftest import Desk

pytestmark = pytest.mark.gui
Modifier = Qt.KeyboardModifier
SWITCH = Modifier.ControlModifier | Modifier.ShiftModifier


@pytest.fixture
def cards() -> list[object]:
    """The models of the window's session: one of them for live sound."""
    return [FIRST, LIVE]


@pytest.fixture
def music(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for music."""
    folder = tmp_path / "Music"
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(folder))
    return folder


def _press(desk: Desk, key: Qt.Key, modifier: Modifier = Modifier.NoModifier) -> None:
    desk.window.activateWindow()
    desk.window.setFocus()
    QTest.keyClick(desk.window, key, modifier)


def _enter(desk: Desk) -> None:
    _press(desk, Qt.Key.Key_L, SWITCH)
    desk.until(lambda: desk.live.isVisible() and bool(desk.live.rows))


def test_it_is_reached_from_the_first_page_and_left_with_the_button(desk: Desk) -> None:
    desk.window.empty.live_asked.emit()
    desk.until(desk.live.isVisible)
    assert desk.window.windowTitle() == "Live input – Stem Remixer"
    desk.live.close_button.click()
    desk.until(desk.window.empty.isVisible)
    assert desk.window.windowTitle() == "Stem Remixer"


def test_it_is_reached_from_a_song_with_the_button_and_the_song_comes_back(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.page.header.live.click()
    desk.until(desk.live.isVisible)
    assert not desk.page.isVisible()
    _press(desk, Qt.Key.Key_L, SWITCH)
    desk.until(desk.page.isVisible)
    assert not desk.player.now.playing and desk.window.windowTitle() == "Song – Stem Remixer"


def test_space_lets_it_be_heard_and_the_caution_goes(desk: Desk) -> None:
    _enter(desk)
    desk.until(desk.live._caution.isVisible)
    assert "headphones" in desk.live._words.text()
    _press(desk, Qt.Key.Key_Space)
    assert desk.player.calls[-1] == ("audible", True)
    desk.until(lambda: not desk.live._caution.isVisible())
    assert desk.live.audible.accessibleName() == "Stop hearing it"


def test_strips_move_the_live_faders_and_trails_show_the_levels(desk: Desk) -> None:
    _enter(desk)
    assert list(desk.live.rows) == ["vocals", "drums", "bass", "other", "residual"]
    desk.until(lambda: desk.live.rows["vocals"].trail.newest == 0.5)
    desk.live.rows["drums"].strip.mute.click()
    desk.live.master.fader.move_to(-6.0)
    assert desk.player.controls.stem("drums").mute and desk.player.controls.master_db == -6.0
    _press(desk, Qt.Key.Key_1)
    desk.until(desk.live.rows["vocals"].strip.fader.hasFocus)
    QTest.keyClick(desk.window, Qt.Key.Key_S)
    assert desk.player.controls.stem("vocals").solo
    desk.until(lambda: desk.live.rows["vocals"].strip.solo.isChecked())


def test_arrow_keys_step_the_live_fader(desk: Desk) -> None:
    _enter(desk)
    desk.session.set_stem("vocals", gain_db=-6.0)
    desk.until(lambda: desk.live.rows["vocals"].strip.fader.gain_db == -6.0)
    _press(desk, Qt.Key.Key_Down)
    assert desk.session.controls.stem("vocals").gain_db == -6.0 - STEP_DB


def test_it_is_recorded_with_a_key_and_the_folder_is_told(desk: Desk, music: Path) -> None:
    _enter(desk)
    _press(desk, Qt.Key.Key_R)
    desk.until(lambda: desk.live._time.text() == "1:23.0")
    assert desk.live.record.accessibleName() == "Finish the recording"
    desk.live.record.click()
    bar = desk.work.messages
    desk.until(lambda: bar.isVisible() and "Recorded to “Live " in bar.accessibleName())
    assert [path.name.partition(" ")[0] for path in music.iterdir()] == ["Live"]
    assert desk.live.folder.isVisible()


def test_an_input_is_chosen_and_remembered(desk: Desk) -> None:
    _enter(desk)
    desk.until(lambda: desk.live.input.count() == 3)
    desk.live.input.chosen.emit("line")
    assert desk.player.calls[-1] == ("listen", "line", False)
    desk.until(lambda: desk.live.input.currentText() == "Line")
    desk.live.close_button.click()
    _enter(desk)
    assert desk.player.calls[-1] == ("listen", "line", False)


def test_a_cushion_is_chosen_and_remembered(desk: Desk) -> None:
    _enter(desk)
    assert desk.player.cushion == 0 and desk.live.cushion.currentText() == "Latency: automatic"
    _press(desk, Qt.Key.Key_Space)
    desk.live.cushion.chosen.emit("3")
    assert desk.player.cushion == 3 and desk.player.calls[-1] == ("listen", None, True)
    desk.until(lambda: desk.live.cushion.currentText() == "Latency: 3 blocks")
    desk.live.input.chosen.emit("line")
    assert desk.player.cushion == 3
    desk.live.close_button.click()
    _enter(desk)
    assert desk.player.cushion == 3
    desk.player.now = replace(desk.player.now, cushion=3)
    _press(desk, Qt.Key.Key_I, Modifier.ControlModifier)
    desk.until(lambda: "3 blocks" in truth_text(desk.live.truth._rows))


def test_figures_are_shown_beside_it(desk: Desk) -> None:
    _enter(desk)
    _press(desk, Qt.Key.Key_I, Modifier.ControlModifier)
    desk.until(lambda: desk.live.truth.isVisible() and bool(desk.live.truth._rows))
    _press(desk, Qt.Key.Key_I, Modifier.ControlModifier)
    assert not desk.live.truth.isVisible()


def test_an_input_that_goes_away_is_said_and_the_song_is_back(desk: Desk, song: Path) -> None:
    desk.open(song)
    _enter(desk)
    desk.player.now = replace(desk.player.now, listening=False, message="The sound device went away.")
    desk.until(desk.page.isVisible)
    desk.until(lambda: desk.work.messages.accessibleName() == "Error: The sound device went away.")


def test_a_machine_too_slow_is_said_in_the_panel_and_under_the_song(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.page.toggle_truth()
    desk.player.now = replace(desk.player.now, live="slow", playing=True)
    desk.until(lambda: "too slow here just now" in truth_text(desk.page.truth._rows))
    desk.until(lambda: "too slow just now" in desk.work.messages.accessibleName())
    assert desk.page.isVisible() and desk.player.now.playing
