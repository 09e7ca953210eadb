"""The last seconds of a level: newest at the right, moving to the left as time goes on."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets.theme import Theme
from remixer.gui.widgets.waveform import picture
from remixer.mixing.levels import Level

_KEPT = 1200
_PIXELS = 2
_MARGIN = 5


class LevelTrail(QWidget):
    """How loud a stem of live sound was.

    Args:
        name: the stem; names its colour.
        title: what a screen reader says.
    """

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._shape = np.zeros((_KEPT, 4), np.float32)
        self._muted = False
        self.setAccessibleName(f"Level of {title} in the last seconds")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 32)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 84)

    @property
    def newest(self) -> float:
        """The peak that came last."""
        return float(self._shape[-1, 1])

    def add(self, level: Level) -> None:
        """Move on and show another level."""
        peak, rms = max(level.peak), max(level.rms)
        if peak or self._shape.any():
            self._shape = np.roll(self._shape, -1, axis=0)
            self._shape[-1] = (-peak, peak, -rms, rms)
            self.update()

    def clear(self) -> None:
        """Forget all levels."""
        self._shape.fill(0.0)
        self.update()

    def set_muted(self, muted: bool) -> None:
        """Draw it as what is not heard."""
        if muted != self._muted:
            self._muted = muted
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, middle line and levels."""
        theme, painter = Theme.of(self), QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.lane))
        painter.fillRect(QRectF(0, self.height() / 2 - 0.5, self.width(), 1), QColor(theme.line))
        count = min(_KEPT, self.width() // _PIXELS)
        color = QColor(theme.faint) if self._muted else theme.stem(self._name)
        tips = QColor(color)
        tips.setAlphaF(0.6)
        height = self.height() - 2 * _MARGIN
        if count > 0 and height > 1:
            image = picture(self._shape[-count:], round(height * self.devicePixelRatioF()), color, tips)
            width = count * _PIXELS
            painter.drawImage(QRectF(self.width() - width, _MARGIN, width, height), image)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), QColor(theme.line))
