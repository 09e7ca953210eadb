"""The main window: on the screen at once with the page to drop songs on; the rest is put into it later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEventLoop, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from remixer.gui.drops import dropped_paths
from remixer.gui.empty_page import EmptyPage
from remixer.gui.veil import DropVeil

if TYPE_CHECKING:
    from remixer.gui.widgets.theme import ThemeSwitch
    from remixer.gui.workspace import Workspace
    from remixer.session import Session

_FIRST_SIZE = (1280, 820)
_PAINT_MS = 400


class MainWindow(QMainWindow):
    """The program's window.

    It begins with what is seen first, so that it is there as soon as the
    toolkit can show anything; `furnish` brings what a session drives.

    Signals:
        painted: the window has been painted.
        dropped: the paths of the files and folders that were dropped.
    """

    painted = Signal()
    dropped = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Stem Remixer")
        self.setMinimumSize(920, 560)
        self.setAcceptDrops(True)
        self.workspace: Workspace | None = None
        self.empty = EmptyPage(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        centre = QWidget(self)
        self._column = QVBoxLayout(centre)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._stack, 1)
        self.setCentralWidget(centre)
        self._veil = DropVeil(self)

    def appear(self, geometry: str = "") -> None:
        """Show the window and come back when it has been painted.

        What the mouse and the keys do meanwhile stays in the queue, for whoever `furnish` brings.

        Args:
            geometry: the size and place it had the last time, as `geometry_text` gave it.
        """
        if not geometry or not self.restoreGeometry(
            QByteArray.fromBase64(geometry.encode("ascii", "replace"))
        ):
            self.resize(*_FIRST_SIZE)
        waiting = QEventLoop()
        self.painted.connect(waiting.quit, Qt.ConnectionType.QueuedConnection)
        QTimer.singleShot(_PAINT_MS, waiting.quit)
        self.show()
        waiting.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def furnish(self, session: Session, themes: ThemeSwitch) -> Workspace:
        """Put in what a session drives: pages, keys and messages."""
        from remixer.gui.workspace import Workspace

        self.workspace = Workspace(self, session, themes)
        return self.workspace

    def add_page(self, page: QWidget) -> None:
        """Take a page that can be shown instead of the first one."""
        self._stack.addWidget(page)

    def add_bar(self, bar: QWidget) -> None:
        """Take a bar that is shown under all pages."""
        self._column.addWidget(bar)

    def turn_to(self, page: QWidget) -> None:
        """Show a page."""
        if self._stack.currentWidget() is not page:
            self._stack.setCurrentWidget(page)
            self.setFocus()

    def geometry_text(self) -> str:
        """Return size and place as text, for `appear`."""
        return bytes(self.saveGeometry().toBase64().data()).decode("ascii")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self._show_dragging(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Forget what was not dropped."""
        self._show_dragging(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self._show_dragging(False)
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say that it is on the screen."""
        super().paintEvent(event)
        self.painted.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Take the keyboard."""
        super().showEvent(event)
        self.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep everything and end what runs."""
        if self.workspace is not None and not self.workspace.end():
            event.ignore()
        else:
            event.accept()

    def _show_dragging(self, dragging: bool) -> None:
        self.empty.set_dragging(dragging)
        if dragging and not self.empty.isVisible():
            self._veil.cover()
        else:
            self._veil.hide()
