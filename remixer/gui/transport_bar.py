"""Play, place, loop, zoom, compare and the master: the bar at the foot of the window."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from remixer.gui.parts import ElidedLabel, describe
from remixer.gui.tool_button import tool_button
from remixer.gui.widgets.icons import icon
from remixer.gui.widgets.readout import TimeReadout
from remixer.gui.widgets.theme import Theme
from remixer.gui.words import clock


class TransportBar(QFrame):
    """The controls of the transport; the window says what they show and do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transportBar")
        self._playing: bool | None = None
        self._loop: tuple[int, int] | None = None
        self.back = tool_button("to-start", "To the beginning, or the loop's (Home)", self, size=20)
        self.play = tool_button("play", "Play (Space)", self, size=30)
        self.play.setProperty("accent", True)
        self.play.setFixedSize(58, 44)
        self.loop_in = tool_button("loop-in", "Loop starts at the playhead (I)", self)
        self.loop = tool_button("loop", "Loop on, off (L)", self, checkable=True, size=20)
        self.loop_out = tool_button("loop-out", "Loop ends at the playhead (O)", self)
        self.time = TimeReadout(self)
        self.loop_words = ElidedLabel(self, "loopWords")
        self.undo = tool_button("undo", "Undo the last change of the faders (Ctrl+Z)", self)
        self.bypass = tool_button("compare", "Compare with the song as it is (B)", self, checkable=True)
        self.zoom_out = tool_button("zoom-out", "Wider (−)", self)
        self.fit = tool_button("zoom-fit", "Whole song (F)", self)
        self.zoom_in = tool_button("zoom-in", "Closer (+)", self)
        self.follow = tool_button("follow", "The view follows the playhead", self, checkable=True)
        self.spectrogram = tool_button("spectrum", "Show or hide the spectrogram (G)", self, checkable=True)
        self.row = QHBoxLayout(self)
        self._lay_out()

    def show_playing(self, playing: bool) -> None:
        """Show whether the song sounds."""
        if playing != self._playing:
            self._playing = playing
            color = QColor(Theme.of(self).on_accent)
            self.play.setIcon(icon("pause" if playing else "play", color))
            self.play.setIconSize(QSize(26, 26))
            describe(self.play, "Pause (Space)" if playing else "Play (Space)")

    def show_place(self, position_frames: int, frames: int, rate: int) -> None:
        """Show where the playhead is."""
        self.time.set_position(position_frames, frames, rate)

    def show_loop(self, loop: tuple[int, int] | None, rate: int) -> None:
        """Show what is repeated."""
        self.loop.setChecked(loop is not None)  # a press may have lit it though there is no loop
        if loop == self._loop:
            return
        self._loop = loop
        text = f"{clock(loop[0] / rate, 0.1)} – {clock(loop[1] / rate, 0.1)}" if loop else ""
        self.loop_words.set_whole(text)

    def add_master(self, widget: QWidget) -> None:
        """Put the master strip at the right end."""
        self.row.addWidget(widget)

    def _lay_out(self) -> None:
        row = self.row
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(6)
        for widget in (self.back, self.play, self.loop_in, self.loop, self.loop_out):
            row.addWidget(widget)
        row.addSpacing(14)
        row.addWidget(self.time)
        row.addSpacing(8)
        row.addWidget(self.loop_words, 1)
        for widget in (self.undo, self.bypass):
            row.addWidget(widget)
        row.addSpacing(10)
        for widget in (self.zoom_out, self.fit, self.zoom_in, self.follow, self.spectrogram):
            row.addWidget(widget)
        row.addSpacing(14)
