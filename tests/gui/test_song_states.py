"""What is shown of a song that comes, breaks off, fails or makes way for another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from session_parts import write_song

pytest.importorskip("PySide6")
from PySide6.QtWidgets import QPushButton

from remixer.gui.mixer_view import MixerView
from remixer.gui.separation_bar import SeparationBar, separation_sentence
from remixer.gui.task_bar import TaskBar
from remixer.gui.viewport import Viewport
from remixer.mixing.levels import Level
from remixer.separation.inference import SeparationStatus
from remixer.session.snapshot import Task

if TYPE_CHECKING:
    from conftest import Desk
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.gui
LONG = "A title that does not end " * 20


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A file that is no song."""
    path = tmp_path / "broken.wav"
    path.write_bytes(b"no sound at all")
    return path


def _clip(desk: Desk) -> None:
    loud = tuple(Level((1.2, 1.2), (0.5, 0.5), True) for _ in range(6))
    desk.player.now = replace(desk.player.now, levels=loud)
    desk.until(lambda: desk.page.mixer.rows["bass"].strip.meter.clipped and desk.page.master.meter.clipped)


def _is_dark(desk: Desk) -> bool:
    meters = [desk.page.master.meter, *(row.strip.meter for row in desk.page.mixer.rows.values())]
    return not any(meter.clipped for meter in meters)


def test_a_file_that_is_no_song_says_so_where_its_title_stands(desk: Desk, broken: Path) -> None:
    desk.session.open([broken])
    desk.until(lambda: "is not a sound file" in desk.page.header._about.accessibleName())


def test_nothing_of_the_song_before_is_left_where_the_next_one_fails(
    desk: Desk, song: Path, broken: Path
) -> None:
    desk.open(song)
    desk.session.set_loop((10_000, 50_000))
    desk.session.seek(20_000)
    desk.until(lambda: desk.page.overview.loop is not None and desk.page.playhead == 20_000)
    _clip(desk)
    desk.session.open([broken])
    desk.until(lambda: desk.page.overview.frames == 0)
    assert all(view.frames == 0 and view.loop is None for view in desk.page.mixer.views)
    assert desk.page.playhead == 0 and desk.page.transport.time.accessibleName() == "Position 0:00.0 of 0:00"
    assert desk.page.coverage.accessibleDescription() == "" and _is_dark(desk)
    desk.open(song)
    desk.until(lambda: desk.page.overview.loop == (10_000, 50_000))


def test_clip_lights_go_out_with_their_song(desk: Desk, song: Path, tmp_path: Path) -> None:
    desk.open(song)
    _clip(desk)
    desk.open(write_song(tmp_path / "Other.wav", 2.0, seed=5))
    desk.until(lambda: _is_dark(desk))


def test_a_song_that_broke_off_is_told_and_its_separation_can_be_stopped(
    desk: Desk, song: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "Cut.wav"
    cut.write_bytes(song.read_bytes()[: song.stat().st_size // 2])
    desk.session.open([cut])
    bar = desk.page.separation
    desk.until(lambda: bar._words.text().startswith("Broke off · ") and bar._stop.isVisible())


def test_a_song_that_failed_is_not_called_separated_when_those_behind_it_are(
    desk: Desk, song: Path, broken: Path
) -> None:
    assert separation_sentence(SeparationStatus("done"), "First") == "Separated with First"
    desk.session.open([broken, song])
    desk.until(lambda: [entry.separated for entry in desk.session.poll().entries] == [0.0, 1.0])
    desk.until(lambda: desk.session.poll().separation.state == "done")
    desk.work.refresh()
    assert desk.page.separation._words.text() == ""


def test_a_long_title_cuts_no_figures_away(desk: Desk) -> None:
    bar, tasks = SeparationBar(desk.window), TaskBar(desk.window)
    status = SeparationStatus("running", fraction=0.4, seconds_left=100.0)
    bar.show_status(status, "First", None, LONG)
    tasks.show_tasks([Task(1, LONG, "running", 0.4, 100.0)])
    for words in (bar._words, tasks._words):
        assert words.text().endswith("40 % · 2 min left") and "…" in words.text()
        assert words.sizeHint().width() < desk.window.minimumWidth()


def test_the_song_to_go_on_with_is_called_by_its_name(desk: Desk) -> None:
    desk.window.empty.set_continue("Rock & Roll")
    buttons = desk.window.empty.findChildren(QPushButton)
    assert "Continue “Rock && Roll”" in [one.text() for one in buttons]
    desk.window.empty.set_continue(LONG)
    assert max(one.sizeHint().width() for one in buttons) < desk.window.minimumWidth() / 2


def test_stems_of_another_model_are_shown_over_the_same_time(qtbot: QtBot) -> None:
    mixer = MixerView()
    qtbot.addWidget(mixer)
    assert mixer.views == (mixer.ruler, mixer.mix_lane)
    mixer.set_stems(("vocals", "drums"))
    mixer.set_length(9000, 44_100)
    mixer.set_viewport(Viewport(9000, 1000, 5000))
    mixer.set_stems(("vocals", "residual"))
    assert [(lane.frames, lane.start, lane.end) for lane in mixer.views] == 4 * [(9000, 1000, 5000)]
