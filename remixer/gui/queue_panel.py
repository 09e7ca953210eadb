"""The queue at the side: what is open, what waits, what failed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from remixer.gui.keys import IN_LISTS, keep_keys
from remixer.gui.parts import caption, quiet_button
from remixer.gui.two_lines import ABOUT, TwoLines
from remixer.gui.widgets.icons import icon
from remixer.gui.words import clock, percent
from remixer.session.entries import Entry

_ICONS = {"failed": "warning", "ready": "note", "waiting": "note", "opening": "note", "decoding": "note"}


def entry_words(entry: Entry) -> str:
    """Return how an entry stands, in a few words."""
    if entry.state == "failed":
        return entry.error or "Could not be opened"
    if entry.state in ("waiting", "opening"):
        return "Waiting" if entry.state == "waiting" else "Opening…"
    length = clock(entry.seconds)
    if entry.state == "decoding":
        return f"{length} · decoding…"
    return f"{length} · separated {percent(entry.separated)}" if entry.separated > 0 else length


class QueuePanel(QFrame):
    """The songs asked for.

    Signals:
        selected: the place of the song to bring to the front.
        removed: the place of the song to take off the queue.
        add_asked: the user wants to add songs.
    """

    selected = Signal(int)
    removed = Signal(int)
    add_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self._entries: tuple[Entry, ...] = ()
        self._current = -1
        add = quiet_button("Add…", "Add songs to the queue (Ctrl+O)", self)
        remove = quiet_button("Remove", "Take the marked song off the queue (Delete)", self)
        self.list = QListWidget(self)
        self.list.setObjectName("queueList")
        self.list.setAccessibleName("Queue")
        self.list.setToolTip("Enter opens a song, Delete takes it off the queue")
        self.list.setIconSize(QSize(18, 18))
        self.list.setItemDelegate(TwoLines(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        keep_keys(self.list, IN_LISTS)
        head = QHBoxLayout()
        head.addWidget(caption("Queue", self, "heading"), 1)
        head.addWidget(add)
        head.addWidget(remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.addLayout(head)
        column.addWidget(self.list)
        add.clicked.connect(self.add_asked)
        remove.clicked.connect(self._remove)
        self.list.itemActivated.connect(self._select)
        self.list.itemDoubleClicked.connect(self._select)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._remove)

    def show_entries(self, entries: Sequence[Entry], current: int) -> None:
        """Show the queue, the song in front marked."""
        if tuple(entries) == self._entries and current == self._current:
            return
        marked = self.list.currentRow()
        if len(entries) != len(self._entries):
            self.list.clear()
            for _ in entries:
                QListWidgetItem(self.list)
            self.list.setCurrentRow(min(max(marked, 0), len(entries) - 1))
        for row, entry in enumerate(entries):
            self._show_entry(self.list.item(row), entry, row == current)
        self._entries, self._current = tuple(entries), current

    def _show_entry(self, item: QListWidgetItem, entry: Entry, in_front: bool) -> None:
        words = entry_words(entry)
        item.setText(entry.title)
        item.setData(ABOUT, words)
        item.setIcon(icon("play" if in_front else _ICONS[entry.state]))
        path = str(entry.path).encode("utf-8", "replace").decode("utf-8")
        item.setToolTip(f"{path}\n{words}" if entry.state == "failed" else path)
        font = item.font()
        font.setBold(in_front)
        item.setFont(font)
        spoken = f"{entry.title}, {words}{', open now' if in_front else ''}"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)

    @Slot(QListWidgetItem)
    def _select(self, item: QListWidgetItem) -> None:
        self.selected.emit(self.list.row(item))

    @Slot()
    def _remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self.removed.emit(row)
