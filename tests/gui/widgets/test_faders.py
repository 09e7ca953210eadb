"""Faders and knobs under mouse, wheel, keys and screen reader."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("PySide6")
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from remixer.gui.widgets.fader import Fader
from remixer.gui.widgets.pan import PanKnob

pytestmark = pytest.mark.gui


def turn_wheel(
    widget: QWidget, turns: float, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, round(120 * turns)),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.fixture
def fader(qtbot: QtBot) -> Fader:
    widget = Fader("Vocals")
    qtbot.addWidget(widget)
    widget.resize(200, 26)
    widget.show()
    return widget


def gains(fader: Fader) -> list[float]:
    heard: list[float] = []
    fader.gain_changed.connect(heard.append)
    return heard


@pytest.mark.parametrize(
    ("key", "gain_db"),
    [
        (Qt.Key.Key_Up, -9.5),
        (Qt.Key.Key_Down, -10.5),
        (Qt.Key.Key_PageUp, -7.0),
        (Qt.Key.Key_PageDown, -13.0),
        (Qt.Key.Key_Home, 0.0),
        (Qt.Key.Key_End, -math.inf),
    ],
)
def test_keys_move_the_fader(qtbot: QtBot, fader: Fader, key: Qt.Key, gain_db: float) -> None:
    fader.set_gain_db(-10.0)
    heard = gains(fader)
    qtbot.keyClick(fader, key)
    assert heard == [gain_db]
    assert fader.gain_db == gain_db


def test_other_keys_are_left_to_the_window(qtbot: QtBot) -> None:
    class Window(QWidget):
        key = 0

        def keyPressEvent(self, event: object) -> None:
            self.key = event.key()  # type: ignore[attr-defined]

    window = Window()
    qtbot.addWidget(window)
    inner = Fader("Vocals", parent=window)
    qtbot.keyClick(inner, Qt.Key.Key_Space)
    assert window.key == Qt.Key.Key_Space


def test_the_fader_stops_at_both_ends(qtbot: QtBot, fader: Fader) -> None:
    fader.set_gain_db(11.8)
    qtbot.keyClick(fader, Qt.Key.Key_PageUp)
    assert fader.gain_db == 12.0
    fader.set_gain_db(-71.0)
    qtbot.keyClick(fader, Qt.Key.Key_PageDown)
    assert fader.gain_db == -math.inf
    qtbot.keyClick(fader, Qt.Key.Key_Up)
    assert -72.0 < fader.gain_db < -71.0


def test_the_wheel_moves_the_fader_and_shift_makes_it_fine(fader: Fader) -> None:
    turn_wheel(fader, 1)
    assert fader.gain_db == 0.5
    turn_wheel(fader, -1, Qt.KeyboardModifier.ShiftModifier)
    assert fader.gain_db == 0.4


def test_the_small_turns_of_a_touchpad_add_up(fader: Fader) -> None:
    for _ in range(10):
        turn_wheel(fader, 0.1)
    assert fader.gain_db == pytest.approx(0.5)


def test_a_double_click_is_zero_decibels(qtbot: QtBot, fader: Fader) -> None:
    fader.set_gain_db(-20.0)
    heard = gains(fader)
    qtbot.mouseDClick(fader, Qt.MouseButton.LeftButton)
    assert heard == [0.0]


def test_pressing_the_fader_moves_nothing_and_dragging_follows_the_mouse(qtbot: QtBot, fader: Fader) -> None:
    heard = gains(fader)
    qtbot.mousePress(fader, Qt.MouseButton.LeftButton, pos=QPoint(20, 13))
    assert heard == []
    qtbot.mouseMove(fader, QPoint(0, 13))
    qtbot.mouseRelease(fader, Qt.MouseButton.LeftButton, pos=QPoint(0, 13))
    assert len(heard) == 1
    assert -12.0 < heard[0] < 0.0


def test_setting_a_gain_is_silent(fader: Fader) -> None:
    heard = gains(fader)
    fader.set_gain_db(-3.0)
    assert heard == []
    assert fader.gain_db == -3.0


def test_the_fader_says_what_it_is(fader: Fader) -> None:
    fader.set_gain_db(-6.0)
    fader.set_muted(True)
    spoken = QAccessible.queryAccessibleInterface(fader)
    assert spoken.text(QAccessible.Text.Name) == "Vocals, minus 6.0 dB, muted"
    assert spoken.role() == QAccessible.Role.Slider
    value = spoken.valueInterface()
    assert (value.minimumValue(), value.currentValue(), value.maximumValue()) == (
        -720,
        -60,
        120,
    )  # tenths of a dB


def test_a_screen_reader_can_move_the_fader(fader: Fader) -> None:
    heard = gains(fader)
    QAccessible.queryAccessibleInterface(fader).valueInterface().setCurrentValue(-45)
    assert heard == [-4.5]


def test_a_standing_fader_goes_up_with_the_mouse(qtbot: QtBot) -> None:
    fader = Fader("Master", Qt.Orientation.Vertical)
    qtbot.addWidget(fader)
    fader.resize(30, 160)
    heard = gains(fader)
    qtbot.mousePress(fader, Qt.MouseButton.LeftButton, pos=QPoint(15, 80))
    qtbot.mouseMove(fader, QPoint(15, 60))
    assert heard and heard[-1] > 0


def test_the_knob_turns_both_ways_and_stops(qtbot: QtBot) -> None:
    knob = PanKnob("Bass")
    qtbot.addWidget(knob)
    heard: list[float] = []
    knob.panned.connect(heard.append)
    qtbot.keyClick(knob, Qt.Key.Key_Down)
    turn_wheel(knob, 30)
    qtbot.keyClick(knob, Qt.Key.Key_Home)
    assert heard == [-0.05, 1.0, 0.0]


def test_the_knob_says_where_it_points(qtbot: QtBot) -> None:
    knob = PanKnob("Bass")
    qtbot.addWidget(knob)
    knob.set_pan(-0.4)
    assert knob.accessibleName() == "Bass pan, 40 percent left"
    assert "L 40" in knob.toolTip()
