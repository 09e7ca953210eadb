"""One line for what the user should know; never a box in the way."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from remixer.gui.parts import push_button
from remixer.gui.tool_button import tool_button
from remixer.session.notices import Notice

_ACTIONS = {"logs": "Show log", "reopen": "Reopen", "folder": "Show folder"}
_INFO_MS = 10_000
_Politeness = QAccessible.AnnouncementPoliteness


class MessageBar(QFrame):
    """Shows the newest sentence, says how many wait behind it.

    Signals:
        dismissed: the number of a sentence that was read.
        acted: the notice whose action was asked for.
    """

    dismissed = Signal(int)
    acted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self._notice: Notice | None = None
        self._mark = QLabel(self)
        self._mark.setObjectName("messageMark")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = QLabel(self)
        self._more.setObjectName("dim")
        self._action = push_button("", "Do what the message offers", self)
        self._close: QToolButton = tool_button("close", "Dismiss the message", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(10)
        for widget in (self._mark, self._text, self._more, self._action, self._close):
            row.addWidget(widget)
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.setInterval(_INFO_MS)
        self._fade.timeout.connect(self._dismiss)
        self._close.clicked.connect(self._dismiss)
        self._action.clicked.connect(self._act)
        self.hide()

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show the newest of the sentences that stand, errors before the rest."""
        errors = [notice for notice in notices if notice.kind == "error"]
        waiting = errors or list(notices)
        notice = waiting[-1] if waiting else None
        self._more.setText(f"{len(notices) - 1} more" if len(notices) > 1 else "")
        self._more.setVisible(len(notices) > 1)
        if notice == self._notice:
            return
        self._notice = notice
        self._fade.stop()
        if notice is None:
            self.hide()
            return
        self._text.setText(notice.text)
        self._mark.setText("!" if notice.kind == "error" else "✓")
        self._action.setText(_ACTIONS.get(notice.action, ""))
        self._action.setAccessibleName(self._action.text())
        self._action.setVisible(notice.action in _ACTIONS)
        self.setProperty("kind", notice.kind)
        for widget in (self, self._mark):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.setAccessibleName(f"{'Error' if notice.kind == 'error' else 'Message'}: {notice.text}")
        self.show()
        self._announce(notice)
        if notice.kind == "info":
            self._fade.start()

    def _announce(self, notice: Notice) -> None:
        """Let a screen reader say it, though the keyboard is elsewhere."""
        event = QAccessibleAnnouncementEvent(self, notice.text)
        urgent = notice.kind == "error"
        event.setPoliteness(_Politeness.Assertive if urgent else _Politeness.Polite)
        QAccessible.updateAccessibility(event)

    @Slot()
    def _dismiss(self) -> None:
        if self._notice is not None:
            self.dismissed.emit(self._notice.number)

    @Slot()
    def _act(self) -> None:
        if self._notice is not None:
            notice = self._notice
            self.dismissed.emit(notice.number)
            self.acted.emit(notice)
