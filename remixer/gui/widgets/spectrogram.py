"""A spectrogram along the song: frequency on a log axis, time in minutes and seconds."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets.ruler import step_seconds
from remixer.gui.widgets.spectrum import LOWEST_HZ, ROWS, TILE_COLUMNS, AudioProvider, SpectrumTiles
from remixer.gui.widgets.theme import Theme
from remixer.gui.widgets.timeview import TimeView
from remixer.gui.words import clock

AXIS_PIXELS = 46
_TICKS_HZ = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
_STEP_MS = 16
_STEP_SECONDS = 0.006
_SHADES = (
    (0.00, 10, 11, 15),
    (0.18, 27, 22, 62),
    (0.36, 70, 26, 112),
    (0.54, 138, 38, 122),
    (0.70, 207, 62, 95),
    (0.84, 246, 124, 68),
    (0.94, 252, 188, 92),
    (1.00, 252, 246, 206),
)
"""Share of the range and red, green, blue: lightness rises evenly from silence to loud."""


def color_table() -> NDArray[np.uint8]:
    """Return (256, 3): the colour of each level."""
    shades = np.array(_SHADES, np.float64)
    at = np.linspace(0, 1, 256)
    return np.stack([np.interp(at, shades[:, 0], shades[:, part]) for part in (1, 2, 3)], axis=1).astype(
        np.uint8
    )


class SpectrogramView(TimeView):
    """How loud each frequency is along the song; computed a few tiles at a time, so that nothing waits.

    Args:
        axis_pixels: room for the axis of frequencies, left of where time begins.
    """

    def __init__(self, parent: QWidget | None = None, axis_pixels: int = AXIS_PIXELS) -> None:
        import pyqtgraph

        super().__init__(parent)
        self.inset = axis_pixels
        self._tiles: SpectrumTiles | None = None
        self._rate_hz = 44_100
        self._plot = pyqtgraph.PlotWidget(self)
        self._image = pyqtgraph.ImageItem(axisOrder="col-major")
        self._image.setLookupTable(color_table())
        self._plot.addItem(self._image)
        self._set_up_plot()
        self._lines = _Lines(self)
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._work)
        self.setAccessibleName("Spectrogram")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 100)
        self._dress()

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 220)

    def set_audio(self, provider: AudioProvider | None, frames: int, rate_hz: int) -> None:
        """Show another sound: a function of (start, end) in frames that returns (n, 2) samples."""
        self._tiles = SpectrumTiles(provider, frames, rate_hz) if provider is not None else None
        self._rate_hz = rate_hz
        self.set_length(frames)
        self._show_frequencies()
        self.forget()

    @property
    def working(self) -> bool:
        """Whether parts of the picture are still to be computed."""
        return self._timer.isActive()

    def refresh(self) -> None:
        """Read the sound again, more of it is known; what is shown stays until then."""
        if self._tiles is not None:
            self._tiles.renew()
            self._timer.start()

    def forget(self) -> None:
        """Show the view anew, and compute what it lacks."""
        if hasattr(self, "_lines"):
            self._show_view()
            self._lines.update()
            self._timer.start()

    def renew_lines(self, where: QRect) -> None:
        """Repaint only the lines: the picture repaints itself."""
        self._lines.update(where)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Leave painting to the plot."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit plot and lines."""
        self._plot.setGeometry(self.rect())
        self._lines.setGeometry(self.rect())
        self.forget()

    def changeEvent(self, event: QEvent) -> None:
        """Take new colours."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_lines"):
            self._dress()
        super().changeEvent(event)

    # inside

    def _set_up_plot(self) -> None:
        plot = self._plot.getPlotItem()
        self._plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setAcceptDrops(False)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setContentsMargins(0, 0, 0, 0)
        plot.layout.setContentsMargins(0, 0, 0, 0)
        view = plot.getViewBox()
        view.setMouseEnabled(False, False)
        view.setDefaultPadding(0)
        view.setYRange(0, ROWS, padding=0)
        plot.getAxis("left").setWidth(self.inset)
        plot.getAxis("left").setStyle(tickLength=-4)
        plot.getAxis("bottom").setHeight(22)

    def _dress(self) -> None:
        theme = Theme.of(self)
        self._plot.setBackground(QColor(theme.panel))
        for side in ("left", "bottom"):
            axis = self._plot.getPlotItem().getAxis(side)
            axis.setPen(QColor(theme.line))
            axis.setTextPen(QColor(theme.dim))
        self._plot.getPlotItem().getViewBox().setBackgroundColor(QColor(*_SHADES[0][1:]))

    def _show_frequencies(self) -> None:
        if self._tiles is None:
            return
        octaves = math.log(self._tiles.highest_hz() / LOWEST_HZ)
        ticks = [
            (math.log(hz / LOWEST_HZ) / octaves * ROWS, f"{hz // 1000} k" if hz >= 1000 else str(hz))
            for hz in _TICKS_HZ
            if hz < self._tiles.highest_hz()
        ]
        self._plot.getPlotItem().getAxis("left").setTicks([ticks])

    def _show_view(self) -> None:
        plot = self._plot.getPlotItem()
        plot.getViewBox().setXRange(self.start, self.end, padding=0)
        step = step_seconds((self.end - self.start) / self._rate_hz / self._time_width())
        first = math.ceil(self.start / self._rate_hz / step)
        last = min(self.end, self.frames) / self._rate_hz / step
        marks = range(first, math.floor(last) + 1)
        plot.getAxis("bottom").setTicks(
            [[(mark * step * self._rate_hz, clock(mark * step, step)) for mark in marks]]
        )
        self._show_image()

    def _hop(self, tiles: SpectrumTiles) -> int:
        return tiles.hop_of(self.end - self.start, self._time_width())

    def _show_image(self) -> None:
        if self._tiles is None or not self.frames:
            self._image.clear()
            return
        picture, first, last = self._tiles.image(self.start, self.end, self._hop(self._tiles))
        self._image.setImage(picture, levels=(0, 255))
        self._image.setRect(first, 0, last - first, ROWS)

    @Slot()
    def _work(self) -> None:
        self._timer.stop()
        if self._tiles is None or not self.isVisible():
            return
        hop = self._hop(self._tiles)
        lacking = self._tiles.wanted(self.start, self.end, hop)
        if not lacking:
            return
        width = hop * TILE_COLUMNS
        lacking.sort(key=lambda number: abs((number + 0.5) * width - self.playhead))
        until = time.perf_counter() + _STEP_SECONDS
        for number in lacking:
            self._tiles.compute(hop, number)
            if time.perf_counter() >= until:
                break
        self._show_image()
        self._timer.start()

    def showEvent(self, event: QEvent) -> None:
        """Go on computing."""
        self._timer.start()


class _Lines(QWidget):
    """Loop, hover line and playhead over the picture."""

    def __init__(self, view: SpectrogramView) -> None:
        super().__init__(view)
        self._view = view
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines of the view."""
        painter = QPainter(self)
        painter.setClipRect(self.rect().adjusted(self._view.inset, 0, 0, -22))
        self._view.paint_over(painter, replace(Theme.of(self), playhead="#ffffff", text="#ffffff"))
