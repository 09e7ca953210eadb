"""What a fader and a knob have in common: one value, moved by mouse, wheel and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

_FINE = 0.2


class ValueControl(QAbstractSlider):
    """A control with one number; a subclass says how keys and the mouse move it.

    To a screen reader it is a slider: what Qt's slider holds is the number in whole units.

    Args:
        name: what it controls, said by a screen reader.
        span: lowest and highest number; the control starts at 0, where it is at rest.
        unit: the least step a screen reader knows.

    Signals:
        moved: the user gave it a new number.
    """

    moved = Signal(float)

    def __init__(
        self, name: str, span: tuple[float, float], unit: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.amount = 0.0
        self._unit = unit
        self.setRange(round(span[0] / unit), round(span[1] / unit))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._pressed: QPointF | None = None
        self._pressed_place = 0.0
        self._turned = 0.0
        self.valueChanged.connect(self._on_value)

    # for subclasses

    def place(self) -> float:
        """Return where the value lies, 0 to 1."""
        raise NotImplementedError

    def at_place(self, place: float) -> float:
        """Return the value at a place, 0 to 1."""
        raise NotImplementedError

    def stepped(self, steps: float) -> float:
        """Return the value some steps up or down."""
        raise NotImplementedError

    def at_units(self, amount: float) -> float:
        """Return the number that a screen reader means with one."""
        return amount

    def said(self) -> str:
        """Return the value in words."""
        raise NotImplementedError

    def travel(self) -> QPointF:
        """Return the way the mouse goes from the lowest place to the highest, in pixels."""
        raise NotImplementedError

    # value

    def set_amount(self, amount: float) -> bool:
        """Take a number without telling anyone; returns whether it was new."""
        if amount == self.amount:
            return False
        self.amount = amount
        with QSignalBlocker(self):
            self.setValue(self._units())
        self.describe()
        self.update()
        return True

    def move_to(self, amount: float) -> None:
        """Take a number as the user's and tell it."""
        if self.set_amount(amount):
            self.moved.emit(amount)

    def describe(self) -> None:
        """Bring what a screen reader says up to date."""
        self.setAccessibleName(f"{self.name}, {self.said()}")

    def _units(self) -> int:
        return round(max(self.minimum() * self._unit, self.amount) / self._unit)

    @Slot(int)
    def _on_value(self, units: int) -> None:
        if units != self._units():
            self.move_to(self.at_units(units * self._unit))

    # mouse, wheel, keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag from wherever the mouse is: nothing jumps."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._pressed_place = self.place()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the value; with Shift, finely."""
        if self._pressed is None:
            return
        way, moved = self.travel(), event.position() - self._pressed
        share = QPointF.dotProduct(moved, way) / max(1.0, QPointF.dotProduct(way, way))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            share *= _FINE
        self.move_to(self.at_place(min(1.0, max(0.0, self._pressed_place + share))))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        self._pressed = None
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go back to rest."""
        self._pressed = None
        self.move_to(0.0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step the value; with Shift, finely."""
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        turns = (event.angleDelta().y() or event.angleDelta().x()) / 120
        self._turned += turns * (_FINE if fine else 1.0)
        steps = int(self._turned / _FINE) * _FINE
        if steps:
            self._turned -= steps
            self.move_to(self.stepped(steps))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, Down, Page Up, Page Down step; Home goes back to rest, End to the lowest."""
        fine = _FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        steps = {
            Qt.Key.Key_Up: fine,
            Qt.Key.Key_Down: -fine,
            Qt.Key.Key_PageUp: 6.0,
            Qt.Key.Key_PageDown: -6.0,
        }.get(Qt.Key(event.key()))
        if steps is not None:
            self.move_to(self.stepped(steps))
        elif event.key() == Qt.Key.Key_Home:
            self.move_to(0.0)
        elif event.key() == Qt.Key.Key_End:
            self.move_to(self.at_place(0.0))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus ring."""
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Paint in new colours."""
        self.update()
        super().changeEvent(event)

    @property
    def held(self) -> bool:
        """Whether the mouse holds it."""
        return self._pressed is not None
