"""The song's cover, title and format, and the pickers beside them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from remixer.gui.parts import ElidedLabel, push_button
from remixer.gui.pickers import Picker
from remixer.gui.tool_button import tool_button
from remixer.gui.widgets.icons import icon
from remixer.gui.words import clock
from remixer.session.snapshot import SongView

_COVER = 52


class SongHeader(QFrame):
    """What is open, and with what it is taken apart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("songHeader")
        self._shown: tuple[object, ...] = ()
        self._cover = QLabel(self)
        self._cover.setObjectName("cover")
        self._cover.setFixedSize(_COVER, _COVER)
        self._cover.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = ElidedLabel(self, "title")
        self._about = ElidedLabel(self, "dim")
        self.model = Picker("The model that separates the song", self)
        self.device = Picker("Where the model runs", self)
        self.device.setMinimumContentsLength(9)
        self.model.setMinimumContentsLength(17)
        self.open = tool_button("open", "Open songs (Ctrl+O)", self)
        self.live = tool_button("mic", "Live input: a microphone or a line (Ctrl+Shift+L)", self)
        self.queue = tool_button("queue", "Show or hide the queue (Ctrl+L)", self, checkable=True)
        self.truth = tool_button("gauge", "Show or hide latencies and timings (Ctrl+I)", self, checkable=True)
        self.settings = tool_button("settings", "Settings (Ctrl+,)", self)
        self.export = push_button("Export…", "Write stems or the mix to files (Ctrl+E)", self, primary=True)
        self._lay_out()

    def show_song(self, song: SongView | None, title: str, error: str = "") -> None:
        """Show what is open; while it is being opened, or could not be, only its title is known."""
        shown = (
            (title, error)
            if song is None
            else (song.title, song.artist, song.note, song.format, song.frames, song.cover)
        )
        if shown == self._shown:
            return
        self._shown = shown
        self._title.set_whole(song.title if song else title)
        if song is None:
            self._about.set_whole(error or "Opening…")
            self._show_cover(None)
            return
        length = clock(song.frames / song.rate) if song.rate else ""
        facts = [song.artist, song.format, length, song.note]
        self._about.set_whole(" · ".join(fact for fact in facts if fact))
        self._show_cover(song.cover)

    def _show_cover(self, data: bytes | None) -> None:
        picture = QPixmap()
        if data is None or not picture.loadFromData(data):
            self._cover.setPixmap(icon("note").pixmap(QSize(28, 28)))
            self._cover.setAccessibleName("No cover")
            return
        ratio = self.devicePixelRatioF()
        side = round(_COVER * ratio)
        fitted = picture.scaled(
            side,
            side,
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )
        rounded = QPixmap(side, side)
        rounded.fill(Qt.GlobalColor.transparent)
        path = QPainterPath()
        path.addRoundedRect(QRectF(0, 0, side, side), 6 * ratio, 6 * ratio)
        painter = QPainter(rounded)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(path)
        painter.drawPixmap((side - fitted.width()) // 2, (side - fitted.height()) // 2, fitted)
        painter.end()
        rounded.setDevicePixelRatio(ratio)
        self._cover.setPixmap(rounded)
        self._cover.setAccessibleName("Cover")

    def changeEvent(self, event: QEvent) -> None:
        """Paint the cover anew in new colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self._shown = ()
        super().changeEvent(event)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._about)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(8)
        row.addWidget(self._cover)
        row.addSpacing(4)
        row.addLayout(words, 1)
        for widget in (
            self.model,
            self.device,
            self.open,
            self.live,
            self.queue,
            self.truth,
            self.settings,
            self.export,
        ):
            row.addWidget(widget)
