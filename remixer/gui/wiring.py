"""Who listens to whom: the widgets' signals and the session's deeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from remixer.gui.workspace import Workspace


class Wiring(QObject):
    """Connects a window's widgets with its session.

    Args:
        workspace: the widgets and the session; it owns the wiring.
    """

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._session = workspace.session
        self._connect_start()
        self._connect_mix()
        self._connect_transport()
        self._connect_work()
        self._connect_live()

    def _connect_start(self) -> None:
        work, empty, messages = self._workspace, self._workspace.window.empty, self._workspace.messages
        empty.open_asked.connect(work.ask_songs)
        empty.demo_asked.connect(self.open_demo)
        empty.continue_asked.connect(self.reopen)
        work.recent.chosen.connect(self.open_recent)
        messages.dismissed.connect(self.dismiss)
        messages.acted.connect(work.pages.act)

    def _connect_mix(self) -> None:
        page = self._workspace.page
        page.mixer.gain_changed.connect(self.set_gain)
        page.mixer.muted.connect(self.set_mute)
        page.mixer.soloed.connect(self.set_solo)
        page.mixer.panned.connect(self.set_pan)
        page.master.gain_changed.connect(self.set_master)
        page.transport.undo.clicked.connect(self.undo)
        page.transport.bypass.clicked.connect(self.bypass)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self.follow_focus)

    def _connect_transport(self) -> None:
        page, deeds, session = self._workspace.page, self._workspace.deeds, self._session
        page.sought.connect(session.seek)
        page.loop_drawn.connect(self.set_loop)
        page.transport.play.clicked.connect(session.toggle)
        page.transport.back.clicked.connect(deeds.to_start)
        page.transport.loop.clicked.connect(deeds.loop)
        page.transport.loop_in.clicked.connect(deeds.loop_in)
        page.transport.loop_out.clicked.connect(deeds.loop_out)
        page.transport.follow.toggled.connect(self.set_follow)

    def _connect_work(self) -> None:
        work, page, session = self._workspace, self._workspace.page, self._session
        page.header.model.chosen.connect(session.choices.choose_model)
        page.header.device.chosen.connect(session.choices.choose_device)
        page.take.chosen.connect(session.prefer)
        page.master.output.chosen.connect(session.choices.choose_output)
        page.master.output.opened.connect(session.choices.look_for_outputs)
        page.header.open.clicked.connect(work.ask_songs)
        page.header.export.clicked.connect(work.pages.export)
        page.header.settings.clicked.connect(work.pages.settings)
        page.separation.paused.connect(session.background.pause)
        page.separation.resumed.connect(session.background.go_on)
        page.separation.cancelled.connect(session.background.cancel)
        page.queue.selected.connect(session.select)
        page.queue.removed.connect(session.remove)
        page.queue.add_asked.connect(work.ask_songs)

    def _connect_live(self) -> None:
        work, live = self._workspace, self._workspace.live
        work.window.empty.live_asked.connect(live.switch)
        work.page.header.live.clicked.connect(live.switch)
        live.page.gain_changed.connect(self.set_gain)
        live.page.muted.connect(self.set_mute)
        live.page.soloed.connect(self.set_solo)
        live.page.panned.connect(self.set_pan)

    @Slot()
    def open_demo(self) -> None:
        """Open the demo song."""
        self._session.open_demo()

    @Slot()
    def reopen(self) -> None:
        """Open what was open the last time."""
        self._session.reopen()

    @Slot(str)
    def open_recent(self, song_id: str) -> None:
        """Open a song of the library."""
        song = next((song for song in self._session.choices.recent() if song.id == song_id), None)
        if song is not None:
            self._session.open_recent(song)

    @Slot(int)
    def dismiss(self, number: int) -> None:
        """Forget a message."""
        self._session.notices.dismiss(number)

    @Slot(str, float)
    def set_gain(self, stem: str, gain_db: float) -> None:
        """Move a stem's fader."""
        self._session.set_stem(stem, gain_db=gain_db)

    @Slot(str, bool)
    def set_mute(self, stem: str, on: bool) -> None:
        """Mute a stem, or not."""
        self._session.set_stem(stem, mute=on)

    @Slot(str, bool)
    def set_solo(self, stem: str, on: bool) -> None:
        """Solo a stem, or not."""
        self._session.set_stem(stem, solo=on)

    @Slot(str, float)
    def set_pan(self, stem: str, pan: float) -> None:
        """Turn a stem's pan."""
        self._session.set_stem(stem, pan=pan)

    @Slot(float)
    def set_master(self, gain_db: float) -> None:
        """Move the master fader."""
        self._session.set_master(gain_db)

    @Slot()
    def undo(self) -> None:
        """Take a change back."""
        self._session.undo()

    @Slot(bool)
    def bypass(self, on: bool) -> None:
        """Hear the song as it is, or the mix."""
        self._session.set_bypassed(on)

    @Slot(int, int)
    def set_loop(self, start: int, end: int) -> None:
        """Loop a region."""
        self._session.set_loop((start, end))

    @Slot(bool)
    def set_follow(self, on: bool) -> None:
        """Let the view follow the playhead, or not."""
        self._session.choices.change(follow=on)

    @Slot("QWidget*", "QWidget*")
    def follow_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        """Choose the stem whose strip has the keyboard."""
        if now is None:
            return
        work = self._workspace
        rows = work.live.page.rows if self._session.live.on else work.page.mixer.rows
        for number, row in enumerate(rows.values()):
            if row.strip.isAncestorOf(now):
                work.deeds.note_choice(number)
