"""What everything along the song's time has in common: the view, the playhead, the loop, the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from remixer.gui.widgets.theme import Theme

_DRAG_PIXELS = 5
_ZOOM_STEP = 1.25
_SCROLL_SHARE = 0.08
_EDGE_PIXELS = 5


class TimeView(QWidget):
    """A strip of the song's time; what does not move is painted once and kept.

    A subclass paints what stays in `paint_ground`. Click seeks, dragging draws a loop
    (or scrubs, where `scrubs` is set) or moves one of its ends, the middle button drags
    the view along, the wheel zooms at the cursor and, with Shift, scrolls.

    Signals:
        sought: the frame that was clicked.
        loop_drawn: first frame of a loop and the frame after its last.
        loop_dragged: the same while it is being drawn; -1, -1 when that is over.
        zoomed: how many times closer, and the frame that stays in its place.
        scrolled: by how many frames.
        hovered: the frame under the mouse; -1 when it left.
    """

    sought = Signal(int)
    loop_drawn = Signal(int, int)
    loop_dragged = Signal(int, int)
    zoomed = Signal(float, int)
    scrolled = Signal(int)
    hovered = Signal(int)

    scrubs = False
    inset = 0
    """Pixels at the left that belong to an axis, not to time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.frames = 0
        self.start = 0
        self.end = 1
        self.playhead = 0
        self.loop: tuple[int, int] | None = None
        self.draft: tuple[int, int] | None = None
        self.hover = -1
        self._ground: QPixmap | None = None
        self._pressed: QPointF | None = None
        self._pressed_frame = 0
        self._anchor: int | None = None
        self._dragging = False
        self._panned_to = 0.0

    # values in

    def set_length(self, frames: int) -> None:
        """Set how long the song is, in frames; beyond it nothing is drawn."""
        if frames != self.frames:
            self.frames = max(0, frames)
            self.forget()

    def set_view(self, start: int, end: int) -> None:
        """Show the frames from `start` to `end`."""
        if (start, end) != (self.start, self.end) and end > start:
            self.start, self.end = start, end
            self.forget()

    def set_playhead(self, frame: int) -> None:
        """Move the line at what is heard."""
        if frame != self.playhead:
            before, self.playhead = self.x_of(self.playhead), frame
            self._update_lines(before, self.x_of(frame))

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Show a loop, or none."""
        if loop != self.loop:
            self.loop = loop
            self.renew_lines(self.rect())

    def set_draft(self, start: int, end: int) -> None:
        """Show a loop that is still being drawn, in place of the one there is; -1 to end that."""
        if start >= 0:
            self.draft = (start, end)
        elif self.draft is not None:
            self.loop, self.draft = self.draft, None
        self.renew_lines(self.rect())

    def set_hover(self, frame: int) -> None:
        """Show a thin line at a frame; -1 for none."""
        if frame != self.hover:
            before, self.hover = self.x_of(self.hover), frame
            self._update_lines(before, self.x_of(frame))

    def forget(self) -> None:
        """Paint what stays anew at the next chance."""
        self._ground = None
        self.update()

    # geometry

    def x_of(self, frame: float) -> float:
        """Return where a frame lies, in pixels."""
        return self.inset + (frame - self.start) * self._time_width() / (self.end - self.start)

    def frame_of(self, x: float) -> int:
        """Return the frame at a place, kept within the song."""
        frame = self.start + (x - self.inset) * (self.end - self.start) / self._time_width()
        return max(0, min(round(frame), max(0, self.frames)))

    def _time_width(self) -> int:
        return max(1, self.width() - self.inset)

    def _update_lines(self, *places: float) -> None:
        for x in places:
            if -8 <= x <= self.width() + 8:
                self.renew_lines(QRect(round(x) - 7, 0, 14, self.height()))

    def renew_lines(self, where: QRect) -> None:
        """Repaint the lines in a part of the widget."""
        self.update(where)

    # painting

    def paint_ground(self, painter: QPainter, theme: Theme) -> None:
        """Paint what stays while the playhead moves."""
        painter.fillRect(self.rect(), QColor(theme.lane))

    def paint_over(self, painter: QPainter, theme: Theme) -> None:
        """Paint loop, hover line and playhead over what stays."""
        paint_loop(painter, self, theme)
        if self.hover >= 0:
            color = QColor(theme.text)
            color.setAlpha(70)
            place = QRect(round(self.x_of(self.hover)), 0, 1, self.height())
            painter.fillRect(place, color)
        x = self.x_of(self.playhead)
        if self.frames and -1 <= x <= self.width() + 1:
            ratio = self.devicePixelRatioF()
            wide = max(1, round(1.5 * ratio)) / ratio
            left = round((x - wide / 2) * ratio) / ratio
            painter.fillRect(QRectF(left, 0, wide, self.height()), QColor(theme.playhead))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy what stays and paint the lines over it."""
        theme = Theme.of(self)
        ratio = self.devicePixelRatioF()
        if self._ground is None or self._ground.devicePixelRatio() != ratio:
            self._ground = QPixmap(self.size() * ratio)
            self._ground.setDevicePixelRatio(ratio)
            ground = QPainter(self._ground)
            self.paint_ground(ground, theme)
            ground.end()
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.drawPixmap(0, 0, self._ground)
        self.paint_over(painter, theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint anew in the new size."""
        self.forget()

    def changeEvent(self, event: QEvent) -> None:
        """Paint anew in new colours."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange, QEvent.Type.FontChange):
            self.forget()
        super().changeEvent(event)

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        self._pressed = event.position()
        self._pressed_frame = self.frame_of(event.position().x())
        self._dragging = False
        self._panned_to = event.position().x()
        self._anchor = self._far_end(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and self.scrubs and self._anchor is None:
            self.sought.emit(self._pressed_frame)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse: hover, scrub, draw a loop, drag the view."""
        x = event.position().x()
        self.hovered.emit(self.frame_of(x))
        if self._pressed is None:
            near = self._far_end(x) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)
            return
        self._dragging = self._dragging or abs(x - self._pressed.x()) >= _DRAG_PIXELS
        if event.buttons() & Qt.MouseButton.MiddleButton:
            self._pan(x)
        elif self._dragging and self.scrubs and self._anchor is None:
            self.sought.emit(self.frame_of(x))
        elif self._dragging:
            self.set_draft(*self._span_to(x))
            self.loop_dragged.emit(*self._span_to(x))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a click (seek) or a drag (loop)."""
        pressed, self._pressed = self._pressed, None
        scrubbed = self.scrubs and self._anchor is None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton or scrubbed:
            return
        if not self._dragging:
            self.sought.emit(self._pressed_frame)
            return
        first, last = self._span_to(event.position().x())
        self.set_draft(-1, -1)
        self.loop_dragged.emit(-1, -1)
        if last > first:
            self.loop_drawn.emit(first, last)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the mouse is gone."""
        self.hovered.emit(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; with Shift, or sideways, scroll."""
        turns, sideways = event.angleDelta().y() / 120, event.angleDelta().x() / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turns, sideways = 0, sideways or turns
        if abs(sideways) > abs(turns):
            self.scrolled.emit(round(-sideways * _SCROLL_SHARE * (self.end - self.start)))
        elif turns:
            self.zoomed.emit(_ZOOM_STEP**turns, self.frame_of(event.position().x()))
        event.accept()

    def _span_to(self, x: float) -> tuple[int, int]:
        frame, anchor = self.frame_of(x), self._pressed_frame if self._anchor is None else self._anchor
        return min(frame, anchor), max(frame, anchor)

    def _far_end(self, x: float) -> int | None:
        """Return the other end of the loop whose one end is at a place, if one is."""
        start, end = self.loop or (-1, -1)
        for near, far in ((start, end), (end, start)):
            if self.loop is not None and abs(self.x_of(near) - x) <= _EDGE_PIXELS:
                return far
        return None

    def _pan(self, x: float) -> None:
        self.scrolled.emit(round((self._panned_to - x) * (self.end - self.start) / self._time_width()))
        self._panned_to = x


def paint_loop(painter: QPainter, view: TimeView, theme: Theme) -> None:
    """Paint a view's loop: a light veil between two edges."""
    loop = view.draft or view.loop
    if loop is None:
        return
    left, right = view.x_of(loop[0]), view.x_of(loop[1])
    veil = QColor(theme.accent)
    veil.setAlpha(38 if theme.dark else 30)
    painter.fillRect(QRectF(left, 0, right - left, view.height()), veil)
    painter.setPen(QPen(QColor(theme.accent), 1))
    for x in (round(left) + 0.5, round(right) - 0.5):
        painter.drawLine(QPointF(x, 0), QPointF(x, view.height()))
