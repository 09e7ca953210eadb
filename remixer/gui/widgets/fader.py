"""A fader: gain in decibels on a musical taper."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets import taper
from remixer.gui.widgets.knob import ValueControl
from remixer.gui.widgets.theme import Theme

_THUMB_LONG = 20.0
_THUMB_SHORT = 11.0
_GROOVE = 4.0
STEP_DB = 0.5


class Fader(ValueControl):
    """A gain from −∞ to +12 dB.

    Double click or Home is 0 dB; the wheel and Up/Down step by 0.5 dB (0.1 with Shift),
    Page Up/Down by 3 dB, End is −∞.

    Args:
        name: what it belongs to, said by a screen reader.
        orientation: which way it lies.
        color: colour of what is open below the thumb, else the accent.

    Signals:
        gain_changed: the new gain in dB; may be −inf.
    """

    gain_changed = Signal(float)

    def __init__(
        self,
        name: str,
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
        color: QColor | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, (taper.LOWEST_DB, taper.HIGHEST_DB), 0.1, parent)
        self._lies = orientation == Qt.Orientation.Horizontal
        self._color = color
        self._muted = False
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(*((free, fixed) if self._lies else (fixed, free)))
        self.setToolTip("Gain: drag, wheel or ↑ ↓; Shift for fine; double click for 0 dB")
        self.moved.connect(self.gain_changed)
        self.describe()

    @property
    def gain_db(self) -> float:
        """The gain in dB, −inf at the bottom."""
        return self.amount

    def set_gain_db(self, gain_db: float) -> None:
        """Take a gain without telling anyone."""
        self.set_amount(min(gain_db, taper.HIGHEST_DB))

    def set_muted(self, muted: bool) -> None:
        """Look, and read, like a fader whose stem is muted."""
        if muted != self._muted:
            self._muted = muted
            self.describe()
            self.update()

    def set_color(self, color: QColor | None) -> None:
        """Take another colour for what is open below the thumb."""
        self._color = color
        self.update()

    # value

    def place(self) -> float:
        """Return where the thumb is, 0 to 1."""
        return taper.place_of(self.amount)

    def at_place(self, place: float) -> float:
        """Return the gain at a place; 0 dB catches the thumb."""
        gain = taper.gain_of(place)
        return 0.0 if abs(gain) < 0.35 else round(gain, 1)

    def stepped(self, steps: float) -> float:
        """Return the gain some steps of 0.5 dB away."""
        gain = max(self.amount, taper.LOWEST_DB) + steps * STEP_DB
        if gain <= taper.LOWEST_DB:
            return taper.gain_of(0.0)
        return min(taper.HIGHEST_DB, round(gain, 1))

    def at_units(self, amount: float) -> float:
        """Return the gain for one in tenths of a dB: −inf at the lowest."""
        return round(amount, 1) if amount > taper.LOWEST_DB else taper.gain_of(0.0)

    def said(self) -> str:
        """Return the gain in words."""
        return taper.said(self.amount) + (", muted" if self._muted else "")

    def travel(self) -> QPointF:
        """Return the thumb's way in pixels."""
        run = self._run()
        return QPointF(run, 0) if self._lies else QPointF(0, -run)

    # painting

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(120, 26) if self._lies else QSize(30, 130)

    def minimumSizeHint(self) -> QSize:
        """Return the least size it is usable at."""
        return QSize(60, 24) if self._lies else QSize(26, 60)

    def _run(self) -> float:
        return max(1.0, (self.width() if self._lies else self.height()) - _THUMB_SHORT - 6)

    def _at(self, place: float) -> float:
        along = 3 + _THUMB_SHORT / 2 + place * self._run()
        return along if self._lies else self.height() - along

    def _bar(self, start: float, end: float, across: float) -> QRectF:
        low, high = min(start, end), max(start, end)
        middle = (self.height() if self._lies else self.width()) / 2
        if self._lies:
            return QRectF(low, middle - across / 2, high - low, across)
        return QRectF(middle - across / 2, low, across, high - low)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint groove, ticks, what is open, and the thumb."""
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ticks(painter, theme)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.groove))
        painter.drawRoundedRect(self._bar(self._at(0), self._at(1), _GROOVE), 2, 2)
        color = self._color if self._color is not None else QColor(theme.accent)
        dead = self._muted or not self.isEnabled()
        painter.setBrush(QColor(theme.faint) if dead else color)
        painter.drawRoundedRect(self._bar(self._at(0), self._at(self.place()), _GROOVE), 2, 2)
        self._paint_thumb(painter, theme)

    def _paint_ticks(self, painter: QPainter, theme: Theme) -> None:
        for gain in (-40.0, -24.0, -12.0, -6.0, 0.0, 6.0, 12.0):
            at = round(self._at(taper.place_of(gain)))
            color = QColor(theme.dim if gain == 0 else theme.faint)
            color.setAlpha(255 if gain == 0 else 120)
            painter.fillRect(self._bar(at - 0.5, at + 0.5, 16 if gain == 0 else 11), color)

    def _paint_thumb(self, painter: QPainter, theme: Theme) -> None:
        at = self._at(self.place())
        thumb = self._bar(at - _THUMB_SHORT / 2, at + _THUMB_SHORT / 2, _THUMB_LONG)
        ground = QColor(theme.thumb if self.isEnabled() else theme.faint)
        painter.setBrush(ground.lighter(112) if self.held or self.underMouse() else ground)
        edge = QColor(theme.accent if self.hasFocus() else theme.thumb_edge)
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(thumb, 3.5, 3.5)
        painter.fillRect(self._bar(at - 0.75, at + 0.75, _THUMB_LONG - 9), QColor(theme.thumb_mark))
