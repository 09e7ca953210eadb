"""Buttons that are pictures."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from remixer.gui.parts import describe
from remixer.gui.widgets.icons import icon


def tool_button(
    icon_name: str, says: str, parent: QWidget, checkable: bool = False, size: int = 18
) -> QToolButton:
    """Return a button that is a picture; its tooltip is its accessible name."""
    button = QToolButton(parent)
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(size, size))
    button.setCheckable(checkable)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    describe(button, says)
    return button
