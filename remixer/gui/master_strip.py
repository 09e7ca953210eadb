"""The master fader and its meter."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from remixer.gui.keys import UP_DOWN, keep_keys
from remixer.gui.output_button import OutputButton
from remixer.gui.parts import caption
from remixer.gui.widgets import taper
from remixer.gui.widgets.fader import Fader
from remixer.gui.widgets.meter import Meter
from remixer.mixing.levels import Level


class MasterStrip(QWidget):
    """How loud the whole is.

    Signals:
        gain_changed: the new gain in dB.
    """

    gain_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.output = OutputButton(self)
        self.fader = Fader("Master", Qt.Orientation.Horizontal, parent=self)
        self.fader.setMinimumWidth(130)
        self.meter = Meter("Master", Qt.Orientation.Horizontal, parent=self)
        self._value = caption(f"{taper.written(0.0)} dB", self, "figure")
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance("−00.0 dB"))
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.addWidget(self.output)
        head.addWidget(caption("Master", self))
        head.addStretch()
        head.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(head)
        column.addWidget(self.fader)
        column.addWidget(self.meter)
        self.setFixedWidth(196)
        keep_keys(self.fader, UP_DOWN)
        self.fader.gain_changed.connect(self._changed)

    def show_master(self, gain_db: float, level: Level | None) -> None:
        """Show gain and level."""
        if gain_db != self.fader.gain_db:
            self.fader.set_gain_db(gain_db)
        self._value.setText(f"{taper.written(gain_db)} dB")
        self.meter.set_level(level or Level())

    @Slot(float)
    def _changed(self, gain_db: float) -> None:
        self._value.setText(f"{taper.written(gain_db)} dB")
        self.gain_changed.emit(gain_db)
