"""The picture of the empty window: a song that opens into its stems."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets.theme import Theme

_SOLID, _ROUND = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap

_STEMS = ("vocals", "drums", "bass", "other")
_BARS = 11
_WIDTH, _HEIGHT, _SCALE = 360.0, 168.0, 1.25
_PITCH = 9.0


class DropPicture(QWidget):
    """One waveform that turns into four coloured ones; wider apart while something hovers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dragging = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("A song opens into four stems")

    def set_dragging(self, dragging: bool) -> None:
        """Show that what hovers can be let go."""
        if dragging != self._dragging:
            self._dragging = dragging
            self.update()

    def sizeHint(self) -> QSize:
        """Return the picture's size."""
        return QSize(round(_WIDTH * _SCALE), round(_HEIGHT * _SCALE))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the song, the threads, the stems."""
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(_SCALE, _SCALE)
        middle = _HEIGHT / 2
        song = QColor(theme.accent if self._dragging else theme.stem("mixture"))
        self._paint_bars(painter, 6, middle, 92, song, 0)
        apart = 41.0 if self._dragging else 37.0
        for number, name in enumerate(_STEMS):
            color = theme.stem(name)
            y = middle + (number - 1.5) * apart
            start = QPointF(6 + _BARS * _PITCH + 8, middle)
            end = QPointF(_WIDTH - _BARS * _PITCH - 18, y)
            path = QPainterPath(start)
            path.cubicTo(QPointF(start.x() + 62, middle), QPointF(end.x() - 62, y), end)
            thread = QColor(color)
            thread.setAlphaF(1.0 if self._dragging else 0.7)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(thread, 2.5, _SOLID, _ROUND))
            painter.drawPath(path)
            self._paint_bars(painter, end.x() + 10, y, 30, color, number + 1)

    def _paint_bars(
        self, painter: QPainter, x: float, middle: float, height: float, color: QColor, kind: int
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for bar in range(_BARS):
            tall = max(4.0, height * _shape(kind, bar / (_BARS - 1)))
            painter.drawRoundedRect(QRectF(x + bar * _PITCH, middle - tall / 2, 4.5, tall), 2.25, 2.25)


def _shape(kind: int, at: float) -> float:
    if kind == 1:
        return 0.35 + 0.6 * math.sin(math.pi * at) * abs(math.sin(7 * at + 0.8))
    if kind == 2:
        return (1.0, 0.35, 0.18)[round(at * 10) % 3]
    if kind == 3:
        return 0.55 + 0.3 * math.sin(at * 9)
    if kind == 4:
        return 0.3 + 0.4 * at + 0.2 * math.cos(at * 14)
    return (0.3, 0.62, 0.44, 0.95, 0.7, 1.0, 0.52, 0.86, 0.6, 0.4, 0.22)[round(at * 10)]
