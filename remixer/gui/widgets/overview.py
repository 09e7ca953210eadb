"""The whole song in one strip, with the part that the lanes show; it can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets.theme import Theme
from remixer.gui.widgets.timeview import TimeView
from remixer.gui.widgets.waveform import PeakProvider, columns, picture

_GRIP_PIXELS = 6
_LEAST_SHARE = 0.002


class Overview(TimeView):
    """The whole song; `set_view` places the window that the lanes show.

    Dragging in the window moves it, dragging its edges resizes it, a click elsewhere seeks there.

    Signals:
        view_moved: first frame of the wanted view and the frame after its last.
    """

    view_moved = Signal(int, int)

    def __init__(self, name: str = "Whole song", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._peaks: PeakProvider | None = None
        self._window = (0, 1)
        self._grip = ""
        self._grabbed = (0, 1)
        self.setAccessibleName(f"{name}: overview")
        self.setToolTip("Drag the window to move the view, its edges to zoom; click to seek")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(44)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 44)

    def set_peaks(self, provider: PeakProvider | None) -> None:
        """Take the waveform from a function of (start, end, columns), in frames."""
        self._peaks = provider
        self.forget()

    def set_length(self, frames: int) -> None:
        """Set how long the song is, in frames."""
        super().set_length(frames)
        super().set_view(0, max(1, frames))

    def set_view(self, start: int, end: int) -> None:
        """Show which part the lanes show."""
        if (start, end) != self._window and end > start:
            self._window = (start, end)
            self.update()

    def paint_ground(self, painter: QPainter, theme: Theme) -> None:
        """Paint the whole song's waveform."""
        painter.fillRect(self.rect(), QColor(theme.panel))
        if self._peaks is None or not self.frames:
            return
        ratio = self.devicePixelRatioF()
        color = theme.stem("mixture")
        color.setAlphaF(0.75)
        tips = QColor(color)
        tips.setAlphaF(0.45)
        shape = columns(self._peaks, 0, self.frames, max(1, round(self.width() * ratio)))
        image = picture(shape, max(2, round((self.height() - 8) * ratio)), color, tips)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(0, 4), image)

    def paint_over(self, painter: QPainter, theme: Theme) -> None:
        """Paint the view's window, then loop and playhead."""
        left, right = self.x_of(self._window[0]), self.x_of(self._window[1])
        shade = QColor(theme.window)
        shade.setAlpha(170)
        painter.fillRect(QRectF(0, 0, left, self.height()), shade)
        painter.fillRect(QRectF(right, 0, self.width() - right, self.height()), shade)
        super().paint_over(painter, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.edge), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        frame = QRectF(left + 0.5, 0.5, max(4.0, right - left - 1), self.height() - 1)
        painter.drawRoundedRect(frame, 4, 4)

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the window or one of its edges, or seek."""
        super().mousePressEvent(event)
        self._grip = self._grip_at(event.position().x())
        self._grabbed = self._window

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move or resize the window."""
        x = event.position().x()
        if self._pressed is None:
            self.hovered.emit(self.frame_of(x))
            sideways = self._grip_at(x) in ("start", "end")
            self.setCursor(Qt.CursorShape.SizeHorCursor if sideways else Qt.CursorShape.ArrowCursor)
            return
        self._dragging = self._dragging or abs(x - self._pressed.x()) >= 3
        if self._dragging and self._grip:
            self._drag(round((x - self._pressed.x()) * self.frames / max(1, self.width())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Seek, if it was a click."""
        pressed, self._pressed = self._pressed, None
        if pressed is not None and not self._dragging and event.button() == Qt.MouseButton.LeftButton:
            self.sought.emit(self._pressed_frame)

    def _grip_at(self, x: float) -> str:
        left, right = self.x_of(self._window[0]), self.x_of(self._window[1])
        for name, edge in (("start", left), ("end", right)):
            if abs(x - edge) <= _GRIP_PIXELS:
                return name
        return "window" if left < x < right else ""

    def _drag(self, by_frames: int) -> None:
        start, end = self._grabbed
        least = max(1, round(self.frames * _LEAST_SHARE))
        if self._grip == "start":
            start = max(0, min(start + by_frames, end - least))
        elif self._grip == "end":
            end = min(self.frames, max(end + by_frames, start + least))
        else:
            by_frames = max(-start, min(by_frames, self.frames - end))
            start, end = start + by_frames, end + by_frames
        self.view_moved.emit(start, end)
