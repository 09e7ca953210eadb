"""A lane of a stem's waveform."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets.theme import Theme
from remixer.gui.widgets.timeview import TimeView
from remixer.gui.widgets.waveform import PeakProvider, columns, picture

_MARGIN = 5


class WaveformLane(TimeView):
    """The waveform of one stem along the song.

    Args:
        name: the stem; names its colour and what a screen reader says.
        color: a colour of its own, else the theme's.
    """

    def __init__(self, name: str, color: QColor | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._color = color
        self._peaks: PeakProvider | None = None
        self._covered: list[tuple[int, int]] | None = None
        self._muted = False
        self.setAccessibleName(f"Waveform of {name}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 32)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 84)

    def set_peaks(self, provider: PeakProvider | None) -> None:
        """Take the waveform from a function of (start, end, columns), in frames."""
        self._peaks = provider
        self.forget()

    def set_covered(self, spans: Sequence[tuple[int, int]] | None) -> None:
        """Say which spans have this stem yet; the rest is hatched. None: all of it."""
        spans = None if spans is None else list(spans)
        if spans != self._covered:
            self._covered = spans
            self.forget()

    def set_muted(self, muted: bool) -> None:
        """Draw the waveform as one that is not heard."""
        if muted != self._muted:
            self._muted = muted
            self.forget()

    def paint_ground(self, painter: QPainter, theme: Theme) -> None:
        """Paint ground, waveform, and hatching over what is not there yet."""
        painter.fillRect(self.rect(), QColor(theme.lane))
        end = min(self.width(), max(0, round(self.x_of(self.frames)))) if self.frames else 0
        middle = QColor(theme.line)
        painter.fillRect(QRectF(0, self.height() / 2 - 0.5, end, 1), middle)
        if self._peaks is not None and end > 0:
            self._paint_wave(painter, theme)
        self._paint_missing(painter, theme)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), QColor(theme.line))

    def _paint_wave(self, painter: QPainter, theme: Theme) -> None:
        ratio = self.devicePixelRatioF()
        count = max(1, round(self.width() * ratio))
        height = max(2, round((self.height() - 2 * _MARGIN) * ratio))
        if self._peaks is None:
            return
        shape = columns(self._peaks, self.start, self.end, count)
        body, tips = self._colors(theme)
        image = picture(shape, height, body, tips)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(0, _MARGIN), image)

    def _colors(self, theme: Theme) -> tuple[QColor, QColor]:
        color = QColor(self._color) if self._color is not None else theme.stem(self._name)
        if self._muted or not self.isEnabled():
            color = QColor(theme.faint)
            color.setAlpha(150)
        tips = QColor(color)
        tips.setAlphaF(color.alphaF() * (0.62 if theme.dark else 0.55))
        return color, tips

    def _paint_missing(self, painter: QPainter, theme: Theme) -> None:
        if self._covered is None:
            return
        hatch = QBrush(QColor(theme.line), Qt.BrushStyle.BDiagPattern)
        for first, last in gaps(self._covered, self.frames):
            left, right = max(0.0, self.x_of(first)), min(float(self.width()), self.x_of(last))
            if right > left:
                place = QRectF(left, 0, right - left, self.height())
                painter.fillRect(place, QColor(theme.lane))
                painter.fillRect(place, hatch)


def gaps(covered: Sequence[tuple[int, int]], frames: int) -> list[tuple[int, int]]:
    """Return the spans of a song that are in none of the covered ones."""
    found, at = [], 0
    for first, last in sorted(covered):
        if first > at:
            found.append((at, min(first, frames)))
        at = max(at, last)
    if at < frames:
        found.append((at, frames))
    return [(first, last) for first, last in found if last > first]
