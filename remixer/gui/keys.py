"""Who gets a key: lists, pickers, faders and knobs keep theirs, the window has the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

_Key = Qt.Key
UP_DOWN = (_Key.Key_Up, _Key.Key_Down, _Key.Key_PageUp, _Key.Key_PageDown)
ALL_WAYS = (*UP_DOWN, _Key.Key_Left, _Key.Key_Right)
IN_LISTS = (*UP_DOWN, _Key.Key_Home, _Key.Key_End)
_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class _Keeper(QObject):
    def __init__(self, widget: QWidget, keys: Collection[Qt.Key]) -> None:
        super().__init__(widget)
        self._keys = frozenset(keys)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() & ~(
                Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
            )
            if event.key() in self._keys and plain == Qt.KeyboardModifier.NoModifier:
                event.accept()
                return True
        return False


def keep_keys(widget: QWidget, keys: Collection[Qt.Key]) -> None:
    """Let a widget that has the focus have these keys, whatever the window does with them."""
    _Keeper(widget, keys)


def put_in_tab_order(place: QWidget, widgets: Iterable[QWidget]) -> None:
    """Let the Tab key reach widgets that were made late where another one stands in the order."""
    before = place
    while not before.focusPolicy() & Qt.FocusPolicy.TabFocus:
        before = before.previousInFocusChain() or place
        if before is place:
            return
    for widget in widgets:
        QWidget.setTabOrder(before, widget)
        before = widget


def press_focused() -> bool:
    """Press the button that has the focus; return whether one had it."""
    focused = QApplication.focusWidget()
    if isinstance(focused, QAbstractButton) and focused.isEnabled():
        focused.click()
        return True
    return False
