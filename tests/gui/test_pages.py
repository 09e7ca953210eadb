"""Export, settings, keys; and the second start of the program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from session_parts import write_song

pytest.importorskip("PySide6")
from PySide6.QtCore import QDir, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDialog

from remixer.errors import RemixerError
from remixer.gui import claim as claim_module
from remixer.gui import shortcuts
from remixer.gui.asking import Ask
from remixer.gui.claim import Claim, window_name
from remixer.gui.export_dialog import ExportDialog, ExportSubject
from remixer.gui.handover import Receiver, hand_over
from remixer.gui.pages import _export_folder, music_folder
from remixer.gui.pickers import Choice
from remixer.gui.settings_dialog import SettingsDialog
from remixer.session.exporting import ExportPlan
from remixer.settings import Settings, load_settings

if TYPE_CHECKING:
    from conftest import Desk
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.gui
STEMS = [("vocals", "Vocals"), ("drums", "Drums")]


def _subject(folder: Path, **how: object) -> ExportSubject:
    told = {"stems": STEMS, "folder": folder, "rate": 1000, "frames": 90_000, "loop": None, "separated": 1.0,
            "mixed": False}  # fmt: skip
    return ExportSubject(**{**told, **how})  # type: ignore[arg-type]


def _files(plan: ExportPlan) -> list[Path]:
    parts = [*(["mix"] if plan.mix else []), *plan.stems, *(["residual"] if plan.residual else [])]
    return [plan.folder / f"{part}.{plan.format}" for part in parts]


def _dialog(desk: Desk, subject: ExportSubject, settings: Settings | None = None) -> ExportDialog:
    dialog = ExportDialog(subject, settings or Settings(), _files, desk.window)
    desk.qtbot.addWidget(dialog)
    return dialog


def test_the_export_page_begins_with_what_is_likely_wanted(desk: Desk, tmp_path: Path) -> None:
    untouched = _dialog(desk, _subject(tmp_path)).plan()
    assert not untouched.mix and untouched.stems == ("vocals", "drums")
    mixed = _dialog(desk, _subject(tmp_path, mixed=True)).plan()
    assert mixed.mix and mixed.stems == () and mixed.folder == tmp_path


def test_the_export_page_says_which_files_it_makes(desk: Desk, tmp_path: Path) -> None:
    dialog = _dialog(desk, _subject(tmp_path, loop=(1000, 5000)))
    dialog.format.setCurrentIndex(dialog.format.findData("flac"))
    dialog.bits.setCurrentIndex(dialog.bits.findData("16"))
    dialog.region.setCurrentIndex(dialog.region.findData("loop"))
    dialog.stem_boxes["residual"].setChecked(True)
    shown = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert shown == ["vocals.flac", "drums.flac", "residual.flac"]
    plan = dialog.plan()
    assert (plan.format, plan.bits, plan.selection, plan.residual) == ("flac", "16", (1000, 5000), True)


def test_the_export_page_refuses_what_cannot_be(desk: Desk, tmp_path: Path) -> None:
    dialog = _dialog(desk, _subject(tmp_path), Settings(export_format="flac", export_bits="float"))
    assert not dialog.go.isEnabled() and "flac" in dialog.problem.text()
    dialog.bits.setCurrentIndex(dialog.bits.findData("24"))
    assert dialog.go.isEnabled()


def test_the_export_page_says_that_stems_are_waited_for(desk: Desk, tmp_path: Path) -> None:
    dialog = _dialog(desk, _subject(tmp_path, separated=0.4))
    assert dialog.go.isEnabled() and "waits" in dialog.problem.text()


def test_existing_files_are_asked_about(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vocals.wav").write_text("x")
    asked: list[list[Path]] = []

    def answer(cls: type[Ask], parent: object, files: list[Path]) -> bool:
        asked.append(files)
        return len(asked) > 1

    monkeypatch.setattr(Ask, "overwrite", classmethod(answer))
    dialog = _dialog(desk, _subject(tmp_path))
    dialog.go.click()
    assert dialog.result() != QDialog.DialogCode.Accepted and not dialog.plan().overwrite
    dialog.go.click()
    assert dialog.result() == QDialog.DialogCode.Accepted and dialog.plan().overwrite
    assert asked[0] == [tmp_path / "vocals.wav"]


def test_an_export_is_asked_for_and_done(
    desk: Desk, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open(song)
    desk.session.set_stem("vocals", mute=True)
    plan = ExportPlan(tmp_path / "out", stems=("drums",))
    seen: list[ExportSubject] = []

    def answer(cls: type[ExportDialog], subject: ExportSubject, *rest: object) -> ExportPlan:
        seen.append(subject)
        return plan

    monkeypatch.setattr(ExportDialog, "ask", classmethod(answer))
    desk.page.header.export.click()
    desk.until(lambda: len(list((tmp_path / "out").glob("*.wav"))) == 2)
    desk.until(lambda: desk.work.messages.accessibleName().startswith("Message: Exported"))
    assert seen[0].mixed and [name for name, _ in seen[0].stems] == ["vocals", "drums", "bass", "other"]


def test_places_that_cannot_be_are_looked_at_all_the_same(desk: Desk, tmp_path: Path) -> None:
    long = tmp_path / f"{'x' * 300}.wav"
    dialog = ExportDialog(_subject(tmp_path), Settings(), lambda plan: [plan.folder / long.name], desk.window)
    desk.qtbot.addWidget(dialog)
    for place in ("~", "~m", "~nobody/here", str(long)):
        dialog.folder.setText(place)
        assert dialog.list.item(0).text() == long.name
    assert _dialog(desk, _subject(long)).folder.text() == str(long)


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_folder_that_cannot_be_written_down_is_not_offered(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    assert _export_folder(folder / "song.wav") == music_folder()
    assert _export_folder(tmp_path / "song.wav") == tmp_path


def test_another_sample_rate_is_told(desk: Desk, tmp_path: Path) -> None:
    dialog = _dialog(desk, _subject(tmp_path, rate=96_000))
    told = {}
    for row in range(dialog.format.count()):
        dialog.format.setCurrentIndex(row)
        told[dialog.format.currentData()] = dialog.problem.text()
    assert told["mp3"] == "Resampled from 96 to 48 kHz, as mp3 needs it." and "opus" in told["opus"]
    assert told["wav"] == told["flac"] == told["m4a"] == ""


def test_a_song_that_comes_while_it_is_asked_is_not_exported_in_the_others_place(
    desk: Desk, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open(song)
    other = write_song(tmp_path / "Other.wav", seed=5)

    def answer(cls: type[ExportDialog], *asked: object) -> ExportPlan:
        desk.session.open([other])
        desk.until(lambda: desk.session.front.song is not None and desk.session.front.song.source == other)
        return ExportPlan(tmp_path / "out")

    monkeypatch.setattr(ExportDialog, "ask", classmethod(answer))
    desk.work.pages.export()
    assert not desk.session.exports.busy
    assert "Another song was opened" in desk.session.notices.current()[-1].text


def test_a_stem_file_needs_no_choice_of_parts(desk: Desk, tmp_path: Path) -> None:
    dialog = _dialog(desk, _subject(tmp_path))
    dialog.format.setCurrentIndex(dialog.format.findData("stem.mp4"))
    assert not dialog.mix.isEnabled() and not any(box.isEnabled() for box in dialog.stem_boxes.values())
    assert dialog.faders.isEnabled() and dialog.go.isEnabled() and dialog.plan().format == "stem.mp4"
    assert not dialog.about_format.isHidden() and dialog.bits.isHidden()


def test_export_without_a_song_is_a_sentence(desk: Desk) -> None:
    desk.work.pages.export()
    desk.until(lambda: "Open a song" in desk.work.messages.accessibleName())


def test_settings_count_at_once_and_are_kept(desk: Desk, tmp_path: Path) -> None:
    models, outputs = [Choice("second", "Second")], [Choice("pulse", "Loudspeakers")]
    page = SettingsDialog(desk.session.choices.settings, models, outputs, tmp_path, desk.window)
    desk.qtbot.addWidget(page)
    page.changed.connect(desk.work.pages.apply)
    page.limit.setValue(3.5)
    page.theme.setCurrentIndex(page.theme.findData("light"))
    page.findChild(QCheckBox, "play_on_open").click()  # type: ignore[union-attr]
    page.output.chosen.emit("pulse")
    page.model.chosen.emit("second")
    kept = load_settings(desk.stage.settings_file)
    assert kept == Settings(
        cache_limit_gib=3.5, theme="light", play_on_open=False, output="pulse", model="second"
    )
    assert desk.player.output == "pulse" and desk.session.background.card.id == "second"
    page.model.chosen.emit("")
    assert desk.session.background.card.id == "first" and load_settings(desk.stage.settings_file).model == ""
    desk.work.pages.apply({"theme": "dark"})


def test_a_limit_counts_when_it_is_written_whole(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[float] = []
    choices = desk.session.choices
    monkeypatch.setattr(choices, "trim", lambda keep: limits.append(choices.settings.cache_limit_gib))
    page = SettingsDialog(choices.settings, [], [], tmp_path, desk.window)
    desk.qtbot.addWidget(page)
    page.changed.connect(desk.work.pages.apply)
    page.limit.selectAll()
    QTest.keyClicks(page.limit, "31")
    assert limits == []
    QTest.keyClick(page.limit, Qt.Key.Key_Return)
    assert limits == [31.0]


def test_no_key_does_two_things_and_every_key_does_one(desk: Desk) -> None:
    keys = [sequence for _, group in shortcuts.TABLE for key in group for sequence in key.keys]
    assert len(keys) == len(set(keys))
    known = {*desk.work.deeds.table(), *desk.work.deeds.numbered()}
    known |= {"open", "export", "settings", "help", "quit", "live", "record", "truth"}
    assert {key.does for _, group in shortcuts.TABLE for key in group} == known


def test_a_key_that_is_held_goes_on_moving_and_turns_nothing_on_and_off(desk: Desk) -> None:
    made = {shortcut.key().toString(): shortcut for shortcut in desk.window.findChildren(QShortcut)}
    assert all(made[key].autoRepeat() for key in ("Left", "Shift+Right", "Up", "Ctrl+Z", "+"))
    assert not any(made[key].autoRepeat() for key in ("Space", "R", "M", "L", "Ctrl+1", "Ctrl+Shift+L"))


def test_the_keys_are_shown(desk: Desk) -> None:
    dialog = shortcuts.ShortcutsDialog(desk.window)
    desk.qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.isVisible()


def test_a_second_start_hands_its_songs_to_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    name = window_name(tmp_path)
    receiver = Receiver(name)
    assert receiver.listening
    songs = [tmp_path / "a é.wav", tmp_path / "b.wav"]
    code = (
        "import sys; from pathlib import Path; from remixer.gui.handover import hand_over;"
        "sys.exit(0 if hand_over(sys.argv[1], [Path(name) for name in sys.argv[2:]]) else 1)"
    )
    with qtbot.waitSignal(receiver.songs_received, timeout=60_000) as got:
        other = subprocess.Popen([sys.executable, "-c", code, name, *map(str, songs)])
    qtbot.waitUntil(lambda: other.poll() is not None, timeout=60_000)
    receiver.close()
    assert other.returncode == 0 and got.args == [songs]


def test_the_first_start_finds_no_window(qtbot: QtBot, tmp_path: Path) -> None:
    assert not hand_over(window_name(tmp_path), [])
    assert window_name(tmp_path) != window_name(tmp_path / "other")


def test_one_window_has_the_claim_until_its_process_ends(tmp_path: Path) -> None:
    name = window_name(tmp_path)
    code = (
        "import sys; from remixer.gui.claim import Claim; claim = Claim(sys.argv[1]);"
        "assert claim.take(lambda: False); print(flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None and other.stdout.readline() == b"\n"
    asked: list[str] = []

    def hand_over() -> bool:
        asked.append(name)
        return len(asked) == 2

    assert not Claim(name).take(hand_over) and len(asked) == 2
    other.kill()
    other.communicate()
    last = Claim(name)
    assert last.take(lambda: False)
    last.give_up()


def test_a_window_that_does_not_answer_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_module, "_PATIENCE_MS", (0, 1))
    first = Claim(window_name(tmp_path))
    assert first.take(lambda: False)
    with pytest.raises(RemixerError, match="does not answer"):
        Claim(window_name(tmp_path)).take(lambda: False)
    first.give_up()


def test_where_no_claim_can_be_kept_every_start_is_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDir, "tempPath", lambda: str(tmp_path / "missing"))
    assert Claim("x").take(lambda: False) and Claim("x").take(lambda: False)
