"""Themes, icons and the style sheet."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

pytest.importorskip("PySide6")
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from remixer.gui.widgets.icons import APP_SIZES, app_icon, icon, names
from remixer.gui.widgets.theme import DARK, LIGHT, Theme, ThemeSwitch, palette, style_sheet
from remixer.mixing.controls import STEMS
from remixer.paths import resources_dir

pytestmark = pytest.mark.gui

THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def luminance(color: str) -> float:
    value = QColor(color)
    parts = [value.redF(), value.greenF(), value.blueF()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@THEMES
def test_text_stands_out_from_every_ground(theme: Theme) -> None:
    for ground in (theme.window, theme.panel, theme.raised, theme.hover, theme.lane):
        for text in (theme.text, theme.dim):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(theme.on_accent, theme.accent_fill) >= 4.5
    for text in (theme.accent, theme.danger, theme.warning, theme.good):
        assert contrast(text, theme.panel) >= 4.5, text


@THEMES
def test_outlines_and_waveforms_stand_out_from_their_ground(theme: Theme) -> None:
    assert contrast(theme.edge, theme.panel) >= 3.0
    for name in STEMS:
        assert contrast(theme.stem(name).name(), theme.lane) >= 3.0, name


def seen_by(color: QColor, kind: str) -> np.ndarray:
    """Return a colour in Lab as someone with one kind of colour blindness sees it (Viénot 1999)."""
    rgb = np.array([color.redF(), color.greenF(), color.blueF()]) ** 2.2
    to_lms = np.array(
        [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
    )
    loss = {
        "protan": [[0, 2.02344, -2.52581], [0, 1, 0], [0, 0, 1]],
        "deutan": [[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]],
        "none": np.eye(3),
    }[kind]
    rgb = np.clip(np.linalg.inv(to_lms) @ np.array(loss) @ to_lms @ rgb, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(to_xyz @ rgb / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@THEMES
@pytest.mark.parametrize("kind", ["none", "protan", "deutan"])
def test_stems_are_told_apart_by_the_colour_blind(theme: Theme, kind: str) -> None:
    colors = {name: seen_by(theme.stem(name), kind) for name in STEMS}
    for one, other in itertools.combinations(STEMS, 2):
        assert np.linalg.norm(colors[one] - colors[other]) >= 18, (one, other)


@THEMES
def test_the_style_sheet_is_whole(theme: Theme) -> None:
    sheet = style_sheet(theme, 9.0)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    for path in re.findall(r'url\("([^"]+)"\)', sheet):
        assert QImage(path).width() > 0 or path.endswith(".svg")
        assert (resources_dir() / "style" / path.rpartition("/")[2]).is_file()


def test_the_switch_dresses_the_application(qapp: QApplication, qtbot: QtBot) -> None:
    switch = ThemeSwitch(qapp, "dark")
    widget = QWidget()
    qtbot.addWidget(widget)
    assert Theme.of(widget) is DARK
    with qtbot.waitSignal(switch.theme_changed):
        switch.set_choice("light")
    qtbot.waitUntil(lambda: Theme.of(widget) is LIGHT)
    assert switch.choice == "light"
    qapp.setStyleSheet("")


def test_the_system_is_followed(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = ThemeSwitch(qapp, "dark")
    switch.set_choice("system")
    assert switch.theme is (LIGHT if qapp.styleHints().colorScheme().name == "Light" else DARK)
    qapp.setStyleSheet("")


@pytest.mark.parametrize("name", names())
def test_every_icon_has_a_shape(qapp: QApplication, name: str) -> None:
    image = icon(name).pixmap(QSize(24, 24)).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 60 for x in range(24) for y in range(24))
    assert 10 < inked < 450


def test_an_icon_takes_the_palettes_colours(qapp: QApplication) -> None:
    qapp.setPalette(palette(LIGHT))
    light = icon("play").pixmap(QSize(24, 24)).toImage().pixelColor(12, 12)
    qapp.setPalette(palette(DARK))
    dark = icon("play").pixmap(QSize(24, 24)).toImage().pixelColor(12, 12)
    off = icon("play").pixmap(QSize(24, 24), QIcon.Mode.Disabled).toImage().pixelColor(12, 12)
    assert (light.name(), dark.name(), off.name()) == (LIGHT.text, DARK.text, DARK.faint)


def test_an_unknown_icon_is_refused(qapp: QApplication) -> None:
    with pytest.raises(KeyError, match="no icon named 'nothing'"):
        icon("nothing")


def test_the_programs_icon_comes_in_every_size(qapp: QApplication) -> None:
    assert {size.width() for size in app_icon().availableSizes()} == set(APP_SIZES)
