"""Live sound between the session and its page."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from remixer.gui.live_page import LivePage
from remixer.gui.pages import music_folder
from remixer.gui.pickers import Choice
from remixer.gui.screen import facts_of, output_choices
from remixer.gui.words import milliseconds
from remixer.playback.cushion import BLOCK_FRAMES, MOST_BLOCKS
from remixer.session import Session
from remixer.session.snapshot import Snapshot


class LiveControl(QObject):
    """Shows live sound, and does what is asked for on its page.

    Args:
        session: whose live sound.
        parent: where the page is shown.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.page = LivePage(parent)
        self.page.input.chosen.connect(self.choose)
        self.page.input.opened.connect(session.choices.look_for_inputs)
        self.page.cushion.chosen.connect(self.choose_cushion)
        self.page.close_button.clicked.connect(self.leave)
        self.page.audible.clicked.connect(session.toggle)
        self.page.record.clicked.connect(self.record)
        self.page.folder.clicked.connect(self.show_folder)
        self.page.undo.clicked.connect(session.undo)
        self.page.bypass.clicked.connect(session.set_bypassed)
        self.page.master.gain_changed.connect(session.set_master)
        self.page.master.output.chosen.connect(session.choices.choose_output)
        self.page.master.output.opened.connect(session.choices.look_for_outputs)

    def show(self, snapshot: Snapshot) -> None:
        """Show how it stands."""
        live, page, choices = snapshot.live, self.page, self._session.choices
        if live is None:
            return
        inputs = [
            Choice(one.id, one.name, f"{one.rate / 1000:g} kHz · {one.latency * 1000:.0f} ms")
            for one in choices.inputs()
        ]
        page.input.set_choices([Choice("", "The system's input"), *inputs], live.input)
        cushion = choices.settings.cushion
        page.cushion.set_choices(cushion_choices(snapshot.player.rate), str(cushion))
        outputs = [Choice("", "As the system says"), *output_choices(self._session)]
        page.master.output.set_choices(outputs, snapshot.output)
        page.undo.setEnabled(snapshot.can_undo)
        page.show_live(live, _about(snapshot) if live.begun else live.model)
        if page.figures.isChecked():
            page.truth.show_rows(facts_of(self._session, snapshot))

    @Slot()
    def switch(self) -> None:
        """Hear live sound, or the song again."""
        if self._session.live.on:
            self.leave()
        else:
            self.page.clear()
            self._session.choices.look_for_inputs()
            settings = self._session.choices.settings
            self._session.live.listen(settings.input, settings.cushion)

    @Slot()
    def leave(self) -> None:
        """Go back to the song."""
        self._session.live.stop()

    @Slot(str)
    def choose(self, device: str) -> None:
        """Hear another input."""
        self._session.choices.change(input=device)
        self._session.live.listen(device, self._session.choices.settings.cushion)

    @Slot(str)
    def choose_cushion(self, blocks: str) -> None:
        """Give the live model another time to work."""
        self._session.choices.change(cushion=int(blocks))
        self._session.live.set_cushion(int(blocks))

    @Slot()
    def record(self) -> None:
        """Begin to record, or finish it."""
        if self._session.player.status().recording:
            self._session.live.stop_recording()
        else:
            self._session.live.record(music_folder())

    @Slot()
    def show_figures(self) -> None:
        """Show or hide the figures."""
        self.page.figures.toggle()

    @Slot()
    def show_folder(self) -> None:
        """Show the folder of the recording."""
        folder = self._session.live.folder
        if folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def cushion_choices(rate: int) -> list[Choice]:
    """Return how long the live model may take, as a picker shows it; a rate of 0 is not known yet."""
    choices = [
        Choice("0", "Latency: automatic", "below 60 ms from sound to ear, where the devices allow it"),
        Choice("1", "Latency: shortest", "the live model has one block's time"),
    ]
    for blocks in range(2, MOST_BLOCKS + 1):
        later = f", heard {milliseconds(1000 * (blocks - 1) * BLOCK_FRAMES / rate)} later" if rate else ""
        choices.append(Choice(str(blocks), f"Latency: {blocks} blocks", f"misses fewer hops{later}"))
    return choices


def _about(snapshot: Snapshot) -> str:
    player = snapshot.player
    missed = "no hop missed" if not player.missed else f"{player.missed} hops missed, heard as they came in"
    latency = f"{milliseconds(player.latency_ms.total)} from sound to ear"
    name = snapshot.live.model if snapshot.live is not None else ""
    return " · ".join((name, f"{player.rate / 1000:g} kHz", latency, missed))
