"""The page of live sound: the input, the stems' strips with their last seconds, listening and recording."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from remixer.gui.channel import Channel, spoken
from remixer.gui.framing import frame_page
from remixer.gui.keys import put_in_tab_order
from remixer.gui.master_strip import MasterStrip
from remixer.gui.parts import ElidedLabel, caption, describe, quiet_button, spring
from remixer.gui.pickers import Picker
from remixer.gui.tool_button import tool_button
from remixer.gui.truth_panel import TruthPanel
from remixer.gui.widgets.icons import icon
from remixer.gui.widgets.strips import STRIP_WIDTH
from remixer.gui.widgets.theme import Theme
from remixer.gui.widgets.trail import LevelTrail
from remixer.gui.words import clock
from remixer.mixing.controls import RESIDUAL
from remixer.mixing.levels import Level
from remixer.session.live_input import LiveView

_OPENING = "Opening the input and the live model…"
_UNHEARD = (
    "You do not hear it yet, lest a microphone hears the loudspeaker and it howls. "
    "Put on headphones, or choose an input that cannot hear them; then press the loudspeaker below (Space)."
)


class LiveRow(Channel):
    """A stem's strip and its last seconds."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.trail = LevelTrail(name, spoken(name), parent)


class LivePage(QWidget):
    """All widgets of live sound.

    Signals:
        gain_changed, muted, soloed, panned: a stem's name and the new value.
    """

    gain_changed = Signal(str, float)
    muted = Signal(str, bool)
    soloed = Signal(str, bool)
    panned = Signal(str, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, LiveRow] = {}
        self.input = Picker("The input whose sound is heard", self)
        self.input.setMinimumContentsLength(22)
        self.cushion = Picker("How long the live model may take: longer is safer, and heard later", self)
        self.figures = tool_button("gauge", "Show or hide the figures (Ctrl+I)", self, checkable=True)
        self.close_button = quiet_button("Back", "End the live sound and go back (Ctrl+Shift+L)", self)
        self.truth = TruthPanel(self)
        self.audible = tool_button("mute", "Hear it (Space)", self, size=30)
        self.audible.setProperty("accent", True)
        self.audible.setFixedSize(58, 44)
        self.record = tool_button("record", "Record stems and mix (R)", self, size=24)
        self.folder = tool_button("folder", "Show the folder of the recording", self)
        self.undo = tool_button("undo", "Undo the last change of the faders (Ctrl+Z)", self)
        self.bypass = tool_button("compare", "Compare with what comes in (B)", self, checkable=True)
        self.master = MasterStrip(self)
        self._about = ElidedLabel(self, "dim")
        self._caution = QFrame(self)
        self._words = QLabel(self._caution)
        self._time = caption("", self, "title")
        self._place = ElidedLabel(self, "dim")
        self._state: tuple[bool, bool, bool] | None = None
        self._rack = QGridLayout()
        self._lay_out()
        self.figures.toggled.connect(self.truth.setVisible)

    def show_live(self, live: LiveView, about: str) -> None:
        """Show live sound as it stands; `about` is a line of facts."""
        self._make_rows((*live.stems, RESIDUAL))
        soloed = any(live.controls.stem(name).solo for name in self.rows)
        for name, row in self.rows.items():
            control, level = live.controls.stem(name), live.levels.get(name, Level())
            row.strip.set_control(control)
            row.strip.set_level(level)
            row.trail.set_muted(control.mute or (soloed and not control.solo))
            row.trail.add(level)
        self.master.show_master(live.controls.master_db, live.levels.get("master"))
        self.bypass.setChecked(live.bypassed)
        self._about.set_whole(about)
        self._time.setText(clock(live.recorded_seconds, 0.1) if live.recording else "")
        self._place.set_whole(_place(live))
        self.folder.setVisible(live.folder is not None)
        state = (live.begun, live.audible, live.recording)
        if state != self._state:
            self._state = state
            self._show_state(*state)

    def clear(self) -> None:
        """Forget what came in."""
        for row in self.rows.values():
            row.trail.clear()
            row.strip.meter.reset()
        self.master.meter.reset()

    def focus_stem(self, name: str) -> None:
        """Take the keyboard to a stem's fader."""
        if name in self.rows:
            self.rows[name].strip.fader.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_state(self, begun: bool, audible: bool, recording: bool) -> None:
        theme = Theme.of(self)
        self._words.setText(_UNHEARD if begun else _OPENING)
        self._caution.setVisible(not audible)
        self.audible.setIcon(icon("speaker" if audible else "mute", QColor(theme.on_accent)))
        self.audible.setIconSize(QSize(26, 26))
        describe(self.audible, "Stop hearing it (Space)" if audible else "Hear it (Space)")
        self.record.setEnabled(begun)
        self.record.setIcon(icon("stop" if recording else "record", QColor(theme.danger)))
        describe(self.record, "Finish the recording (R)" if recording else "Record stems and mix (R)")

    def _make_rows(self, names: tuple[str, ...]) -> None:
        if tuple(self.rows) == names:
            return
        for row in self.rows.values():
            row.strip.deleteLater()
            row.trail.deleteLater()
            row.deleteLater()
        self.rows = {name: LiveRow(name, self) for name in names}
        for number, row in enumerate(self.rows.values()):
            self._rack.addWidget(row.strip, number, 0)
            self._rack.addWidget(row.trail, number, 1)
            self._rack.setRowStretch(number, 1)
            row.gain_changed.connect(self.gain_changed)
            row.muted.connect(self.muted)
            row.soloed.connect(self.soloed)
            row.panned.connect(self.panned)
        strips = (row.strip for row in self.rows.values())
        put_in_tab_order(self.close_button, (control for strip in strips for control in strip.controls))

    def _lay_out(self) -> None:
        middle = QWidget(self)
        middle.setLayout(self._rack)
        self._rack.setContentsMargins(0, 0, 0, 0)
        self._rack.setSpacing(0)
        self._rack.setColumnMinimumWidth(0, STRIP_WIDTH)
        self._rack.setColumnStretch(1, 1)
        frame_page(self, self._head(), middle, self.truth, self._foot())

    def _head(self) -> QFrame:
        head = QFrame(self)
        head.setObjectName("songHeader")
        mark = QLabel(head)
        mark.setObjectName("cover")
        mark.setFixedSize(52, 52)
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        mark.setPixmap(icon("mic").pixmap(QSize(28, 28)))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(caption("Live input", head, "title"))
        words.addWidget(self._about)
        row = QHBoxLayout()
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(8)
        row.addWidget(mark)
        row.addSpacing(4)
        row.addLayout(words, 1)
        for widget in (self.input, self.cushion, self.figures, self.close_button):
            row.addWidget(widget)
        column = QVBoxLayout(head)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addLayout(self._make_caution())
        return head

    def _make_caution(self) -> QHBoxLayout:
        self._caution.setObjectName("messageBar")
        self._caution.setProperty("kind", "warning")
        self._words.setWordWrap(True)
        inside = QHBoxLayout(self._caution)
        inside.setContentsMargins(14, 6, 14, 6)
        inside.addWidget(self._words)
        around = QHBoxLayout()
        around.setContentsMargins(16, 0, 16, 10)
        around.addWidget(self._caution)
        return around

    def _foot(self) -> QFrame:
        foot = QFrame(self)
        foot.setObjectName("transportBar")
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(6)
        row.addWidget(self.audible)
        row.addSpacing(10)
        row.addWidget(self.record)
        row.addWidget(self._time)
        row.addWidget(self._place, 1)
        row.addWidget(self.folder)
        row.addWidget(spring(foot))
        for widget in (self.undo, self.bypass):
            row.addWidget(widget)
        row.addSpacing(14)
        row.addWidget(self.master)
        return foot


def _place(live: LiveView) -> str:
    if live.folder is None:
        return "Not recorded"
    return f"Recording to “{live.folder.name}”" if live.recording else f"Recorded to “{live.folder.name}”"
