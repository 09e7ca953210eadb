"""The first page: an invitation to drop a song, and the songs opened last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from remixer.gui.keys import IN_LISTS, keep_keys
from remixer.gui.parts import caption, push_button
from remixer.gui.two_lines import ABOUT, TwoLines
from remixer.gui.widgets.dropzone import DropPicture
from remixer.gui.widgets.icons import icon

_RECENT_SHOWN = 8


@dataclass(frozen=True)
class RecentSong:
    """A song opened before: its id, its title and a line about it."""

    song_id: str
    title: str
    about: str


class EmptyPage(QWidget):
    """What is seen while no song is open.

    Signals:
        open_asked: the user wants to choose files.
        demo_asked: the user wants the demo song.
        live_asked: the user wants to hear live sound.
        continue_asked: the user wants back what was open the last time.
        recent_chosen: the id of a song opened before.
    """

    open_asked = Signal()
    demo_asked = Signal()
    live_asked = Signal()
    continue_asked = Signal()
    recent_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyPage")
        self._recent: tuple[RecentSong, ...] = ()
        self.zone = self._make_zone()
        self.side = self._make_side()
        outer = QHBoxLayout(self)
        outer.setContentsMargins(32, 28, 32, 32)
        outer.setSpacing(24)
        outer.addWidget(self.zone, 3)
        outer.addWidget(self.side, 1)
        self.set_recent(())

    def set_dragging(self, dragging: bool) -> None:
        """Show that what hovers over the window can be dropped."""
        self.zone.setProperty("dragging", dragging)
        self._picture.set_dragging(dragging)
        self._headline.setText("Let go to open it" if dragging else "Drop a song here")
        self.zone.style().unpolish(self.zone)
        self.zone.style().polish(self.zone)

    def set_recent(self, songs: Sequence[RecentSong]) -> None:
        """Show the songs opened last."""
        self._recent = tuple(songs[:_RECENT_SHOWN])
        self._list.clear()
        for song in self._recent:
            item = QListWidgetItem(icon("note"), song.title, self._list)
            item.setData(ABOUT, song.about)
            item.setToolTip(song.title)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{song.title}, {song.about}")
        self._show_side()

    def set_continue(self, title: str) -> None:
        """Offer what was open the last time; empty for nothing."""
        self._continue.setText(f"Continue “{title}”" if title else "")
        self._continue.setVisible(bool(title))
        self._show_side()

    def _show_side(self) -> None:
        self._list.setVisible(bool(self._recent))
        self._heading.setVisible(bool(self._recent))
        self.side.setVisible(bool(self._recent))

    def _make_zone(self) -> QFrame:
        zone = QFrame(self)
        zone.setObjectName("dropZone")
        self._picture = DropPicture(zone)
        self._headline = caption("Drop a song here", zone, "headline")
        story = caption(
            "It plays at once. Vocals, drums, bass and the rest get a fader each, "
            "and what you hear is what you export.",
            zone,
            "subtitle",
        )
        story.setWordWrap(True)
        story.setFixedWidth(460)
        story.setMinimumHeight(2 * story.fontMetrics().lineSpacing() + 16)
        for label in (self._headline, story):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        choose = push_button("Open…", "Choose songs or videos to open (Ctrl+O)", zone, primary=True)
        demo = push_button("Play the demo song", "Open a short song made by this program", zone)
        live = push_button("Live input", "Hear and record a microphone or a line (Ctrl+Shift+L)", zone)
        self._continue = push_button("", "Open what was open the last time, where it stood", zone)
        choose.clicked.connect(self.open_asked)
        demo.clicked.connect(self.demo_asked)
        live.clicked.connect(self.live_asked)
        self._continue.clicked.connect(self.continue_asked)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch()
        for button in (choose, demo, live, self._continue):
            buttons.addWidget(button)
        buttons.addStretch()
        hint = caption(
            "wav · flac · mp3 · m4a · ogg · opus · wma · the sound of videos · whole folders", zone
        )
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(zone)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(14)
        column.addStretch(3)
        column.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._headline)
        column.addWidget(story, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        column.addLayout(buttons)
        column.addSpacing(6)
        column.addWidget(hint)
        column.addStretch(4)
        return zone

    def _make_side(self) -> QWidget:
        side = QWidget(self)
        self._heading = caption("Recent songs", side, "heading")
        self._list = QListWidget(side)
        self._list.setObjectName("recentList")
        self._list.setAccessibleName("Recent songs")
        self._list.setToolTip("Songs opened before; Enter opens one where it stood")
        self._list.setIconSize(QSize(22, 22))
        self._list.setItemDelegate(TwoLines(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        keep_keys(self._list, IN_LISTS)
        self._list.itemActivated.connect(self._choose)
        self._list.itemClicked.connect(self._choose)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._heading)
        column.addWidget(self._list)
        side.setMinimumWidth(220)
        side.setMaximumWidth(380)
        return side

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem) -> None:
        row = self._list.row(item)
        if 0 <= row < len(self._recent):
            self.recent_chosen.emit(self._recent[row].song_id)
