"""Where the playhead is, in figures."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets.theme import Theme
from remixer.gui.words import clock


class TimeReadout(QWidget):
    """Where the playhead is, large, and how long the song is, small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = clock(0, 0.1)
        self._length = clock(0)
        self._big = QFont(self.font())
        self._big.setPointSizeF(self._big.pointSizeF() * 1.7)
        self._big.setWeight(QFont.Weight.Medium)
        self._big.setFeature(QFont.Tag("tnum"), 1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_position(self, frame: int, frames: int, rate_hz: int) -> None:
        """Show a place in a song, all in frames."""
        now, length = clock(frame / rate_hz, 0.1), clock(frames / rate_hz)
        if (now, length) != (self._now, self._length):
            if len(length) != len(self._length):
                self.updateGeometry()
            self._now, self._length = now, length
            self.setAccessibleName(f"Position {now} of {length}")
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size that both times need."""
        big = QFontMetrics(self._big).horizontalAdvance("0" * len(self._length) + ".0")
        return QSize(big + self.fontMetrics().horizontalAdvance(" / " + self._length) + 12, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both times on one line."""
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setFont(self._big)
        painter.setPen(QColor(theme.text))
        base = (self.height() + painter.fontMetrics().capHeight()) / 2
        painter.drawText(0, round(base), self._now)
        x = painter.fontMetrics().horizontalAdvance("0" * (len(self._now) - 2) + ".0") + 6
        painter.setFont(self.font())
        painter.setPen(QColor(theme.dim))
        painter.drawText(
            QRectF(x, 0, self.width() - x, base + painter.fontMetrics().descent()),
            Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft,
            f"/ {self._length}",
        )
