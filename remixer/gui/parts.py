"""Small parts that all pages share: buttons with words, captions, headings, spacers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget


def push_button(text: str, says: str, parent: QWidget, primary: bool = False) -> QPushButton:
    """Return a button with a word on it."""
    button = QPushButton(text, parent)
    button.setProperty("primary", primary)
    button.setAutoDefault(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    describe(button, says)
    return button


def quiet_button(text: str, says: str, parent: QWidget) -> QPushButton:
    """Return a button that stays in the background."""
    button = push_button(text, says, parent)
    button.setProperty("quiet", True)
    return button


def describe(widget: QWidget, says: str, name: str = "") -> None:
    """Give a control its tooltip and its accessible name."""
    widget.setToolTip(says)
    widget.setAccessibleName(name or says.split(" (")[0])


def caption(text: str, parent: QWidget, kind: str = "dim") -> QLabel:
    """Return a label; `kind` is its style: `dim`, `heading`, `title`, `subtitle`."""
    label = QLabel(text, parent)
    label.setObjectName(kind)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def spring(parent: QWidget) -> QWidget:
    """Return something that takes the room that is left."""
    widget = QWidget(parent)
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return widget


def shortened(text: str, widget: QWidget, pixels: int) -> str:
    """Return as much of a text as a widget can write in so many pixels."""
    return widget.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, pixels)


class ElidedLabel(QLabel):
    """A label that shortens its text to the room it has, and tells all of it in its tooltip."""

    def __init__(self, parent: QWidget, kind: str = "dim") -> None:
        super().__init__(parent)
        self.setObjectName(kind)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole = ""

    def set_whole(self, text: str) -> None:
        """Show a text, shortened if need be."""
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self._fit()

    def resizeEvent(self, event: object) -> None:
        """Fit the text to the new width."""
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(0, self.width()))
        self.setText("" if shown == "…" else shown)
        self.setToolTip(self._whole if shown != self._whole else "")
