"""A stereo meter: peak, RMS, peak hold and a clip light."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets.theme import Theme
from remixer.mixing.levels import Level

FLOOR_DB = -60.0
TOP_DB = 6.0
_FALL_DB_PER_SECOND = 26.0
_HOLD_SECONDS = 1.2
_HOT_DB = -6.0
_TICKS_DB = (-36.0, -24.0, -12.0, -6.0, 0.0)
_LIGHT_PIXELS = 4.0
_GAP_PIXELS = 1.0


def decibels(amplitude: float) -> float:
    """Return an amplitude in dB, not below the meter's floor."""
    return max(FLOOR_DB, 20 * math.log10(amplitude)) if amplitude > 0.001 else FLOOR_DB


def share_of(level_db: float) -> float:
    """Return how far up the meter a level reaches, 0 to 1; the upper half is wider drawn."""
    share = (min(TOP_DB, max(FLOOR_DB, level_db)) - FLOOR_DB) / (TOP_DB - FLOOR_DB)
    return float(share**1.6)


class _Side:
    """One channel: what is shown falls slowly, what is held stays a while."""

    def __init__(self) -> None:
        self.peak_db = self.rms_db = self.hold_db = FLOOR_DB
        self.held_seconds = 0.0

    def feed(self, peak: float, rms: float, seconds: float) -> None:
        fall = _FALL_DB_PER_SECOND * seconds
        self.peak_db = max(decibels(peak), self.peak_db - fall, FLOOR_DB)
        self.rms_db = max(decibels(rms), self.rms_db - fall, FLOOR_DB)
        if self.peak_db >= self.hold_db:
            self.hold_db, self.held_seconds = self.peak_db, 0.0
            return
        self.held_seconds += seconds
        if self.held_seconds > _HOLD_SECONDS:
            self.hold_db = max(self.peak_db, self.hold_db - fall)

    def shown(self) -> tuple[int, int, int]:
        return round(self.peak_db * 4), round(self.rms_db * 4), round(self.hold_db * 4)


class Meter(QWidget):
    """Two bars, left and right; a click puts the clip light out.

    Args:
        name: what it belongs to, said by a screen reader.
        orientation: which way it lies.
        color: colour of what is well below full scale, else the theme's green.
    """

    def __init__(
        self,
        name: str,
        orientation: Qt.Orientation = Qt.Orientation.Vertical,
        color: QColor | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._stands = orientation == Qt.Orientation.Vertical
        self._color = color
        self._sides = (_Side(), _Side())
        self._clipped = False
        self.setAccessibleName(f"Level of {name}")
        self.setToolTip("Peak, RMS and highest peak; a click puts out the clip light")
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(*((fixed, free) if self._stands else (free, fixed)))

    @property
    def clipped(self) -> bool:
        """Whether the clip light is on."""
        return self._clipped

    def set_level(self, level: Level, seconds: float = 1 / 30) -> None:
        """Show a level, `seconds` after the one before."""
        before = [side.shown() for side in self._sides], self._clipped
        for side, peak, rms in zip(self._sides, level.peak, level.rms, strict=True):
            side.feed(peak, rms, seconds)
        if level.clipped and not self._clipped:
            self.setAccessibleDescription("clipped")
        self._clipped = self._clipped or level.clipped
        if ([side.shown() for side in self._sides], self._clipped) != before:
            self.update()

    def reset(self) -> None:
        """Fall silent and put out the clip light."""
        self._sides = (_Side(), _Side())
        self._clipped = False
        self.setAccessibleDescription("")
        self.update()

    def set_color(self, color: QColor | None) -> None:
        """Take another colour."""
        self._color = color
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put out the clip light."""
        self._clipped = False
        self.setAccessibleDescription("")
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(15, 72) if self._stands else QSize(120, 15)

    def minimumSizeHint(self) -> QSize:
        """Return the least readable size."""
        return QSize(13, 40) if self._stands else QSize(60, 13)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint both bars and the clip light."""
        theme = Theme.of(self)
        painter = QPainter(self)
        long, wide = (self.height(), self.width()) if self._stands else (self.width(), self.height())
        run = long - _LIGHT_PIXELS - 2.0
        bar = (wide - _GAP_PIXELS) / 2
        gradient = self._gradient(theme, run)
        for number, side in enumerate(self._sides):
            self._paint_side(painter, theme, gradient, side, (number * (bar + _GAP_PIXELS), bar, run))
        for level_db in _TICKS_DB:
            tick = QColor(theme.text)
            tick.setAlpha(90 if level_db == 0 else 34)
            painter.fillRect(self._part(0, wide, round(run * share_of(level_db)), 1), tick)

    def _paint_side(
        self,
        painter: QPainter,
        theme: Theme,
        gradient: QLinearGradient,
        side: _Side,
        place: tuple[float, float, float],
    ) -> None:
        at, bar, run = place
        rms, peak, hold = (run * share_of(level) for level in (side.rms_db, side.peak_db, side.hold_db))
        painter.fillRect(self._part(at, bar, 0, run), QColor(theme.lane if theme.dark else theme.hover))
        painter.fillRect(self._part(at, bar, 0, peak), gradient)
        veil = QColor(theme.lane)
        veil.setAlpha(95)
        painter.fillRect(self._part(at, bar, rms, peak - rms), veil)
        if side.hold_db > FLOOR_DB + 1:
            color = theme.text if side.hold_db <= _HOT_DB else theme.warning
            painter.fillRect(
                self._part(at, bar, max(0.0, hold - 1), 1.5),
                QColor(theme.danger if side.hold_db > 0 else color),
            )
        lit = QColor(theme.danger if self._clipped else theme.line)
        painter.fillRect(self._part(at, bar, run + 2, _LIGHT_PIXELS), lit)

    def _part(self, at: float, across: float, start: float, length: float) -> QRectF:
        if self._stands:
            return QRectF(at, self.height() - start - length, across, length)
        return QRectF(start, at, length, across)

    def _gradient(self, theme: Theme, run: float) -> QLinearGradient:
        if self._stands:
            gradient = QLinearGradient(0, self.height(), 0, self.height() - run)
        else:
            gradient = QLinearGradient(0, 0, run, 0)
        color = self._color if self._color is not None else QColor(theme.good)
        hot, over = share_of(_HOT_DB), share_of(0.0)
        for place, value in (
            (0.0, color),
            (hot - 0.001, color),
            (hot, QColor(theme.warning)),
            (over - 0.001, QColor(theme.warning)),
            (over, QColor(theme.danger)),
            (1.0, QColor(theme.danger)),
        ):
            gradient.setColorAt(place, value)
        return gradient
