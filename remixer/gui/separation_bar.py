"""How far the background separation is: a thin bar, a few words, pause and cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from remixer.gui.parts import caption, describe, shortened
from remixer.gui.tool_button import tool_button
from remixer.gui.widgets.icons import icon
from remixer.gui.words import percent, time_left

if TYPE_CHECKING:
    from remixer.separation.inference import SeparationStatus

_TITLE_PIXELS = 220


def separation_sentence(
    status: SeparationStatus, model: str, decoding: float | None = None, ahead: str = "", broken: bool = False
) -> str:
    """Return how the work stands in a few words.

    Args:
        status: the background work.
        model: the name of the model at work.
        decoding: the fraction decoded, while that is not all of the song.
        ahead: the title of the song that is being prepared, when it is not the one in front.
        broken: the song could not be opened, or no more of it can be decoded.
    """
    if decoding is not None:
        return f"{'Broke off' if broken else 'Decoding'} · {percent(decoding)}"
    left = time_left(status.seconds_left)
    work = f"Separating “{ahead}”" if ahead else "Separating"
    words = {
        "loading": f"Loading {model}…",
        "running": f"{work} · {percent(status.fraction)}" + (f" · {left}" if left else ""),
        "paused": f"Paused · {percent(status.fraction)}",
        "done": "" if broken else f"Separated with {model}",
        "failed": "Separation failed",
    }
    return words.get(status.state, "")


class SeparationBar(QWidget):
    """Progress of the separation.

    Signals:
        paused: let it rest.
        resumed: let it go on, or begin again.
        cancelled: stop it.
    """

    paused = Signal()
    resumed = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ""
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(120, 6)
        describe(self._bar, "How much of the song is separated")
        self._words = caption("", self)
        self._go = tool_button("pause", "Pause the separation", self, size=14)
        self._stop = tool_button("close", "Cancel the separation; what is finished stays", self, size=14)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self._words, self._bar, self._go, self._stop):
            row.addWidget(widget)
        self.setMinimumHeight(self._go.sizeHint().height())  # nothing moves when the buttons come and go
        self._go.clicked.connect(self._press)
        self._stop.clicked.connect(self.cancelled)

    def show_status(
        self,
        status: SeparationStatus,
        model: str,
        decoding: float | None,
        ahead: str = "",
        broken: bool = False,
    ) -> None:
        """Show how the work stands; what is told is as for `separation_sentence`."""
        words = separation_sentence(status, model, decoding, shortened(ahead, self, _TITLE_PIXELS), broken)
        if self._words.text() != words:
            self._words.setText(words)
            self._bar.setAccessibleDescription(words)
        decodes = decoding is not None and not broken
        state = "decoding" if decodes else status.state
        self._bar.setValue(round(1000 * (decoding if decoding is not None and decodes else status.fraction)))
        if state == self._state:
            return
        self._state = state
        self._bar.setVisible(state in ("decoding", "running", "paused"))
        self._stop.setVisible(state in ("loading", "running", "paused"))
        self._go.setVisible(state in ("running", "paused", "idle", "failed"))
        running = state == "running"
        self._go.setIcon(icon("pause" if running else "play"))
        says = "Pause the separation" if running else "Go on separating"
        describe(self._go, says)

    @Slot()
    def _press(self) -> None:
        (self.paused if self._state == "running" else self.resumed).emit()
