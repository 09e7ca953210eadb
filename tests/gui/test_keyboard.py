"""The whole program by keyboard alone: what the Tab key reaches, in which order, and that it can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from session_parts import FIRST, LIVE, SECOND

pytest.importorskip("PySide6")
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)

from remixer.gui.export_dialog import ExportDialog, ExportSubject
from remixer.gui.pickers import Choice
from remixer.gui.settings_dialog import SettingsDialog
from remixer.gui.widgets.knob import ValueControl
from remixer.settings import Settings

if TYPE_CHECKING:
    from conftest import Desk

    from remixer.separation.card import ModelCard

pytestmark = pytest.mark.gui
_MOST = 120


@pytest.fixture
def cards() -> Sequence[ModelCard]:
    """The models there are, one for live sound among them."""
    return (FIRST, SECOND, LIVE)


def _walk(window: QWidget, back: bool = False) -> list[QWidget]:
    """Press Tab until it comes round; return what had the keyboard on the way."""
    key = Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab
    window.setFocus()
    seen: list[QWidget] = []
    for _ in range(_MOST):
        QTest.keyClick(window.focusWidget() or window, key)
        now = window.focusWidget()
        assert now is not None
        if now in seen:
            assert now is seen[0], f"the Tab key is caught between controls at {now.accessibleName()}"
            return seen
        seen.append(now)
    raise AssertionError("the Tab key does not come round")


def _names(widgets: Sequence[QWidget]) -> list[str]:
    return [widget.accessibleName().partition(",")[0].partition(":")[0] for widget in widgets]


def _reachable(window: QWidget) -> set[QWidget]:
    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, ValueControl)
    return {
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, kinds)
        and widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(widget.parent(), QAbstractSpinBox)
    }


def _strip(name: str) -> list[str]:
    return [name, f"{name} pan", f"Mute {name}", f"Solo {name}"]


_STRIPS = [part for name in ("Vocals", "Drums", "Bass", "Other", "Rest") for part in _strip(name)]
_MASTER = ["The loudspeaker", "Master"]


def test_the_first_page_is_walked_from_its_buttons_to_the_songs_opened_before(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.session.remove(0)
    desk.until(lambda: desk.window.empty.isVisible() and desk.work.recent.list.count() == 1)
    walked = _walk(desk.window)
    assert _names(walked) == [
        "Choose songs or videos to open",
        "Open a short song made by this program",
        "Hear and record a microphone or a line",
        "Recent songs",
    ]


def test_a_song_is_walked_from_top_to_bottom(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.separate()
    desk.page.toggle_spectrum()
    desk.page.toggle_queue()
    desk.session.notices.say("It failed.", "error", "logs")
    desk.until(lambda: desk.work.messages.isVisible() and not desk.page.separation._stop.isVisible())
    walked = _walk(desk.window)
    assert _names(walked) == [
        *("The model that separates the song", "Where the model runs", "Open songs", "Live input"),
        *("Show or hide the queue", "Show or hide latencies and timings", "Settings"),
        "Write stems or the mix to files",
        *_STRIPS,
        "What the spectrogram shows",
        *("Add songs to the queue", "Take the marked song off the queue", "Queue"),
        *("To the beginning", desk.page.transport.play.accessibleName()),
        *("Loop starts at the playhead", "Loop on", "Loop ends at the playhead"),
        *("Compare with the song as it is", "Closer", "The view follows the playhead"),
        "Show or hide the spectrogram",
        *_MASTER,
        *("Show log", "Dismiss the message"),
    ]
    assert _reachable(desk.window) <= set(walked)
    assert _walk(desk.window, back=True) == walked[::-1]


def test_live_sound_is_walked_from_top_to_bottom(desk: Desk) -> None:
    desk.work.live.switch()
    desk.until(lambda: bool(desk.live.rows) and desk.live.rows["vocals"].strip.isVisible())
    walked = _walk(desk.window)
    names = _names(walked)
    first = names.index("Vocals")
    assert names[0] == "The input whose sound is heard" and names[first - 1].startswith("End the live sound")
    assert names[first : first + len(_STRIPS)] == _STRIPS
    assert names[first + len(_STRIPS)] == "Hear it" and names[-2:] == _MASTER
    assert _reachable(desk.window) <= set(walked)


def _export_dialog(desk: Desk, tmp_path: Path) -> ExportDialog:
    stems = [("vocals", "Vocals"), ("drums", "Drums")]
    subject = ExportSubject(stems, tmp_path, 44_100, 44_100, (0, 100), 1.0, mixed=True, moves=True)
    return ExportDialog(subject, Settings(), lambda plan: [plan.folder / "mix.wav"], desk.window)


def _settings_dialog(desk: Desk, tmp_path: Path) -> SettingsDialog:
    return SettingsDialog(Settings(), [Choice("m", "M")], [Choice("o", "O")], tmp_path, desk.window)


@pytest.mark.parametrize("make", [_export_dialog, _settings_dialog])
def test_dialogs_are_walked_as_they_are_read(desk: Desk, tmp_path: Path, make: object) -> None:
    assert callable(make)
    dialog = make(desk, tmp_path)
    assert isinstance(dialog, QDialog)
    desk.qtbot.addWidget(dialog)
    dialog.show()
    walked = _walk(dialog)
    assert _reachable(dialog) <= set(walked)
    middles = [widget.mapTo(dialog, widget.rect().center()) for widget in walked]
    read = sorted(range(len(walked)), key=lambda n: (round(middles[n].y() / 12), middles[n].x()))
    order = [walked[n].accessibleName() for n in read]
    first = order.index(walked[0].accessibleName())
    assert [widget.accessibleName() for widget in walked] == order[first:] + order[:first]


def test_enter_presses_the_button_that_has_the_keyboard(desk: Desk, tmp_path: Path) -> None:
    _walk(desk.window)
    button = desk.window.focusWidget()
    assert isinstance(button, QPushButton)
    with desk.qtbot.waitSignal(button.clicked, timeout=60_000):
        desk.window.empty.open_asked.disconnect()
        QTest.keyClick(button, Qt.Key.Key_Return)
    for name, result in (("cancel", QDialog.DialogCode.Rejected), ("go", QDialog.DialogCode.Accepted)):
        dialog = _export_dialog(desk, tmp_path)
        desk.qtbot.addWidget(dialog)
        dialog.show()
        pressed = getattr(dialog, name)
        pressed.setFocus()
        QTest.keyClick(pressed, Qt.Key.Key_Return)
        assert not dialog.isVisible() and dialog.result() == result


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_focus_is_seen(desk: Desk, song: Path, tmp_path: Path, theme: str) -> None:
    desk.open(song)
    desk.separate()
    desk.page.toggle_spectrum()
    desk.page.toggle_queue()
    desk.work.pages.apply({"theme": theme})
    for make in (None, _export_dialog, _settings_dialog):
        window = make(desk, tmp_path) if make else desk.window
        desk.qtbot.addWidget(window)
        window.show()
        desk.until(lambda window=window: window.activateWindow() or window.isActiveWindow())
        for widget in _walk(window):
            window.setFocus()
            without = widget.grab().toImage()
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            focused = widget.grab().toImage()
            assert focused != without, f"nothing shows that {widget.accessibleName()} has the keyboard"
    desk.work.pages.apply({"theme": "dark"})
