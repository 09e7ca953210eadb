"""What lanes, ruler, overview and coverage bar share: places, mouse, wheel."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PySide6")
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from remixer.gui.widgets.coverage import CoverageBar, CoverageLegend
from remixer.gui.widgets.lanes import WaveformLane, gaps
from remixer.gui.widgets.overview import Overview
from remixer.gui.widgets.readout import TimeReadout
from remixer.gui.widgets.ruler import TimeRuler, step_seconds
from remixer.gui.widgets.timeview import TimeView

pytestmark = pytest.mark.gui

FRAMES = 100_000
LEFT = Qt.MouseButton.LeftButton


def sine(start: int, end: int, columns: int) -> NDArray[np.float32]:
    high = np.abs(np.sin(np.linspace(start, end, columns) / 900)).astype(np.float32)
    return np.stack([-high, high], axis=1)


def shown(qtbot: QtBot, view: TimeView) -> TimeView:
    qtbot.addWidget(view)
    view.set_length(FRAMES)
    view.set_view(0, FRAMES)
    view.resize(1000, 60)
    view.show()
    return view


@pytest.fixture
def lane(qtbot: QtBot) -> WaveformLane:
    view = WaveformLane("vocals")
    shown(qtbot, view)
    view.set_peaks(sine)
    return view


def wheel(view: TimeView, turns: int, x: int, keys: Qt.KeyboardModifier) -> None:
    at = QPointF(x, 20)
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 120 * turns), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def grabbed(view: TimeView) -> QImage:
    return view.grab().toImage()


def test_a_click_seeks(qtbot: QtBot, lane: WaveformLane) -> None:
    with qtbot.waitSignal(lane.sought) as seen:
        qtbot.mouseClick(lane, LEFT, pos=QPoint(250, 20))
    assert seen.args == [25_000]


def test_a_drag_draws_a_loop_either_way_and_does_not_seek(qtbot: QtBot, lane: WaveformLane) -> None:
    sought: list[int] = []
    lane.sought.connect(sought.append)
    qtbot.mousePress(lane, LEFT, pos=QPoint(600, 20))
    qtbot.mouseMove(lane, QPoint(200, 20))
    with qtbot.waitSignal(lane.loop_drawn) as seen:
        qtbot.mouseRelease(lane, LEFT, pos=QPoint(200, 20))
    assert seen.args == [20_000, 60_000]
    assert sought == []


def test_an_end_of_the_loop_is_dragged(qtbot: QtBot, lane: WaveformLane) -> None:
    lane.set_loop((20_000, 60_000))
    qtbot.mousePress(lane, LEFT, pos=QPoint(602, 20))
    qtbot.mouseMove(lane, QPoint(700, 20))
    with qtbot.waitSignal(lane.loop_drawn) as seen:
        qtbot.mouseRelease(lane, LEFT, pos=QPoint(700, 20))
    assert seen.args == [20_000, 70_000]


def test_in_the_ruler_too_and_nothing_is_sought(qtbot: QtBot) -> None:
    ruler = shown(qtbot, TimeRuler())
    sought: list[int] = []
    ruler.sought.connect(sought.append)
    ruler.set_loop((20_000, 60_000))
    qtbot.mousePress(ruler, LEFT, pos=QPoint(200, 10))
    qtbot.mouseMove(ruler, QPoint(100, 10))
    with qtbot.waitSignal(ruler.loop_drawn) as seen:
        qtbot.mouseRelease(ruler, LEFT, pos=QPoint(100, 10))
    assert seen.args == [10_000, 60_000]
    assert sought == []


def test_a_loop_being_drawn_is_told_and_not_disturbed(qtbot: QtBot, lane: WaveformLane) -> None:
    drafts: list[tuple[int, int]] = []
    lane.loop_dragged.connect(lambda start, end: drafts.append((start, end)))
    qtbot.mousePress(lane, LEFT, pos=QPoint(200, 20))
    qtbot.mouseMove(lane, QPoint(300, 20))
    lane.set_loop(None)
    assert lane.draft == (20_000, 30_000)
    qtbot.mouseRelease(lane, LEFT, pos=QPoint(300, 20))
    assert drafts == [(20_000, 30_000), (-1, -1)]
    assert lane.draft is None
    assert lane.loop == (20_000, 30_000)


def test_a_loop_stays_within_the_song(qtbot: QtBot, lane: WaveformLane) -> None:
    lane.set_view(50_000, 150_000)
    qtbot.mousePress(lane, LEFT, pos=QPoint(100, 20))
    qtbot.mouseMove(lane, QPoint(900, 20))
    with qtbot.waitSignal(lane.loop_drawn) as seen:
        qtbot.mouseRelease(lane, LEFT, pos=QPoint(900, 20))
    assert seen.args == [60_000, FRAMES]


def test_what_is_told_again_is_not_painted_again(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    ruler = TimeRuler()
    shown(qtbot, ruler)
    ruler.set_rate(48_000)
    ruler.grab()
    painted: list[object] = []
    monkeypatch.setattr(ruler, "paint_ground", lambda *_: painted.append(1))
    ruler.set_rate(48_000)
    ruler.set_length(FRAMES)
    ruler.set_view(0, FRAMES)
    ruler.set_loop(None)
    ruler.grab()
    assert painted == []


def test_dragging_the_ruler_scrubs(qtbot: QtBot) -> None:
    ruler = shown(qtbot, TimeRuler())
    sought: list[int] = []
    ruler.sought.connect(sought.append)
    qtbot.mousePress(ruler, LEFT, pos=QPoint(100, 10))
    qtbot.mouseMove(ruler, QPoint(200, 10))
    qtbot.mouseRelease(ruler, LEFT, pos=QPoint(200, 10))
    assert sought == [10_000, 20_000]


def test_the_wheel_zooms_at_the_cursor_and_shift_scrolls(qtbot: QtBot, lane: WaveformLane) -> None:
    with qtbot.waitSignal(lane.zoomed) as zoomed:
        wheel(lane, 1, 300, Qt.KeyboardModifier.NoModifier)
    assert zoomed.args == [1.25, 30_000]
    with qtbot.waitSignal(lane.scrolled) as scrolled:
        wheel(lane, -1, 300, Qt.KeyboardModifier.ShiftModifier)
    assert scrolled.args == [8_000]


def test_the_middle_button_drags_the_view(lane: WaveformLane) -> None:
    moved: list[int] = []
    lane.scrolled.connect(moved.append)
    middle, none, keys = Qt.MouseButton.MiddleButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    for kind, x, button, held in (
        (QEvent.Type.MouseButtonPress, 500, middle, middle),
        (QEvent.Type.MouseMove, 400, none, middle),
        (QEvent.Type.MouseButtonRelease, 400, middle, none),
    ):
        at = QPointF(x, 20)
        QApplication.sendEvent(lane, QMouseEvent(kind, at, lane.mapToGlobal(at), button, held, keys))
    assert moved == [10_000]


def test_the_waveform_is_drawn_in_its_colour_and_grey_when_muted(lane: WaveformLane) -> None:
    def colourful() -> int:
        image = grabbed(lane).scaled(100, 6)
        return max(image.pixelColor(x, 3).saturation() for x in range(100))

    loud = colourful()
    lane.set_muted(True)
    assert loud > 120
    assert colourful() < 80


def test_the_peaks_are_asked_for_once_while_only_the_playhead_moves(lane: WaveformLane) -> None:
    asked: list[int] = []

    def counting(start: int, end: int, columns: int) -> NDArray[np.float32]:
        asked.append(columns)
        return sine(start, end, columns)

    lane.set_peaks(counting)
    for frame in range(0, 5000, 1000):
        lane.set_playhead(frame)
        lane.grab()
    assert len(asked) == 1
    lane.forget()
    lane.grab()
    assert len(asked) == 2


def test_what_has_no_stem_yet_is_hatched(lane: WaveformLane) -> None:
    lane.set_peaks(None)
    plain = grabbed(lane)
    lane.set_covered([(0, 50_000)])
    hatched = grabbed(lane)
    assert plain.copy(0, 0, 480, 60) == hatched.copy(0, 0, 480, 60)
    assert plain.copy(520, 0, 480, 60) != hatched.copy(520, 0, 480, 60)


def test_gaps_are_what_the_spans_leave() -> None:
    assert gaps([(10, 20), (15, 40), (60, 80)], 100) == [(0, 10), (40, 60), (80, 100)]
    assert gaps([(0, 100)], 100) == []


def test_the_window_in_the_overview_is_dragged_and_resized(qtbot: QtBot) -> None:
    overview = shown(qtbot, Overview())
    overview.set_view(20_000, 40_000)
    views: list[tuple[int, int]] = []
    overview.view_moved.connect(lambda start, end: views.append((start, end)))
    for press, move in ((300, 400), (200, 150), (400, 2000)):
        qtbot.mousePress(overview, LEFT, pos=QPoint(press, 20))
        qtbot.mouseMove(overview, QPoint(move, 20))
        qtbot.mouseRelease(overview, LEFT, pos=QPoint(move, 20))
    assert views == [(30_000, 50_000), (15_000, 40_000), (20_000, FRAMES)]


def test_a_click_in_the_overview_seeks(qtbot: QtBot) -> None:
    overview = shown(qtbot, Overview())
    overview.set_view(20_000, 40_000)
    with qtbot.waitSignal(overview.sought) as seen:
        qtbot.mouseClick(overview, LEFT, pos=QPoint(700, 20))
    assert seen.args == [70_000]


def test_the_coverage_bar_tells_shares_and_draws_each_key_its_own_way(qtbot: QtBot) -> None:
    bar = CoverageBar()
    shown(qtbot, bar)
    keys = [("", "The song"), ("live", "Live"), ("better", "Better")]
    bar.set_keys(keys)
    pictures = []
    for key, _ in keys:
        bar.set_spans([(0, FRAMES, key)])
        pictures.append(grabbed(bar).convertToFormat(QImage.Format.Format_Grayscale8))
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]
    bar.set_spans([(0, 25_000, "live"), (25_000, FRAMES, "")])
    assert bar.accessibleDescription() == "Live 25 percent, The song 75 percent"


def test_the_legend_has_room_for_its_labels(qtbot: QtBot) -> None:
    legend = CoverageLegend()
    qtbot.addWidget(legend)
    legend.set_keys([("", "The song")])
    narrow = legend.sizeHint().width()
    legend.set_keys([("", "The song"), ("live", "Live")])
    assert legend.sizeHint().width() > narrow
    assert legend.accessibleDescription() == "The song, Live"


def test_a_narrow_legend_shortens_its_longest_label_first(qtbot: QtBot) -> None:
    legend = CoverageLegend()
    qtbot.addWidget(legend)
    long = "A model with a name that is long"
    legend.set_keys([("", "Song"), ("live", long)])
    legend.resize(legend.sizeHint().width() - 60, 20)
    short, cut = legend._fitted(legend.fontMetrics())
    assert short == "Song"
    assert cut.endswith("…") and len(cut) < len(long)


def test_labels_keep_their_distance() -> None:
    for seconds_per_pixel in (1e-5, 1e-3, 0.01, 0.1, 1.0, 10.0):
        assert step_seconds(seconds_per_pixel) / seconds_per_pixel >= 84


def test_the_readout_says_where_the_playhead_is_and_keeps_its_width(qtbot: QtBot) -> None:
    readout = TimeReadout()
    qtbot.addWidget(readout)
    readout.set_position(0, 44_100 * 90, 44_100)
    width = readout.sizeHint().width()
    readout.set_position(round(44_100 * 71.5), 44_100 * 90, 44_100)
    assert readout.accessibleName() == "Position 1:11.5 of 1:30"
    assert readout.sizeHint().width() == width
