"""Channel strips and meters."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("PySide6")
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from remixer.gui.widgets.meter import FLOOR_DB, Meter, decibels, share_of
from remixer.gui.widgets.strips import StemStrip
from remixer.mixing.controls import StemControl
from remixer.mixing.levels import Level

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def strip(qtbot: QtBot) -> StemStrip:
    widget = StemStrip("vocals")
    qtbot.addWidget(widget)
    widget.resize(widget.sizeHint())
    widget.show()
    return widget


def test_showing_a_control_is_silent_and_complete(strip: StemStrip) -> None:
    heard: list[object] = []
    for signal in (strip.gain_changed, strip.muted, strip.soloed, strip.panned):
        signal.connect(heard.append)
    control = StemControl(-6.5, True, True, -0.25)
    strip.set_control(control)
    assert heard == []
    assert strip.control() == control
    assert strip.value.text() == "−6.5"
    assert strip.fader.accessibleName() == "Vocals, minus 6.5 dB, muted"


def test_the_buttons_tell_what_they_did(qtbot: QtBot, strip: StemStrip) -> None:
    with qtbot.waitSignal(strip.muted) as muted:
        qtbot.mouseClick(strip.mute, LEFT)
    with qtbot.waitSignal(strip.soloed) as soloed:
        qtbot.keyClick(strip.solo, Qt.Key.Key_Space)
    assert (muted.args, soloed.args) == ([True], [True])
    assert strip.control() == StemControl(0.0, True, True, 0.0)


def test_moving_the_fader_writes_its_gain(qtbot: QtBot, strip: StemStrip) -> None:
    with qtbot.waitSignal(strip.gain_changed) as moved:
        qtbot.keyClick(strip.fader, Qt.Key.Key_End)
    assert moved.args == [-math.inf]
    assert strip.value.text() == "−∞"


def test_every_control_of_a_strip_has_a_name_and_a_tooltip(strip: StemStrip) -> None:
    for widget in (strip.fader, strip.pan, strip.mute, strip.solo, strip.meter):
        assert "Vocals" in widget.accessibleName()
        assert widget.toolTip()


def test_a_strip_fits_a_lane(strip: StemStrip) -> None:
    assert strip.minimumSizeHint().height() <= 84
    assert strip.sizeHint().height() == 84


def test_the_clip_light_stays_until_it_is_clicked(qtbot: QtBot) -> None:
    meter = Meter("Master")
    qtbot.addWidget(meter)
    meter.resize(15, 80)
    meter.set_level(Level((1.2, 0.5), (0.3, 0.3), True))
    meter.set_level(Level())
    assert meter.clipped
    assert meter.accessibleDescription() == "clipped"
    qtbot.mouseClick(meter, LEFT, pos=QPoint(5, 5))
    assert not meter.clipped


def test_a_meter_rises_at_once_and_falls_slowly(qtbot: QtBot) -> None:
    meter = Meter("Master")
    qtbot.addWidget(meter)
    meter.resize(15, 200)

    def lit() -> int:
        image = meter.grab().toImage()
        colors = [image.pixelColor(3, y) for y in range(image.height())]
        return sum(color.saturation() > 60 and color.value() > 90 for color in colors)

    meter.set_level(Level((0.5, 0.5), (0.4, 0.4)))
    loud = lit()
    meter.set_level(Level(), seconds=0.2)
    falling = lit()
    for _ in range(100):
        meter.set_level(Level(), seconds=0.1)
    assert loud > falling > lit()


def test_a_meters_scale_rises_from_its_floor_to_its_top() -> None:
    assert decibels(0.0) == FLOOR_DB
    assert decibels(1.0) == 0.0
    places = [share_of(level) for level in (-80, -60, -40, -20, -6, 0, 6, 12)]
    assert places[:2] == [0.0, 0.0]
    assert places[-2:] == [1.0, 1.0]
    assert places[1:-1] == sorted(set(places[1:-1]))
