"""What the machine really does: latencies, timings, misses, as numbers that can be copied."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from remixer import __version__
from remixer.gui.parts import caption, describe, quiet_button
from remixer.gui.words import milliseconds, percent

if TYPE_CHECKING:
    from remixer.playback.status import PlayerStatus
    from remixer.separation.inference import SeparationStatus

_LIVE = {
    "slow": "too slow here just now: the song is heard as it is until its stems are ready",
    "failed": "broke off: the song is heard as it is until its stems are ready",
}

Rows = Sequence[tuple[str, Sequence[tuple[str, str]]]]


def truth_rows(player: PlayerStatus, heard: str, live: str, separation: SeparationStatus, model: str) -> Rows:
    """Return what is known, by group: names and values.

    Args:
        player: the playback process.
        heard: what is heard now, in words.
        live: the name of the causal model; empty for none.
        separation: the background work.
        model: the name of its model.
    """
    latency = player.latency_ms
    rtf = f"{separation.rtf:.2f} × the song's length" if separation.rtf else "–"
    return (
        (
            "Heard now",
            (("Stems", heard), ("Loudspeaker", player.device or "none"), ("Rate", _rate(player.rate))),
        ),
        (
            "Latency",
            (
                ("Model", milliseconds(latency.algorithmic)),
                ("Queue", milliseconds(latency.queue)),
                ("Cushion in it", _blocks(player.cushion)),
                ("Device", milliseconds(latency.device)),
                ("Together", milliseconds(latency.total)),
            ),
        ),
        ("Causal model", _causal_rows(player, live)),
        (
            "Playback",
            (
                ("State", "running" if player.alive else "starting…"),
                ("Underruns", str(player.underruns)),
                ("Restarts", str(player.restarts)),
                ("Live sound opened again", str(player.breaks)),
            ),
        ),
        (
            "Behind the music",
            (
                ("Model", model),
                ("Device", separation.device or "–"),
                ("State", f"{separation.state}, {percent(separation.fraction)}"),
                ("Speed", rtf),
            ),
        ),
    )


def _causal_rows(player: PlayerStatus, live: str) -> Sequence[tuple[str, str]]:
    if not live:
        return (("Model", "none installed"),)
    hop = player.hop_ms
    return (
        ("Model", f"{live} · {_LIVE.get(player.live, player.live)}"),
        ("Time for a hop, median", milliseconds(hop.p50)),
        ("95 % within", milliseconds(hop.p95)),
        ("99 % within", milliseconds(hop.p99)),
        ("Longest", milliseconds(hop.max)),
        ("Time there is", milliseconds(player.budget_ms)),
        ("Missed hops of live sound", str(player.missed)),
        ("Tiles heard without stems", str(player.late)),
    )


def truth_text(rows: Rows) -> str:
    """Return the rows as text for a letter about a fault."""
    lines = [f"Stem Remixer {__version__} · Python {platform.python_version()} · {platform.platform()}"]
    for heading, pairs in rows:
        lines += ["", heading, *(f"  {name:16} {value}" for name, value in pairs)]
    return "\n".join(lines) + "\n"


class TruthPanel(QFrame):
    """The figures at the side of the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self._rows: Rows = ()
        self._values: list[QLabel] = []
        self._shape: tuple[int, ...] = ()
        copy = quiet_button("Copy", "Copy all figures as text", self)
        copy.clicked.connect(self._copy)
        inner = QWidget(self)
        inner.setObjectName("sideInner")
        self._grid = QGridLayout(inner)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        scroll = QScrollArea(self)
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        describe(scroll, "The figures; the arrow keys scroll them")
        head = QHBoxLayout()
        head.addWidget(caption("How it runs", self, "heading"), 1)
        head.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.addLayout(head)
        column.addWidget(scroll)

    def show_rows(self, rows: Rows) -> None:
        """Show these figures."""
        shape = tuple(len(pairs) for _, pairs in rows)
        if shape != self._shape:
            self._build(rows)
            self._shape = shape
        self._rows = rows
        values = [value for _, pairs in rows for _, value in pairs]
        for label, value in zip(self._values, values, strict=True):
            if label.text() != value:
                label.setText(value)

    def _build(self, rows: Rows) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._values = []
        row = 0
        for heading, pairs in rows:
            label = caption(heading, self, "group")
            label.setContentsMargins(0, 10 if row else 2, 0, 2)
            self._grid.addWidget(label, row, 0, 1, 2)
            row += 1
            for name, value in pairs:
                self._grid.addWidget(caption(name, self), row, 0, Qt.AlignmentFlag.AlignTop)
                shown = caption(value, self, "figure")
                shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
                shown.setWordWrap(True)
                shown.setAccessibleDescription(f"{heading}, {name}")
                self._grid.addWidget(shown, row, 1)
                self._values.append(shown)
                row += 1
        self._grid.setRowStretch(row, 1)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(truth_text(self._rows))


def _blocks(cushion: int) -> str:
    return f"{cushion} block{'s' * (cushion > 1)}" if cushion else "–"


def _rate(rate: float) -> str:
    return f"{rate / 1000:g} kHz" if rate else "–"
