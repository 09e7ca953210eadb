"""The songs opened last, beside the place to drop new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from remixer.gui.keys import IN_LISTS, keep_keys
from remixer.gui.parts import caption
from remixer.gui.two_lines import ABOUT, TwoLines
from remixer.gui.widgets.icons import icon

_SHOWN = 8


@dataclass(frozen=True)
class RecentSong:
    """A song opened before: its id, its title and a line about it."""

    song_id: str
    title: str
    about: str


class RecentSongs(QWidget):
    """A list of songs opened before; hidden while there is none.

    Signals:
        chosen: the id of a song.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._songs: tuple[RecentSong, ...] = ()
        self.list = QListWidget(self)
        self.list.setObjectName("recentList")
        self.list.setAccessibleName("Recent songs")
        self.list.setToolTip("Songs opened before; Enter opens one where it stood")
        self.list.setIconSize(QSize(22, 22))
        self.list.setItemDelegate(TwoLines(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        keep_keys(self.list, IN_LISTS)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(caption("Recent songs", self, "heading"))
        column.addWidget(self.list)
        self.setMinimumWidth(220)
        self.setMaximumWidth(380)
        self.hide()

    def set_songs(self, songs: Sequence[RecentSong]) -> None:
        """Show these songs, the first few of them."""
        self._songs = tuple(songs[:_SHOWN])
        self.list.clear()
        for song in self._songs:
            item = QListWidgetItem(icon("note"), song.title, self.list)
            item.setData(ABOUT, song.about)
            item.setToolTip(song.title)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{song.title}, {song.about}")
        self.setVisible(bool(self._songs))

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        if 0 <= row < len(self._songs):
            self.chosen.emit(self._songs[row].song_id)
