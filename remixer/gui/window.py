"""The main window: pages, drops, keys, the timer that asks the session how it stands."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QTimer, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from remixer.gui import shortcuts
from remixer.gui.asking import Ask
from remixer.gui.deeds import Deeds
from remixer.gui.drops import dropped_paths
from remixer.gui.empty_page import EmptyPage, RecentSong
from remixer.gui.message_bar import MessageBar
from remixer.gui.pages import Pages
from remixer.gui.screen import Screen
from remixer.gui.song_page import SongPage
from remixer.gui.veil import DropVeil
from remixer.gui.widgets.theme import ThemeSwitch
from remixer.gui.wiring import Wiring
from remixer.gui.words import clock
from remixer.session import Session
from remixer.session.choices import Known

_POLL_MS = 33
_FIRST_SIZE = (1280, 820)
_log = logging.getLogger(__name__)


class MainWindow(QMainWindow):
    """The program's window.

    Args:
        session: what it shows and drives.
        themes: dresses the application.
    """

    def __init__(self, session: Session, themes: ThemeSwitch) -> None:
        super().__init__()
        self.setWindowTitle("Stem Remixer")
        self.setAcceptDrops(True)
        self.setMinimumSize(920, 560)
        self.session = session
        self.empty = EmptyPage(self)
        self.page = SongPage(self)
        self.messages = MessageBar(self)
        self._stack = QStackedWidget(self)
        self._veil = DropVeil(self)
        self._lay_out()
        self.screen_of = Screen(session, self.page)
        self.deeds = Deeds(session, self.page)
        self.pages = Pages(session, self, themes)
        self._column.addWidget(self.pages.tasks)
        self._wiring = Wiring(self)
        self._recent: Sequence[Known] = ()
        self._install_keys()
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        desk = session.last_desk
        self.empty.set_continue(desk.title if desk.paths else "")

    @Slot()
    def refresh(self) -> None:
        """Ask the session how it stands and show it."""
        snapshot = self.session.poll()
        self.messages.show_notices(snapshot.notices)
        opening = snapshot.current >= 0
        page: QWidget = self.page if opening else self.empty
        if self._stack.currentWidget() is not page:
            self._stack.setCurrentWidget(page)
            self.setFocus()
            self.deeds.forget_loop()
        if opening:
            self.screen_of.show(snapshot)
        self.pages.refresh(snapshot)
        title = snapshot.song.title if snapshot.song else ""
        self.setWindowTitle(f"{title} – Stem Remixer" if title else "Stem Remixer")
        self._show_recent()

    @Slot(list)
    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open songs handed over by a later start of the program, and come to the front."""
        if paths:
            self.session.open(paths)
        self.setWindowState(self.windowState() & ~self.windowState().WindowMinimized)
        self.raise_()
        self.activateWindow()

    @Slot()
    def ask_songs(self) -> None:
        """Ask for songs and open them."""
        folder = self.session.front.song.source.parent if self.session.front.song else Path.home()
        paths = Ask.songs(self, str(folder))
        if paths:
            self.session.open(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self._show_dragging(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Forget what was not dropped."""
        self._show_dragging(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self._show_dragging(False)
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.session.open(paths)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the keyboard."""
        super().showEvent(event)
        self.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep everything and end what runs."""
        if self.session.exports.busy and not Ask.stop_exports(self):
            event.ignore()
            return
        self._timer.stop()
        self.session.choices.change(window=bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        self.hide()
        self.session.close()
        event.accept()

    def place(self) -> None:
        """Take the size and place the window had the last time."""
        kept = self.session.choices.settings.window
        if not kept or not self.restoreGeometry(QByteArray.fromBase64(kept.encode("ascii", "replace"))):
            self.resize(*_FIRST_SIZE)

    def _show_dragging(self, dragging: bool) -> None:
        self.empty.set_dragging(dragging)
        if dragging and self.page.isVisible():
            self._veil.cover()
        else:
            self._veil.hide()

    def _show_recent(self) -> None:
        recent = self.session.choices.recent()
        if recent is not self._recent:
            self._recent = recent
            self.empty.set_recent(
                [
                    RecentSong(
                        song.id, song.title, " · ".join(filter(None, (song.artist, clock(song.seconds))))
                    )
                    for song in recent
                ]
            )

    def _install_keys(self) -> None:
        deeds = {
            **self.deeds.table(),
            "open": self.ask_songs,
            "export": self.pages.export,
            "settings": self.pages.settings,
            "help": self.pages.keys,
            "quit": self.close,
        }
        shortcuts.install(self, deeds, self.deeds.numbered())

    def _lay_out(self) -> None:
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.page)
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        self._column = column
        column.addWidget(self.messages)
        self.setCentralWidget(centre)


def _recent_song(song: Known) -> RecentSong:
    facts = (song.artist, clock(song.seconds))
    return RecentSong(song.id, song.title, " · ".join(fact for fact in facts if fact))
