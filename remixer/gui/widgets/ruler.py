"""The song's time in minutes and seconds."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets.theme import Theme
from remixer.gui.widgets.timeview import TimeView
from remixer.gui.words import clock

_STEPS_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30)
_LONG_STEPS_SECONDS = (60, 120, 300, 600, 900, 1800, 3600, 7200)
_LABEL_PIXELS = 84
_FALLBACK_HZ = 44_100


def step_seconds(seconds_per_pixel: float) -> float:
    """Return the distance of labels that leaves each of them room."""
    for step in (*_STEPS_SECONDS, *_LONG_STEPS_SECONDS):
        if step / seconds_per_pixel >= _LABEL_PIXELS:
            return step
    return _LONG_STEPS_SECONDS[-1]


class TimeRuler(TimeView):
    """Ticks and times over the lanes; a drag scrubs."""

    scrubs = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rate_hz = _FALLBACK_HZ
        self.setAccessibleName("Time ruler")
        self.setToolTip("Click or drag to move the playhead; turn the wheel to zoom")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(28)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 28)

    def set_rate(self, hz: int) -> None:
        """Set how many frames a second has."""
        if max(1, hz) != self._rate_hz:
            self._rate_hz = max(1, hz)
            self.forget()

    def paint_ground(self, painter: QPainter, theme: Theme) -> None:
        """Paint ticks and labels."""
        painter.fillRect(self.rect(), QColor(theme.panel))
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), QColor(theme.line))
        if not self.frames:
            return
        step = step_seconds((self.end - self.start) / self._rate_hz / max(1, self.width()))
        parts = 5 if step not in (2, 15, 30, 60, 120, 0.02, 0.2, 0.002) else 4
        painter.setFont(self._small_font())
        number = math.floor(self.start / self._rate_hz / step * parts)
        while (at := number * step / parts * self._rate_hz) <= min(self.end, self.frames):
            self._paint_tick(painter, theme, self.x_of(at), number, parts, step)
            number += 1

    def _paint_tick(
        self, painter: QPainter, theme: Theme, x: float, number: int, parts: int, step: float
    ) -> None:
        if number < 0 or x < -2:
            return
        main = number % parts == 0
        height = 8 if main else 4
        painter.fillRect(QRectF(round(x), self.height() - height, 1, height), QColor(theme.faint))
        text = clock(number // parts * step, step)
        left = round(x) + 5
        if main and left + painter.fontMetrics().horizontalAdvance(text) <= self.width():
            painter.setPen(QColor(theme.dim))
            box = QRectF(left, 0, _LABEL_PIXELS, self.height() - 5)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def renew_lines(self, where: QRect) -> None:
        """Repaint the lines, and the time beside the mouse."""
        self.update(where.adjusted(-_LABEL_PIXELS, 0, _LABEL_PIXELS, 0))

    def paint_over(self, painter: QPainter, theme: Theme) -> None:
        """Paint the lines, the time under the mouse, and a handle on the playhead."""
        super().paint_over(painter, theme)
        if self.hover >= 0:
            self._paint_hover(painter, theme)
        x = self.x_of(self.playhead)
        if self.frames and -8 <= x <= self.width() + 8:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            handle = QPainterPath(QPointF(x - 6, self.height() - 15))
            handle.lineTo(x + 6, self.height() - 15)
            handle.lineTo(x + 6, self.height() - 9)
            handle.lineTo(x, self.height() - 2)
            handle.lineTo(x - 6, self.height() - 9)
            handle.closeSubpath()
            painter.fillPath(handle, QColor(theme.playhead))

    def _paint_hover(self, painter: QPainter, theme: Theme) -> None:
        seconds_per_pixel = (self.end - self.start) / self._rate_hz / max(1, self.width())
        text = clock(self.hover / self._rate_hz, min(0.1, 10 * seconds_per_pixel))
        painter.setFont(self._small_font())
        wide = painter.fontMetrics().horizontalAdvance(text) + 12
        x = self.x_of(self.hover)
        left = x + 1 if x + 1 + wide < self.width() else x - wide
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.hover))
        tag = QRectF(left, 3, wide, self.height() - 10)
        painter.drawRoundedRect(tag, 4, 4)
        painter.setPen(QColor(theme.text))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.86)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font
