"""A channel strip: name, mute, solo, pan, fader, meter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from remixer.gui.widgets import taper
from remixer.gui.widgets.fader import Fader
from remixer.gui.widgets.meter import Meter
from remixer.gui.widgets.pan import PanKnob
from remixer.gui.widgets.theme import Theme
from remixer.mixing.controls import StemControl
from remixer.mixing.levels import Level

STRIP_WIDTH = 264


class StemStrip(QWidget):
    """The controls of one stem, as high as its lane.

    Args:
        name: the stem; names its colour.
        color: a colour of its own, else the theme's.
        title: what is written on it, else the name.

    Signals:
        gain_changed: the gain in dB; may be −inf.
        muted: whether mute is on.
        soloed: whether solo is on.
        panned: the pan, −1 to 1.
    """

    gain_changed = Signal(float)
    muted = Signal(bool)
    soloed = Signal(bool)
    panned = Signal(float)

    def __init__(
        self,
        name: str,
        color: QColor | None = None,
        title: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._own_color = color
        self._title = title or name.capitalize()
        self.title = QLabel(self._title, self)
        self.value = QLabel(taper.written(0.0), self)
        self.fader = Fader(self._title, parent=self)
        self.meter = Meter(self._title, parent=self)
        self.pan = PanKnob(self._title, self)
        self.mute = self._letter("M", "mute", f"Mute {self._title}")
        self.solo = self._letter("S", "solo", f"Solo {self._title}: hear only what is soloed")
        self.setAccessibleName(f"{self._title} strip")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFixedWidth(STRIP_WIDTH)
        self.setMinimumHeight(64)
        self._lay_out()
        self._dress()
        self.fader.gain_changed.connect(self._on_gain)
        self.pan.panned.connect(self.panned)
        self.mute.toggled.connect(self._on_mute)
        self.solo.toggled.connect(self.soloed)

    def sizeHint(self) -> QSize:
        """Return the size that fits a lane."""
        return QSize(STRIP_WIDTH, 84)

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What takes the keyboard, in the order of the Tab key."""
        return self.fader, self.pan, self.mute, self.solo

    # values in

    def set_control(self, control: StemControl) -> None:
        """Show a control's values without telling anyone."""
        with QSignalBlocker(self):
            self.set_gain_db(control.gain_db)
            self.pan.set_pan(control.pan)
            self.mute.setChecked(control.mute)
            self.solo.setChecked(control.solo)

    def control(self) -> StemControl:
        """Return the values that are shown."""
        return StemControl(self.fader.gain_db, self.mute.isChecked(), self.solo.isChecked(), self.pan.pan)

    def set_gain_db(self, gain_db: float) -> None:
        """Show a gain without telling anyone."""
        self.fader.set_gain_db(gain_db)
        self._write_gain()

    def set_level(self, level: Level) -> None:
        """Feed the meter."""
        self.meter.set_level(level)

    # inside

    def _letter(self, letter: str, says: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(letter)
        button.setObjectName("letter")
        button.setProperty("says", says)
        button.setCheckable(True)
        button.setFixedSize(24, 22)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tip)
        button.setAccessibleName(tip.partition(":")[0])
        return button

    def _lay_out(self) -> None:
        name_font = QFont(self.font())
        name_font.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(name_font)
        value_font = QFont(self.font())
        value_font.setPointSizeF(value_font.pointSizeF() * 0.92)
        value_font.setFeature(QFont.Tag("tnum"), 1)
        self.value.setFont(value_font)
        self.value.setFixedWidth(46)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        for row, widgets in (
            (top, (self.title, self.mute, self.solo)),
            (bottom, (self.pan, self.fader, self.value)),
        ):
            row.setSpacing(6)
            for widget in widgets:
                row.addWidget(widget)
        top.setStretch(0, 1)
        rows = QVBoxLayout()
        rows.setSpacing(6)
        rows.addStretch()
        rows.addLayout(top)
        rows.addLayout(bottom)
        rows.addStretch()
        whole = QHBoxLayout(self)
        whole.setContentsMargins(16, 6, 8, 6)
        whole.setSpacing(12)
        whole.addLayout(rows, 1)
        whole.addWidget(self.meter)

    def _dress(self) -> None:
        color = self.color()
        self.fader.set_color(color)
        self.meter.set_color(color)

    def color(self) -> QColor:
        """Return the stem's colour in the theme that is on."""
        return QColor(self._own_color) if self._own_color is not None else Theme.of(self).stem(self._name)

    def changeEvent(self, event: QEvent) -> None:
        """Take new colours."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "meter"):
            self._dress()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the stem's colour at the left, and the hairline below."""
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), QColor(theme.line))
        color = self.color() if not self.mute.isChecked() else QColor(theme.faint)
        painter.fillRect(QRectF(0, 0, 4, self.height() - 1), color)

    def _write_gain(self) -> None:
        self.value.setText(taper.written(self.fader.gain_db))

    @Slot(float)
    def _on_gain(self, gain_db: float) -> None:
        self._write_gain()
        self.gain_changed.emit(gain_db)

    @Slot(bool)
    def _on_mute(self, muted: bool) -> None:
        self.fader.set_muted(muted)
        self.update()
        self.muted.emit(muted)
