"""The exports under way, one after the other."""

from __future__ import annotations

import itertools
from pathlib import Path

from remixer.jobs import Job, Jobs
from remixer.session.exporting import ExportPlan, Subject, files_of, run_export
from remixer.session.notices import Notices
from remixer.session.snapshot import Task


class Exports:
    """Runs exports on a worker and says how they end.

    Args:
        notices: where the ends are said.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._jobs = Jobs()
        self._numbers = itertools.count(1)
        self._open: dict[int, tuple[Job[tuple[Path, ...]], ExportPlan]] = {}

    def start(self, plan: ExportPlan, subject: Subject) -> Job[tuple[Path, ...]]:
        """Queue an export.

        Raises:
            UsageError: the plan makes no files.
        """
        files = files_of(plan, subject)
        named = f"“{files[0].name}”" if len(files) == 1 else f"{len(files)} files of “{subject.title}”"
        job = self._jobs.start(named, lambda report: run_export(plan, subject, report))
        self._open[next(self._numbers)] = (job, plan)
        return job

    def cancel(self, number: int) -> None:
        """Stop one export; nothing half-written stays."""
        if number in self._open:
            self._open[number][0].cancel()

    def poll(self) -> tuple[Task, ...]:
        """Say how exports ended and return those under way. Thread: GUI."""
        for number, (job, plan) in list(self._open.items()):
            if not job.wait(0):
                continue
            del self._open[number]
            if job.state == "done":
                self._notices.say(f"Exported {job.name}.", "info", "folder", str(plan.folder))
            elif job.state == "failed" and job.error is not None:
                self._notices.say(job.error.message, "error")
        return tuple(
            Task(number, job.name, job.state, job.fraction, job.seconds_left)
            for number, (job, _) in self._open.items()
        )

    @property
    def busy(self) -> bool:
        """Whether an export is under way."""
        return bool(self._open)

    def close(self) -> None:
        """Cancel what is under way, cleanly."""
        self._jobs.close(0.8)
