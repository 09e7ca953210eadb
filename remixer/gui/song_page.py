"""The page of an open song: header, overview, coverage, strips and lanes, spectrogram, transport."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from remixer.gui.framing import frame_page
from remixer.gui.master_strip import MasterStrip
from remixer.gui.mixer_view import MixerView
from remixer.gui.pickers import Picker
from remixer.gui.queue_panel import QueuePanel
from remixer.gui.separation_bar import SeparationBar
from remixer.gui.song_header import SongHeader
from remixer.gui.spectrum_panel import SpectrumPanel
from remixer.gui.transport_bar import TransportBar
from remixer.gui.truth_panel import TruthPanel
from remixer.gui.viewport import Viewport
from remixer.gui.widgets.coverage import CoverageBar, CoverageLegend
from remixer.gui.widgets.overview import Overview

_ANY_HZ = 44_100


class SongPage(QWidget):
    """All widgets of the song in front; knows how they share the view of it.

    Signals:
        sought: a frame to go to.
        loop_drawn: first frame of a loop and the frame after its last.
    """

    sought = Signal(int)
    loop_drawn = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = Viewport()
        self.playhead = 0
        self.header = SongHeader(self)
        self.overview = Overview(parent=self)
        self.coverage = CoverageBar(self)
        self.legend = CoverageLegend(self)
        self.take = Picker("Which model's stems are heard first (T)", self)
        self.take.hide()
        self.separation = SeparationBar(self)
        self.mixer = MixerView(self)
        self.spectrum = SpectrumPanel(self)
        self.queue = QueuePanel(self)
        self.truth = TruthPanel(self)
        self.transport = TransportBar(self)
        self.master = MasterStrip(self.transport)
        self.transport.add_master(self.master)
        self._side = QStackedWidget(self)
        self._lay_out()
        self._listen()

    def clear(self) -> None:
        """Show no song: no waves, no stems, no loop, all levels and lights out."""
        self.mixer.clear()
        self.master.meter.reset()
        self.overview.set_peaks(None)
        self.set_spans((), (), ())
        self.set_loop(None)
        self.set_length(0, _ANY_HZ)
        self.set_playhead(0, False)
        self.transport.show_place(0, 0, _ANY_HZ)

    def set_length(self, frames: int, rate: int) -> None:
        """Set how long the song is."""
        self.mixer.set_length(frames, rate)
        self.overview.set_length(frames)
        self.coverage.set_length(frames)
        self.coverage.set_view(0, max(1, frames))
        self.spectrum.set_length(frames, rate)
        if frames != self.viewport.frames:
            self.set_viewport(self.viewport.resized(frames))

    def set_viewport(self, viewport: Viewport) -> None:
        """Show a part of the song everywhere."""
        self.viewport = viewport
        self.mixer.set_viewport(viewport)
        self.overview.set_view(viewport.start, viewport.end)
        self.spectrum.set_view(viewport.start, viewport.end)
        self.transport.zoom_out.setEnabled(viewport.span < viewport.frames)
        self.transport.fit.setEnabled(viewport.span < viewport.frames)

    def set_playhead(self, frame: int, follow: bool) -> None:
        """Move the line at what is heard; if it is followed, turn the view over with it."""
        if follow and frame != self.playhead:
            turned = self.viewport.following(frame)
            if turned != self.viewport:
                self.set_viewport(turned)
        self.playhead = frame
        self.mixer.set_playhead(frame)
        self.overview.set_playhead(frame)
        self.coverage.set_playhead(frame)
        self.spectrum.set_playhead(frame)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Show what is repeated."""
        self.mixer.set_loop(loop)
        self.overview.set_loop(loop)
        self.spectrum.set_loop(loop)

    def set_spans(
        self,
        spans: Sequence[tuple[int, int, str]],
        covered: Sequence[tuple[int, int]],
        names: Sequence[tuple[str, str]],
    ) -> None:
        """Show which model is heard where; `names` says what the spans' keys are called."""
        self.coverage.set_keys(names)
        self.legend.set_keys(names)
        self.coverage.set_spans(list(spans))
        self.mixer.set_covered(covered)
        self.spectrum.refresh()

    def show_side(self, which: QWidget | None) -> None:
        """Show the queue or the figures at the side, or neither."""
        self._side.setVisible(which is not None)
        if which is not None:
            self._side.setCurrentWidget(which)
        self.header.queue.setChecked(which is self.queue)
        self.header.truth.setChecked(which is self.truth)

    @property
    def side(self) -> QWidget | None:
        """What is shown at the side."""
        return self._side.currentWidget() if self._side.isVisibleTo(self) else None

    @Slot()
    def toggle_queue(self) -> None:
        """Show or hide the queue."""
        self.show_side(None if self.side is self.queue else self.queue)

    @Slot()
    def toggle_truth(self) -> None:
        """Show or hide the figures."""
        self.show_side(None if self.side is self.truth else self.truth)

    @Slot()
    def toggle_spectrum(self) -> None:
        """Show or hide the spectrogram."""
        self.spectrum.setVisible(not self.spectrum.isVisibleTo(self))
        self.transport.spectrogram.setChecked(self.spectrum.isVisibleTo(self))

    @Slot(float, int)
    def zoom(self, factor: float, at_frame: int) -> None:
        """Show the song closer or wider."""
        self.set_viewport(self.viewport.zoomed(factor, at_frame))

    @Slot(int)
    def scroll_by(self, by_frames: int) -> None:
        """Show an earlier or a later part."""
        self.set_viewport(self.viewport.scrolled(by_frames))

    @Slot(int, int)
    def look_at(self, start: int, end: int) -> None:
        """Show exactly these frames."""
        self.set_viewport(self.viewport.framed(start, end))

    @Slot()
    def fit(self) -> None:
        """Show the whole song."""
        self.set_viewport(Viewport.whole(self.viewport.frames))

    @Slot()
    def zoom_in(self) -> None:
        """Show the song closer, around the playhead if it is in view."""
        self.zoom(2.0, self._anchor())

    @Slot()
    def zoom_out(self) -> None:
        """Show the song wider."""
        self.zoom(0.5, self._anchor())

    def _anchor(self) -> int:
        view = self.viewport
        return self.playhead if view.start <= self.playhead < view.end else (view.start + view.end) // 2

    def _lay_out(self) -> None:
        heard = QHBoxLayout()
        heard.setContentsMargins(16, 2, 12, 4)
        heard.setSpacing(14)
        heard.addWidget(self.legend)
        heard.addWidget(self.take)
        heard.addStretch(1)
        heard.addWidget(self.separation)
        top = QFrame(self)
        top.setObjectName("panel")
        above = QVBoxLayout(top)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(0)
        above.addWidget(self.header)
        whole = QVBoxLayout()
        whole.setContentsMargins(16, 0, 16, 0)
        whole.setSpacing(2)
        whole.addWidget(self.overview)
        whole.addWidget(self.coverage)
        above.addLayout(whole)
        above.addLayout(heard)
        self._split = QSplitter(Qt.Orientation.Vertical, self)
        self._split.addWidget(self.mixer)
        self._split.addWidget(self.spectrum)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        self._split.setChildrenCollapsible(False)
        self.spectrum.hide()
        self._side.addWidget(self.queue)
        self._side.addWidget(self.truth)
        frame_page(self, top, self._split, self._side, self.transport)

    def _listen(self) -> None:
        for view in (self.mixer, self.overview, self.spectrum):
            view.sought.connect(self.sought)
            view.zoomed.connect(self.zoom)
            view.scrolled.connect(self.scroll_by)
        self.mixer.lanes_narrowed.connect(self.spectrum.set_right_margin)
        self.overview.view_moved.connect(self.look_at)
        self.coverage.sought.connect(self.sought)
        for view in (self.mixer, self.spectrum):
            view.loop_drawn.connect(self.loop_drawn)
        self.header.queue.clicked.connect(self.toggle_queue)
        self.header.truth.clicked.connect(self.toggle_truth)
        self.transport.spectrogram.clicked.connect(self.toggle_spectrum)
        self.transport.zoom_in.clicked.connect(self.zoom_in)
        self.transport.zoom_out.clicked.connect(self.zoom_out)
        self.transport.fit.clicked.connect(self.fit)
