"""The window: drops, pages, faders, keys, messages, the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from session_parts import FIRST, SECOND, stuck, write_song

pytest.importorskip("PySide6")
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QCursor,
    QDragEnterEvent,
    QDropEvent,
    QFileOpenEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPushButton,
    QScrollBar,
    QWidget,
)

from remixer.gui.application import Application
from remixer.gui.asking import Ask
from remixer.gui.drops import dropped_paths
from remixer.gui.two_lines import ABOUT
from remixer.gui.widgets.fader import STEP_DB
from remixer.gui.widgets.knob import ValueControl
from remixer.gui.window import MainWindow
from remixer.session import session as session_module

if TYPE_CHECKING:
    from conftest import Desk
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.gui
Modifier = Qt.KeyboardModifier
NO = Modifier.NoModifier


def _drop(window: QWidget, mime: QMimeData) -> None:
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    place = QPointF(200, 200)
    QApplication.sendEvent(window, QDragEnterEvent(place.toPoint(), actions, mime, buttons, NO))
    QApplication.sendEvent(window, QDropEvent(place, actions, mime, buttons, NO, QEvent.Type.Drop))


def _controls(parent: QWidget) -> Iterator[QWidget]:
    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView, ValueControl)
    for widget in parent.findChildren(QWidget):
        inside = widget.parent()
        part = isinstance(inside, QAbstractSpinBox | QScrollBar | QMenu) or widget.objectName().startswith(
            "qt_"
        )
        popup = isinstance(inside, QWidget) and inside.inherits("QComboBoxPrivateContainer")
        if isinstance(widget, kinds) and not part and not popup:
            yield widget


def test_the_first_page_invites(desk: Desk) -> None:
    assert desk.window.empty.isVisible() and not desk.page.isVisible()
    assert desk.window.windowTitle() == "Stem Remixer"


def test_a_dropped_file_opens_and_plays(desk: Desk, song: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(song))])
    _drop(desk.window, mime)
    desk.until(lambda: desk.player.now.playing and desk.page.isVisible())
    desk.until(lambda: desk.window.windowTitle() == "Song – Stem Remixer")
    assert list(desk.page.mixer.rows) == ["vocals", "drums", "bass", "other", "residual"]


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_paths_of_any_bytes_are_taken_from_a_drop() -> None:
    mime = QMimeData()
    mime.setData(
        "text/uri-list", b"file:///music/caf%E9%20%F0%9F%8E%B5.wav\r\nhttp://x/y\r\nfile://host/z.mp3\r\n"
    )
    assert dropped_paths(mime) == [Path(os.fsdecode(b"/music/caf\xe9 \xf0\x9f\x8e\xb5.wav")), Path("/z.mp3")]


def test_a_server_stays_in_the_path_where_paths_begin_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remixer.gui.drops.sys", SimpleNamespace(platform="win32"))
    mime = QMimeData()
    mime.setUrls([QUrl("file://server/share/a%20b.wav")])
    assert dropped_paths(mime) == [Path("//server/share/a b.wav")]


def test_what_is_dropped_early_opens_when_somebody_can_open_it(
    qtbot: QtBot, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = QApplication.instance()
    assert isinstance(app, Application)
    monkeypatch.setattr(app, "_taker", None)
    window = MainWindow()
    qtbot.addWidget(window)
    window.dropped.connect(app.take_songs)
    window.appear()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(song))])
    _drop(window, mime)
    taken: list[Path] = []
    app.hand_songs_to(taken.extend)
    assert taken == [song]


def test_early_input_waits_until_the_window_is_furnished(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MainWindow, "paintEvent", QMainWindow.paintEvent)
    window = MainWindow()
    qtbot.addWidget(window)
    button = next(one for one in window.empty.findChildren(QPushButton) if "demo" in one.text())
    hover = QTimer(window)
    hover.timeout.connect(lambda: QCursor.setPos(button.mapToGlobal(button.rect().center())))
    hover.start(10)
    window.appear()
    hover.stop()
    assert not button.underMouse()
    qtbot.waitUntil(button.underMouse, timeout=60_000)


def test_the_demo_song_says_that_it_is_being_made(
    desk: Desk, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = threading.Event()

    def make(folder: Path) -> Path:
        made.wait(60)
        return song

    monkeypatch.setattr(session_module, "demo_song", make)
    button = next(one for one in desk.window.empty.findChildren(QPushButton) if "demo" in one.text())
    button.click()
    desk.until(lambda: button.text() == "Making the demo song…" and not button.isEnabled())
    made.set()
    desk.until(lambda: desk.session.front.song is not None and desk.session.front.song.source == song)
    desk.until(lambda: button.text() == "Play the demo song" and button.isEnabled())


def test_what_is_no_file_is_not_taken(desk: Desk) -> None:
    mime = QMimeData()
    mime.setText("hello")
    _drop(desk.window, mime)
    assert desk.session.poll().entries == ()


def test_lanes_coverage_and_legend_show_the_stems_as_they_come(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.separate()
    desk.until(lambda: "First 100 percent" in desk.page.coverage.accessibleDescription())
    assert "The song as it is" in desk.page.legend.accessibleDescription()


def test_a_fader_moved_is_heard_and_a_mix_restored_is_seen(desk: Desk, song: Path) -> None:
    desk.open(song)
    row = desk.page.mixer.rows["drums"]
    row.strip.fader.move_to(-12.0)
    row.strip.mute.click()
    desk.page.mixer.rows["bass"].strip.solo.click()
    desk.page.master.fader.move_to(-3.0)
    controls = desk.player.controls
    assert controls.stem("drums").gain_db == -12.0 and controls.stem("drums").mute
    assert controls.stem("bass").solo and controls.master_db == -3.0
    desk.session.reset_controls()
    desk.until(lambda: row.strip.fader.gain_db == 0.0 and not row.strip.mute.isChecked())
    desk.session.undo()
    desk.until(lambda: row.strip.fader.gain_db == -12.0)


def test_everything_is_done_with_keys(desk: Desk, song: Path) -> None:
    desk.open(song)
    window, session = desk.window, desk.session
    press = QTest.keyClick
    window.activateWindow()
    window.setFocus()
    playing = desk.player.now.playing
    press(window, Qt.Key.Key_Space)
    assert desk.player.now.playing is not playing
    press(window, Qt.Key.Key_2)
    press(window, Qt.Key.Key_M)
    press(window, Qt.Key.Key_S)
    assert session.controls.stem("drums").mute and session.controls.stem("drums").solo
    press(window, Qt.Key.Key_4, Modifier.ControlModifier)
    press(window, Qt.Key.Key_5, Modifier.AltModifier)
    assert session.controls.stem("other").mute and session.controls.residual.solo
    press(window, Qt.Key.Key_Z, Modifier.ControlModifier)
    assert not session.controls.residual.solo
    press(window, Qt.Key.Key_B)
    assert session.front.remix.bypassed
    press(window, Qt.Key.Key_R, Modifier.ControlModifier)
    assert not session.controls.stem("drums").mute


def test_places_and_loops_are_set_with_keys(desk: Desk, song: Path) -> None:
    desk.open(song)
    window, rate = desk.window, 44_100
    desk.session.pause()
    QTest.keyClick(window, Qt.Key.Key_Right, Modifier.ShiftModifier)
    desk.until(lambda: desk.page.playhead == rate)
    QTest.keyClick(window, Qt.Key.Key_I)
    QTest.keyClick(window, Qt.Key.Key_Right, Modifier.ShiftModifier)
    desk.until(lambda: desk.page.playhead == 2 * rate)
    QTest.keyClick(window, Qt.Key.Key_O)
    assert desk.player.loop == (rate, 2 * rate)
    QTest.keyClick(window, Qt.Key.Key_L)
    assert desk.player.loop is None
    QTest.keyClick(window, Qt.Key.Key_L)
    assert desk.player.loop == (rate, 2 * rate)
    QTest.keyClick(window, Qt.Key.Key_Home)
    desk.until(lambda: desk.page.playhead == rate)
    QTest.keyClick(window, Qt.Key.Key_Home)
    desk.until(lambda: desk.page.playhead == 0)
    QTest.keyClick(window, Qt.Key.Key_End)
    desk.until(lambda: desk.page.playhead == 4 * rate)


def test_the_loop_key_takes_no_region_of_another_song(desk: Desk, song: Path, tmp_path: Path) -> None:
    desk.open(song)
    desk.session.set_loop((100_000, 150_000))
    QTest.keyClick(desk.window, Qt.Key.Key_L)
    desk.session.open([write_song(tmp_path / "Short.wav", 1.0, seed=5)])
    desk.until(lambda: desk.page.viewport.frames == 44_100)
    QTest.keyClick(desk.window, Qt.Key.Key_L)
    assert desk.player.loop == (0, 44_100)
    desk.session.open([song])
    desk.until(lambda: desk.page.viewport.frames == 4 * 44_100)
    QTest.keyClick(desk.window, Qt.Key.Key_L)
    assert desk.player.loop == (100_000, 150_000)


def test_a_focused_fader_keeps_its_keys_and_leaves_the_rest(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.session.pause()
    desk.window.activateWindow()
    QTest.keyClick(desk.window, Qt.Key.Key_1)
    fader = desk.page.mixer.rows["vocals"].strip.fader
    desk.until(fader.hasFocus)
    QTest.keyClick(fader, Qt.Key.Key_Down)
    assert desk.session.controls.stem("vocals").gain_db == -STEP_DB
    desk.window.setFocus()
    QTest.keyClick(desk.window, Qt.Key.Key_Down)
    assert desk.session.controls.stem("vocals").gain_db == -2 * STEP_DB
    fader.setFocus()
    QTest.keyClick(fader, Qt.Key.Key_Right)
    assert desk.player.calls[-1] == ("seek", 4 * 44_100)


def test_a_focused_button_is_pressed_with_space(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.window.activateWindow()
    button = desk.page.mixer.rows["bass"].strip.mute
    button.setFocus(Qt.FocusReason.TabFocusReason)
    desk.until(button.hasFocus)
    playing = desk.player.now.playing
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert desk.session.controls.stem("bass").mute and desk.player.now.playing is playing


def test_a_button_that_was_clicked_leaves_the_space_key_to_playing(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    desk.window.setFocus()
    playing, button = desk.player.now.playing, desk.page.mixer.rows["bass"].strip.mute
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.keyClick(desk.window.focusWidget() or desk.window, Qt.Key.Key_Space)
    assert desk.session.controls.stem("bass").mute and desk.player.now.playing is not playing


def test_the_loop_button_is_lit_only_while_there_is_a_loop(desk: Desk, tmp_path: Path) -> None:
    button = desk.page.transport.loop
    desk.open(write_song(tmp_path / "Short.wav", 0.04))
    button.click()
    assert desk.player.loop is None
    desk.until(lambda: not button.isChecked())
    (tmp_path / "broken.wav").write_bytes(b"no sound at all")
    desk.session.open([tmp_path / "broken.wav"])
    desk.until(lambda: desk.session.front.song is None)
    button.click()
    desk.until(lambda: not button.isChecked())


def test_the_view_follows_as_button_and_settings_say(desk: Desk, song: Path) -> None:
    desk.open(song)
    follow = desk.page.transport.follow
    desk.until(follow.isChecked)
    desk.work.pages.apply({"follow": False})
    desk.until(lambda: not follow.isChecked())
    follow.click()
    assert desk.session.choices.settings.follow


def test_the_view_zooms_and_fits(desk: Desk, song: Path) -> None:
    desk.open(song)
    whole = desk.page.viewport
    QTest.keyClick(desk.window, Qt.Key.Key_Plus)
    assert desk.page.viewport.span == whole.span // 2
    assert desk.page.mixer.mix_lane.end - desk.page.mixer.mix_lane.start == whole.span // 2
    QTest.keyClick(desk.window, Qt.Key.Key_F)
    assert desk.page.viewport == whole


def test_drawing_a_loop_loops_it(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.page.mixer.rows["bass"].lane.loop_drawn.emit(10_000, 50_000)
    assert desk.player.loop == (10_000, 50_000)
    desk.until(lambda: desk.page.overview.loop == (10_000, 50_000))
    assert desk.page.transport.loop.isChecked()


def test_side_panels_and_spectrogram_come_and_go(desk: Desk, song: Path) -> None:
    desk.open(song)
    QTest.keyClick(desk.window, Qt.Key.Key_L, Modifier.ControlModifier)
    assert desk.page.queue.isVisible()
    QTest.keyClick(desk.window, Qt.Key.Key_I, Modifier.ControlModifier)
    assert desk.page.truth.isVisible() and not desk.page.queue.isVisible()
    QTest.keyClick(desk.window, Qt.Key.Key_I, Modifier.ControlModifier)
    assert not desk.page.truth.isVisible()
    QTest.keyClick(desk.window, Qt.Key.Key_G)
    assert desk.page.spectrum.view is not None and desk.page.spectrum.isVisible()
    desk.page.spectrum.part.setCurrentIndex(desk.page.spectrum.part.findData("residual"))
    QTest.keyClick(desk.window, Qt.Key.Key_G)
    assert not desk.page.spectrum.isVisible()


def test_the_figures_are_copied_as_text(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.page.toggle_truth()
    desk.until(lambda: bool(desk.page.truth._rows))
    desk.page.truth._copy()
    text = QApplication.clipboard().text()
    assert "Underruns" in text and "Latency" in text and "Stem Remixer" in text


def test_a_model_is_chosen_and_two_takes_are_compared(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.separate()
    desk.page.header.model.chosen.emit("second")
    desk.until(lambda: {take.take_id for take in desk.session.front.takes} == {FIRST.take_id, SECOND.take_id})
    desk.until(lambda: desk.page.take.isVisible() and desk.page.take.count() == 2)
    QTest.keyClick(desk.window, Qt.Key.Key_T)
    assert desk.player.take_ids[0] == FIRST.take_id


def test_the_queue_shows_failures_and_brings_songs_to_the_front(
    desk: Desk, song: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no sound at all")
    other = write_song(tmp_path / "Other.wav", seed=5)
    desk.session.open([song, bad, other])
    desk.until(lambda: desk.page.queue.list.count() == 3)
    desk.page.queue.selected.emit(1)
    row = desk.page.queue.list.item(1)
    desk.until(lambda: "not a sound file" in str(row.data(ABOUT)) and desk.work.messages.isVisible())
    assert row.text() == "bad" and "not a sound file" in row.toolTip()
    assert QApplication.activeModalWidget() is None
    desk.page.queue.selected.emit(2)
    desk.until(lambda: desk.window.windowTitle().startswith("Other"))
    desk.page.queue.removed.emit(1)
    desk.until(lambda: desk.page.queue.list.count() == 2)


def test_an_error_stands_before_other_messages_until_it_is_dismissed(desk: Desk) -> None:
    desk.session.notices.say("It failed.", "error")
    desk.session.notices.say("It is done.")
    bar = desk.work.messages
    desk.until(lambda: bar.isVisible() and bar.accessibleName() == "Error: It failed.")
    bar._dismiss()
    desk.until(lambda: bar.accessibleName() == "Message: It is done.")
    bar._dismiss()
    desk.until(lambda: not bar.isVisible())


def test_what_is_shown_as_a_message_is_spoken_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken: list[QAccessibleAnnouncementEvent] = []
    monkeypatch.setattr(
        "remixer.gui.message_bar.QAccessible", SimpleNamespace(updateAccessibility=spoken.append)
    )
    desk.session.notices.say("It failed.", "error")
    desk.until(lambda: [event.message() for event in spoken] == ["It failed."])
    assert spoken[0].politeness() == QAccessible.AnnouncementPoliteness.Assertive


def test_every_control_says_what_it_is(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.page.toggle_spectrum()
    for widget in _controls(desk.window):
        where = f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        assert widget.accessibleName(), f"{where} has no accessible name"
        assert widget.toolTip(), f"{where} ({widget.accessibleName()}) has no tooltip"


def test_every_control_is_reached_with_the_tab_key(desk: Desk, song: Path) -> None:
    desk.open(song)
    for widget in _controls(desk.window):
        if widget.isVisible() and widget.isEnabled():
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget.accessibleName()


def test_a_fault_nobody_caught_is_said_in_a_sentence(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    from remixer.app import watch_exceptions

    watch_exceptions(desk.session)
    try:
        raise ZeroDivisionError("secret")
    except ZeroDivisionError as fault:
        sys.excepthook(type(fault), fault, fault.__traceback__)
    notice = desk.session.notices.current()[-1]
    assert notice.text == "Something went wrong (ZeroDivisionError); the log says more."
    assert notice.action == "logs" and "secret" in capsys.readouterr().err


def test_a_crash_before_is_offered_to_be_made_good(desk: Desk, song: Path) -> None:
    from remixer.app import offer_to_reopen
    from remixer.session.store import Desk as Left

    desk.session.last_desk = Left((str(song),), 0, "Song", 83.0, True)
    offer_to_reopen(desk.session)
    notice = desk.session.notices.current()[-1]
    assert notice.text == "The program ended unexpectedly; “Song” can be reopened at 1:23."
    desk.work.pages.act(notice)
    desk.until(lambda: desk.session.front.song is not None)
    assert not desk.player.now.playing


def test_what_is_open_already_is_not_offered(desk: Desk, song: Path) -> None:
    from remixer.app import offer_to_reopen
    from remixer.session.store import Desk as Left

    desk.session.last_desk = Left((str(song),), 0, "Song", 83.0, True)
    desk.open(song)
    offer_to_reopen(desk.session)
    assert not [one for one in desk.session.notices.current() if one.action == "reopen"]


def test_recent_songs_are_offered(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.session.choices.look_for_recent()
    desk.until(lambda: any(known.title == "Song" for known in desk.session.choices.recent()))
    desk.session.remove(0)
    desk.until(lambda: desk.window.empty.isVisible() and desk.work.recent.list.count() == 1)
    desk.work.recent.list.itemActivated.emit(desk.work.recent.list.item(0))
    desk.until(desk.page.isVisible)


def test_closing_saves_and_ends_the_player(desk: Desk, song: Path) -> None:
    desk.open(song)
    desk.session.set_stem("vocals", gain_db=-4.0)
    desk.window.close()
    assert desk.player.closed
    assert desk.stage.store.load_mix(desk.session.front.song.id)  # type: ignore[union-attr]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_to_end_closes_the_window(desk: Desk, name: str) -> None:
    from remixer.app import _end_on_signals

    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        _end_on_signals(desk.window)
        os.kill(os.getpid(), getattr(signal, name))
        desk.until(lambda: desk.player.closed)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def test_the_window_comes_back_where_it_was(desk: Desk) -> None:
    desk.window.resize(940, 717)
    desk.window.close()
    later = type(desk.window)()
    desk.qtbot.addWidget(later)
    later.appear(desk.session.choices.settings.window)
    assert later.height() == 717


def test_closing_while_files_are_written_is_asked(
    desk: Desk, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from remixer.separation.inference import InferenceThread
    from remixer.session.exporting import ExportPlan

    desk.session.background._inference = InferenceThread(opener=stuck)
    desk.open(song)
    monkeypatch.setattr(Ask, "stop_exports", classmethod(lambda cls, parent: False))
    desk.session.export(ExportPlan(tmp_path / "out", mix=False, stems=("vocals",)))
    desk.window.close()
    assert desk.window.isVisible() and not desk.player.closed
    desk.until(desk.work.pages.tasks.isVisible)
    monkeypatch.setattr(Ask, "stop_exports", classmethod(lambda cls, parent: True))


def test_the_system_opens_a_song_with_the_program(desk: Desk, song: Path) -> None:
    app = QApplication.instance()
    assert isinstance(app, Application)
    QApplication.postEvent(app, QFileOpenEvent(QUrl.fromLocalFile(str(song))))
    QApplication.processEvents()
    app.hand_songs_to(desk.work.take_songs)
    desk.until(lambda: desk.session.front.song is not None and desk.session.front.song.source == song)
    other = write_song(song.parent / "Other.wav", seed=4)
    QApplication.postEvent(app, QFileOpenEvent(QUrl.fromLocalFile(str(other))))
    desk.until(lambda: desk.session.front.song is not None and desk.session.front.song.source == other)
    app.hand_songs_to(lambda paths: None)


def _loaded(imports: str, names: tuple[str, ...]) -> str:
    code = f"import sys, {imports}; print([name for name in {names!r} if name in sys.modules])"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_window_appears_before_what_it_need_not_show_is_loaded() -> None:
    first = "remixer.cli.border, remixer.app, remixer.gui.application, remixer.gui.claim, remixer.gui.window"
    later = (
        "numpy",
        "typer",
        "multiprocessing",
        "hashlib",
        "PySide6.QtNetwork",
        "remixer.session",
        "remixer.gui.two_lines",
        "remixer.gui.widgets.icons",
    )
    assert _loaded(first, later) == "[]"


def test_the_program_starts_without_what_is_heavy() -> None:
    heavy = ("torch", "onnxruntime", "av", "scipy", "pyqtgraph", "soundfile", "sounddevice")
    assert _loaded("remixer.gui.workspace, remixer.session.assembly", heavy) == "[]"
