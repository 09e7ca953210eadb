"""What a session drives in the window: pages, keys, messages, and the timer that asks how things stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from remixer.gui import shortcuts
from remixer.gui.asking import Ask
from remixer.gui.deeds import Deeds
from remixer.gui.live_control import LiveControl
from remixer.gui.message_bar import MessageBar
from remixer.gui.pages import Pages
from remixer.gui.recent_songs import RecentSong, RecentSongs
from remixer.gui.screen import Screen
from remixer.gui.song_page import SongPage
from remixer.gui.widgets.theme import ThemeSwitch
from remixer.gui.wiring import Wiring
from remixer.gui.words import clock
from remixer.session import Session
from remixer.session.choices import Known

if TYPE_CHECKING:
    from remixer.gui.window import MainWindow

_POLL_MS = 33


class Workspace(QObject):
    """Brings a window and a session together.

    Args:
        window: where it is shown; the owner.
        session: what it shows and drives.
        themes: dresses the application.
    """

    def __init__(self, window: MainWindow, session: Session, themes: ThemeSwitch) -> None:
        super().__init__(window)
        self.window = window
        self.session = session
        self.page = SongPage(window)
        self.messages = MessageBar(window)
        self.screen_of = Screen(session, self.page)
        self.live = LiveControl(session, window)
        self.deeds = Deeds(session, self.page, self.live.page)
        self.pages = Pages(session, window, themes)
        self.recent = RecentSongs(window.empty)
        window.empty.add_side(self.recent)
        window.add_page(self.page)
        window.add_page(self.live.page)
        window.add_bar(self.messages)
        window.add_bar(self.pages.tasks)
        self._wiring = Wiring(self)
        self._known: Sequence[Known] = ()
        self._install_keys()
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        desk = session.last_desk
        window.empty.set_continue(desk.title if desk.paths else "")

    @Slot()
    def refresh(self) -> None:
        """Ask the session how it stands and show it."""
        snapshot = self.session.poll()
        self.messages.show_notices(snapshot.notices)
        opening = snapshot.current >= 0
        page: QWidget = self.page if opening else self.window.empty
        if snapshot.live is not None:
            page = self.live.page
        self.window.turn_to(page)
        self.live.show(snapshot)
        if page is self.page:
            self.screen_of.show(snapshot)
        self.pages.refresh(snapshot)
        title = snapshot.song.title if snapshot.song else ""
        title = title if snapshot.live is None else "Live input"
        self.window.setWindowTitle(f"{title} – Stem Remixer" if title else "Stem Remixer")
        self.window.empty.show_demo(self.session.making_demo)
        self._show_recent()

    @Slot(list)
    def take_songs(self, paths: Sequence[Path]) -> None:
        """Open songs that were dropped or handed over by a later start, and come to the front."""
        if paths:
            self.session.open(paths)
        self.window.setWindowState(self.window.windowState() & ~self.window.windowState().WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()

    @Slot()
    def ask_songs(self) -> None:
        """Ask for songs and open them."""
        folder = self.session.front.song.source.parent if self.session.front.song else Path.home()
        paths = Ask.songs(self.window, str(folder))
        if paths:
            self.session.open(paths)

    @Slot()
    def toggle_truth(self) -> None:
        """Show or hide the figures."""
        (self.live.show_figures if self.session.live.on else self.page.toggle_truth)()

    def end(self) -> bool:
        """Keep everything and end what runs; return whether the user let it end."""
        if self.session.exports.busy and not Ask.stop_exports(self.window):
            return False
        self._timer.stop()
        self.session.choices.change(window=self.window.geometry_text())
        self.window.hide()
        self.session.close()
        return True

    def _show_recent(self) -> None:
        known = self.session.choices.recent()
        if known is not self._known:
            self._known = known
            self.recent.set_songs([_recent_song(song) for song in known])

    def _install_keys(self) -> None:
        deeds = {
            **self.deeds.table(),
            "open": self.ask_songs,
            "export": self.pages.export,
            "settings": self.pages.settings,
            "help": self.pages.keys,
            "live": self.live.switch,
            "record": self.live.record,
            "truth": self.toggle_truth,
            "quit": self.window.close,
        }
        shortcuts.install(self.window, deeds, self.deeds.numbered())


def _recent_song(song: Known) -> RecentSong:
    facts = (song.artist, clock(song.seconds))
    return RecentSong(song.id, song.title, " · ".join(fact for fact in facts if fact))
