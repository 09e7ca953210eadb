"""The spectrogram under the lanes; made when it is first shown, as its library takes time to load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from remixer.gui.channel import MIX, spoken
from remixer.gui.keys import IN_LISTS, keep_keys
from remixer.gui.parts import caption, describe
from remixer.gui.widgets.strips import STRIP_WIDTH
from remixer.mixing.controls import RESIDUAL
from remixer.session.waveforms import Audio, read_part

if TYPE_CHECKING:
    from remixer.gui.widgets.spectrogram import SpectrogramView
    from remixer.song.song import Song

_AXIS_PIXELS = 46


class SpectrumPanel(QFrame):
    """Shows the spectrogram of the mixture or of one stem.

    Signals:
        sought: a frame to go to.
        loop_drawn: first frame of a loop and the frame after its last.
        zoomed: how many times closer, and the frame that keeps its place.
        scrolled: by how many frames.
    """

    sought = Signal(int)
    loop_drawn = Signal(int, int)
    zoomed = Signal(float, int)
    scrolled = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spectrumPanel")
        self.view: SpectrogramView | None = None
        self._song: Song | None = None
        self._takes: tuple[str, ...] = ()
        self._length = (0, 44_100)
        self._span = (0, 1)
        self.part = QComboBox(self)
        self.part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        describe(self.part, "What the spectrogram shows: the mix or one stem")
        keep_keys(self.part, IN_LISTS)
        self.part.currentIndexChanged.connect(self._choose)
        side = QWidget(self)
        side.setFixedWidth(STRIP_WIDTH - _AXIS_PIXELS)
        column = QVBoxLayout(side)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(caption("Spectrogram", side, "heading"))
        column.addWidget(self.part)
        column.addStretch()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(side)
        self.setMinimumHeight(120)

    def set_source(self, song: Song, take_ids: tuple[str, ...], stems: Sequence[str]) -> None:
        """Take the sound of another song, or of other stems of it."""
        self._song, self._takes = song, take_ids
        names = [MIX, *stems, RESIDUAL]
        if [self.part.itemData(row) for row in range(self.part.count())] != names:
            self.part.blockSignals(True)
            self.part.clear()
            for name in names:
                self.part.addItem(spoken(name), name)
            self.part.blockSignals(False)
        self._feed()

    def set_length(self, frames: int, rate: int) -> None:
        """Set how long the song is."""
        if (frames, rate) != self._length:
            self._length = (frames, rate)
            self._feed()

    @Slot(int)
    def set_right_margin(self, pixels: int) -> None:
        """Leave as much room at the right as the lanes do."""
        self._row.setContentsMargins(0, 0, pixels, 0)

    def set_view(self, start: int, end: int) -> None:
        """Show a part of the song."""
        self._span = (start, end)
        if self.view is not None:
            self.view.set_view(start, end)

    def set_playhead(self, frame: int) -> None:
        """Move the line at what is heard."""
        if self.view is not None:
            self.view.set_playhead(frame)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Show what is repeated."""
        if self.view is not None:
            self.view.set_loop(loop)

    @Slot()
    def refresh(self) -> None:
        """Show more of the same: stems have come, or more of the song is decoded."""
        mix_is_whole = self.part.currentData() == MIX and self._song is not None and self._song.complete
        if self.view is not None and not mix_is_whole:
            self.view.refresh()

    @Slot(int)
    def _choose(self, _: int) -> None:
        self._feed()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the view when it is first wanted."""
        super().showEvent(event)
        if self.view is None:
            from remixer.gui.widgets.spectrogram import SpectrogramView

            self.view = SpectrogramView(self, _AXIS_PIXELS)
            self._row.addWidget(self.view, 1)
            self.view.sought.connect(self.sought)
            self.view.loop_drawn.connect(self.loop_drawn)
            self.view.zoomed.connect(self.zoomed)
            self.view.scrolled.connect(self.scrolled)
            self.view.set_view(*self._span)
        self._feed()

    def _feed(self) -> None:
        if self.view is None or not self.isVisible():
            return
        frames, rate = self._length
        self.view.set_length(frames)
        self.view.set_audio(self._read, frames, rate)

    def _read(self, start: int, end: int) -> Audio:
        part = str(self.part.currentData() or MIX)
        if self._song is None:
            return read_nothing(end - start)
        found = read_part(self._song, self._takes, "mix" if part == MIX else part, start, end)
        missing = end - start - len(found)
        return found if missing <= 0 else np.concatenate([found, read_nothing(missing)])


def read_nothing(frames: int) -> Audio:
    """Return silence."""
    return np.zeros((max(0, frames), 2), np.float32)
