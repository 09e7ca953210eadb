"""The stems under each other: a strip with fader, mute, solo, pan and meter, and its waveform beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from remixer.gui.channel import MIX, Channel
from remixer.gui.keys import put_in_tab_order
from remixer.gui.parts import caption
from remixer.gui.viewport import Viewport
from remixer.gui.widgets.lanes import WaveformLane
from remixer.gui.widgets.ruler import TimeRuler
from remixer.gui.widgets.strips import STRIP_WIDTH
from remixer.gui.widgets.timeview import TimeView
from remixer.mixing.controls import RESIDUAL, Controls
from remixer.mixing.levels import Level

Columns = Callable[[int, int, int], NDArray[np.float32]]
Spans = Sequence[tuple[int, int]]


class StemRow(Channel):
    """One stem's strip and lane."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.lane = WaveformLane(name, parent=parent)


class MixerView(QWidget):
    """All strips and lanes of a song, with the time above them.

    Signals:
        gain_changed, muted, soloed, panned: a stem's name and the new value.
        sought: a frame to go to.
        loop_drawn: first frame of a loop and the frame after its last.
        zoomed: how many times closer, and the frame that keeps its place.
        scrolled: by how many frames.
        lanes_narrowed: how many pixels a scroll bar takes at the lanes' right end.
    """

    gain_changed = Signal(str, float)
    muted = Signal(str, bool)
    soloed = Signal(str, bool)
    panned = Signal(str, float)
    sought = Signal(int)
    loop_drawn = Signal(int, int)
    zoomed = Signal(float, int)
    scrolled = Signal(int)
    lanes_narrowed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, StemRow] = {}
        self._controls: Controls | None = None
        self.ruler = TimeRuler(self)
        self._rack = QWidget(self)
        self._rack.setObjectName("plain")
        self._grid = QGridLayout(self._rack)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._grid.setColumnMinimumWidth(0, STRIP_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self.mix_lane = WaveformLane(MIX, parent=self._rack)
        self.mix_lane.setMinimumHeight(44)
        self._mix_strip = QFrame(self._rack)
        self._make_mix()
        self._lay_out()
        self._place_mix(0)
        self._listen(self.ruler)
        self._listen(self.mix_lane)

    @property
    def views(self) -> tuple[TimeView, ...]:
        """Everything that shows the song's time."""
        return (self.ruler, *(row.lane for row in self.rows.values()), self.mix_lane)

    def set_stems(self, names: Sequence[str]) -> None:
        """Make a row for each stem; nothing happens if they are there already."""
        if tuple(names) == tuple(self.rows):
            return
        for row in self.rows.values():
            row.lane.deleteLater()
            row.strip.deleteLater()
            row.deleteLater()
        self.rows = {}
        self._controls = None
        for number, name in enumerate(names):
            row = StemRow(name, self._rack)
            self.rows[name] = row
            self._grid.addWidget(row.strip, number, 0)
            self._grid.addWidget(row.lane, number, 1)
            self._grid.setRowStretch(number, 2 if name == RESIDUAL else 3)
            row.gain_changed.connect(self.gain_changed)
            row.muted.connect(self.muted)
            row.soloed.connect(self.soloed)
            row.panned.connect(self.panned)
            self._listen(row.lane)
            row.lane.set_length(self.ruler.frames)
            row.lane.set_view(self.ruler.start, self.ruler.end)
        self._place_mix(len(names))
        put_in_tab_order(self, (control for row in self.rows.values() for control in row.strip.controls))

    def clear(self) -> None:
        """Show no waves, all meters and their clip lights out."""
        self.set_peaks(None, {})
        for row in self.rows.values():
            row.strip.meter.reset()

    def set_peaks(self, mixture: Columns | None, stems: Mapping[str, Columns]) -> None:
        """Show these waveforms."""
        self.mix_lane.set_peaks(mixture)
        for name, row in self.rows.items():
            row.lane.set_peaks(stems.get(name))

    def set_length(self, frames: int, rate: int) -> None:
        """Set how long the song is."""
        self.ruler.set_rate(rate)
        for view in self.views:
            view.set_length(frames)

    def set_viewport(self, viewport: Viewport) -> None:
        """Show a part of the song."""
        for view in self.views:
            view.set_view(viewport.start, viewport.end)

    def set_playhead(self, frame: int) -> None:
        """Move the line at what is heard."""
        for view in self.views:
            view.set_playhead(frame)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Show what is repeated."""
        for view in self.views:
            view.set_loop(loop)

    def set_covered(self, spans: Spans) -> None:
        """Say where there are stems."""
        for name, row in self.rows.items():
            row.lane.set_covered(spans)
            if name != RESIDUAL:
                row.lane.forget()

    def set_controls(self, controls: Controls) -> None:
        """Show the faders as they stand."""
        if controls is self._controls:
            return
        self._controls = controls
        soloed = any(controls.stem(name).solo for name in self.rows)
        for name, row in self.rows.items():
            control = controls.stem(name)
            row.strip.set_control(control)
            row.lane.set_muted(control.mute or (soloed and not control.solo))

    def focus_stem(self, name: str) -> None:
        """Take the keyboard to a stem's fader."""
        if name in self.rows:
            self.rows[name].strip.fader.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_levels(self, levels: Mapping[str, Level]) -> None:
        """Show how loud the stems are."""
        for name, row in self.rows.items():
            row.strip.set_level(levels.get(name, Level()))

    @Slot(int)
    def set_hover(self, frame: int) -> None:
        """Show the place under the mouse in all lanes."""
        for view in self.views:
            view.set_hover(frame)

    @Slot(int, int)
    def set_draft(self, start: int, end: int) -> None:
        """Show in all lanes the loop that is being drawn in one."""
        for view in self.views:
            view.set_draft(start, end)

    def _listen(self, view: TimeView) -> None:
        view.sought.connect(self.sought)
        view.loop_drawn.connect(self.loop_drawn)
        view.loop_dragged.connect(self.set_draft)
        view.zoomed.connect(self.zoomed)
        view.scrolled.connect(self.scrolled)
        view.hovered.connect(self.set_hover)

    def _make_mix(self) -> None:
        self._mix_strip.setObjectName("mixStrip")
        column = QVBoxLayout(self._mix_strip)
        column.setContentsMargins(16, 2, 12, 2)
        column.setSpacing(0)
        column.addStretch()
        column.addWidget(caption("Mix", self._mix_strip, "stemName"))
        column.addWidget(caption("the song as it is", self._mix_strip))
        column.addStretch()

    def _lay_out(self) -> None:
        corner = QFrame(self)
        corner.setObjectName("panel")
        corner.setFixedWidth(STRIP_WIDTH)
        self._top = QHBoxLayout()
        self._top.setSpacing(0)
        self._top.addWidget(corner)
        self._top.addWidget(self.ruler, 1)
        scroll = QScrollArea(self)
        scroll.setObjectName("plain")
        scroll.setWidget(self._rack)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.verticalScrollBar().rangeChanged.connect(self._fit_bar)
        self._scroll = scroll
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._top)
        column.addWidget(scroll, 1)

    @Slot(int, int)
    def _fit_bar(self, least: int, most: int) -> None:
        """Keep what shows the time aligned with the lanes beside a scroll bar."""
        width = self._scroll.verticalScrollBar().sizeHint().width() if most > least else 0
        self._top.setContentsMargins(0, 0, width, 0)
        self.lanes_narrowed.emit(width)

    def _place_mix(self, number: int) -> None:
        self._grid.removeWidget(self._mix_strip)
        self._grid.removeWidget(self.mix_lane)
        for row in range(number, self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        self._grid.addWidget(self._mix_strip, number, 0)
        self._grid.addWidget(self.mix_lane, number, 1)
        self._grid.setRowStretch(number, 2)
