"""A knob that places a stem between left and right."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets import taper
from remixer.gui.widgets.knob import ValueControl
from remixer.gui.widgets.theme import Theme

_SOLID, _ROUND = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap

_TURN = 270.0
_DRAG_PIXELS = 110.0
_STEP = 0.05


class PanKnob(ValueControl):
    """A pan from −1 (left) to 1 (right); drag up or down, double click for the centre.

    Signals:
        panned: the new pan.
    """

    panned = Signal(float)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(f"{name} pan", (-1.0, 1.0), 0.01, parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.moved.connect(self.panned)
        self.describe()

    @property
    def pan(self) -> float:
        """The pan, −1 to 1."""
        return self.amount

    def set_pan(self, pan: float) -> None:
        """Take a pan without telling anyone."""
        self.set_amount(max(-1.0, min(1.0, pan)))

    def place(self) -> float:
        """Return where the pan lies, 0 to 1."""
        return (self.amount + 1) / 2

    def at_place(self, place: float) -> float:
        """Return the pan at a place; the centre catches it."""
        pan = round(place * 2 - 1, 2)
        return 0.0 if abs(pan) < 0.03 else pan

    def stepped(self, steps: float) -> float:
        """Return the pan some steps of 5 percent away."""
        return max(-1.0, min(1.0, round(self.amount + steps * _STEP, 2))) + 0.0

    def at_units(self, amount: float) -> float:
        """Return the pan for one in hundredths."""
        return round(amount, 2)

    def said(self) -> str:
        """Return the pan in words."""
        return taper.pan_said(self.amount)

    def describe(self) -> None:
        """Bring name and tooltip up to date."""
        super().describe()
        self.setToolTip(
            f"Pan {taper.pan_written(self.amount)}: drag, wheel or ↑ ↓; double click for the centre"
        )

    def travel(self) -> QPointF:
        """Return the mouse's way from left to right, in pixels: up."""
        return QPointF(0, -_DRAG_PIXELS)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(28, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring, the arc from the centre and the pointer."""
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height()) - 5.0
        ring = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter.setPen(QPen(QColor(theme.groove), 3, _SOLID, _ROUND))
        painter.drawArc(ring, round((90 + _TURN / 2) * 16), round(-_TURN * 16))
        color = QColor(theme.accent if self.isEnabled() else theme.faint)
        angle = self.amount * _TURN / 2
        if self.amount:
            painter.setPen(QPen(color, 3, _SOLID, _ROUND))
            painter.drawArc(ring, 90 * 16, round(-angle * 16))
        disc = ring.adjusted(4, 4, -4, -4)
        painter.setPen(QPen(QColor(theme.accent), 1.5) if self.hasFocus() else QPen(QColor(theme.edge), 1))
        hot = self.underMouse() or self.held
        painter.setBrush(QColor(theme.hover if hot else theme.raised))
        painter.drawEllipse(disc)
        painter.translate(ring.center())
        painter.rotate(angle)
        painter.setPen(QPen(QColor(theme.text if self.isEnabled() else theme.faint), 2, _SOLID, _ROUND))
        painter.drawLine(QPointF(0, -disc.height() / 2 + 1.5), QPointF(0, -disc.height() / 2 + 5))
