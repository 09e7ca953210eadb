"""The first page: an invitation to drop a song."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from remixer.gui.parts import caption, push_button, shortened
from remixer.gui.widgets.dropzone import DropPicture

_DEMO = "Play the demo song"
_TITLE_PIXELS = 200


class EmptyPage(QWidget):
    """What is seen while no song is open.

    Signals:
        open_asked: the user wants to choose files.
        demo_asked: the user wants the demo song.
        live_asked: the user wants to hear live sound.
        continue_asked: the user wants back what was open the last time.
    """

    open_asked = Signal()
    demo_asked = Signal()
    live_asked = Signal()
    continue_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyPage")
        self.zone = self._make_zone()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(32, 28, 32, 32)
        self._row.setSpacing(24)
        self._row.addWidget(self.zone, 3)
        self.set_continue("")

    def set_dragging(self, dragging: bool) -> None:
        """Show that what hovers over the window can be dropped."""
        self.zone.setProperty("dragging", dragging)
        self._picture.set_dragging(dragging)
        self._headline.setText("Let go to open it" if dragging else "Drop a song here")
        self.zone.style().unpolish(self.zone)
        self.zone.style().polish(self.zone)

    def set_continue(self, title: str) -> None:
        """Offer what was open the last time; empty for nothing."""
        shown = shortened(title, self._continue, _TITLE_PIXELS).replace("&", "&&")
        self._continue.setText(f"Continue “{shown}”" if title else "")
        self._continue.setVisible(bool(title))

    def show_demo(self, making: bool) -> None:
        """Show whether the demo song is being made, which takes a while the first time."""
        self._demo.setEnabled(not making)
        self._demo.setText("Making the demo song…" if making else _DEMO)

    def add_side(self, side: QWidget) -> None:
        """Take what is shown beside the place to drop songs on."""
        self._row.addWidget(side, 1)

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
        self._demo = push_button(_DEMO, "Open a short song made by this program", zone)
        live = push_button("Live input", "Hear and record a microphone or a line (Ctrl+Shift+L)", zone)
        self._continue = push_button("", "Open what was open the last time, where it stood", zone)
        choose.clicked.connect(self.open_asked)
        self._demo.clicked.connect(self.demo_asked)
        live.clicked.connect(self.live_asked)
        self._continue.clicked.connect(self.continue_asked)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch()
        for button in (choose, self._demo, live, self._continue):
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
