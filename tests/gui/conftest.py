"""A window on a session without sound."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from session_parts import FIRST, SECOND, Stage, write_song

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from remixer.gui.application import Application
    from remixer.gui.window import MainWindow
    from remixer.gui.workspace import Workspace
    from remixer.separation.card import ModelCard


class Desk:
    """A window with the session behind it, and what tests do with them."""

    def __init__(self, qtbot: QtBot, stage: Stage, window: MainWindow, work: Workspace) -> None:
        self.qtbot, self.stage, self.window, self.work = qtbot, stage, window, work
        self.session, self.player, self.page = stage.session, stage.player, work.page
        self.live = work.live.page

    def open(self, path: Path) -> None:
        """Open a song and wait until the window shows it whole."""
        self.session.open([path])
        self.until(lambda: self.session.front.song is not None and self.session.front.song.complete)
        self.until(lambda: self.page.viewport.frames == self.session.front.song.frames)  # type: ignore[union-attr]

    def separate(self) -> None:
        """Wait until the song is separated and the window shows it."""
        self.until(
            lambda: bool(self.session.front.spans) and all(key for *_, key in self.session.front.spans)
        )

    def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is true."""
        self.qtbot.waitUntil(true, timeout=100_000)


@pytest.fixture(scope="session")
def qapp_cls() -> type[Application]:
    """The program's own kind of application."""
    from remixer.gui.application import Application

    return Application


@pytest.fixture
def cards() -> Sequence[ModelCard]:
    """The models there are."""
    return (FIRST, SECOND)


@pytest.fixture
def desk(qtbot: QtBot, home: Path, cards: Sequence[ModelCard]) -> Iterator[Desk]:
    """A window of a new session."""
    from PySide6.QtWidgets import QApplication

    from remixer.gui.widgets.theme import ThemeSwitch
    from remixer.gui.window import MainWindow

    stage = Stage(home, cards=cards)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    themes = ThemeSwitch(app, "dark")
    window = MainWindow()
    qtbot.addWidget(window)
    window.appear()
    work = window.furnish(stage.session, themes)
    window.dropped.connect(work.take_songs)
    window.resize(1280, 800)
    hooks = sys.excepthook
    yield Desk(qtbot, stage, window, work)
    sys.excepthook = hooks
    window.close()


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A song of four seconds."""
    return write_song(tmp_path / "music" / "Song.wav", 4.0)
