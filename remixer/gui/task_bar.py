"""The exports under way: one line with name, progress, time left and cancel."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from remixer.gui.parts import caption, describe, shortened
from remixer.gui.tool_button import tool_button
from remixer.gui.words import percent, time_left
from remixer.session.snapshot import Task

_NAME_PIXELS = 360


class TaskBar(QFrame):
    """Shows the export that is running.

    Signals:
        cancelled: the number of the export to stop.
    """

    cancelled = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("taskBar")
        self._task: Task | None = None
        self._words = caption("", self, "taskWords")
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        describe(self._bar, "How far the export is")
        stop = tool_button("close", "Cancel the export; nothing half-written stays", self, size=14)
        stop.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 10, 6)
        row.setSpacing(12)
        row.addWidget(self._words)
        row.addWidget(self._bar, 1)
        row.addWidget(stop)
        self.hide()

    def show_tasks(self, tasks: Sequence[Task]) -> None:
        """Show the first export and how many wait behind it."""
        self._task = tasks[0] if tasks else None
        self.setVisible(bool(tasks))
        if self._task is None:
            return
        task = self._task
        waits = task.fraction == 0 and task.state == "running"
        facts = ["waiting for song or stems" if waits else percent(task.fraction)]
        facts.append(time_left(task.seconds_left))
        if len(tasks) > 1:
            facts.append(f"{len(tasks) - 1} more waiting")
        name = shortened(task.name, self, _NAME_PIXELS)
        self._words.setText(f"Exporting {name} · " + " · ".join(fact for fact in facts if fact))
        self._bar.setValue(round(1000 * task.fraction))

    @Slot()
    def _stop(self) -> None:
        if self._task is not None:
            self.cancelled.emit(self._task.number)
