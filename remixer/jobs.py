"""One way to run slow work: a worker thread, a fraction done, a way to stop it."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Generic, Literal, TypeVar

from remixer.errors import Cancelled, RemixerError

T = TypeVar("T")
Report = Callable[[float], None]
State = Literal["waiting", "running", "done", "failed", "cancelled"]

_log = logging.getLogger(__name__)


def ignore(fraction: float) -> None:
    """Take a fraction and do nothing: the report of work nobody watches."""


class Job(Generic[T]):
    """One piece of work, watched and stopped from any thread.

    The work is called with a report function. It calls that at least every
    0.2 s with the fraction done (0 to 1); once the job is cancelled the
    report raises `Cancelled`, and the work leaves things clean on its way out.
    """

    def __init__(self, name: str, work: Callable[[Report], T]) -> None:
        self.name = name
        self.state: State = "waiting"
        self.fraction = 0.0
        self.error: RemixerError | None = None
        self._work = work
        self._result: list[T] = []
        self._cancelled = threading.Event()
        self._ended = threading.Event()
        self._begun_seconds = 0.0

    @property
    def result(self) -> T:
        """The work's value.

        Raises:
            RemixerError: the job failed, was cancelled or has not ended.
        """
        if self.error is not None:
            raise self.error
        if not self._result:
            raise RemixerError(f"“{self.name}” has not finished.")
        return self._result[0]

    @property
    def seconds_left(self) -> float | None:
        """The time left at the pace so far, or None while that is a guess."""
        elapsed = time.monotonic() - self._begun_seconds
        if self.state != "running" or self.fraction < 0.01 or elapsed < 0.5:
            return None
        return elapsed * (1 - self.fraction) / self.fraction

    def cancel(self) -> None:
        """Ask the work to stop at its next report. Thread: any."""
        self._cancelled.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the work has ended; return whether it has. Thread: any but the GUI's."""
        return self._ended.wait(timeout)

    def run(self) -> None:
        """Do the work now. Thread: worker."""
        self.state = "running"
        try:
            self.report(0.0)
            self._result.append(self._work(self.report))
            self.fraction = 1.0
            self.state = "done"
        except Cancelled as stop:
            self.error, self.state = stop, "cancelled"
        except RemixerError as error:
            _log.warning("%s failed: %s %s", self.name, error.message, error.detail)
            self.error, self.state = error, "failed"
        except Exception as error:  # noqa: BLE001  (a worker must outlive any work)
            _log.exception("%s failed", self.name)
            self.error = RemixerError(f"“{self.name}” failed: {error}.", repr(error))
            self.state = "failed"
        finally:
            self._ended.set()

    def report(self, fraction: float) -> None:
        """Publish the fraction done; as long as that is 0, the work counts as not begun.

        Thread: worker.

        Raises:
            Cancelled: somebody asked the work to stop.
        """
        self.fraction = fraction
        if fraction <= 0:
            self._begun_seconds = time.monotonic()
        if self._cancelled.is_set():
            raise Cancelled


class Jobs:
    """A few worker threads that take jobs in order."""

    def __init__(self, workers: int = 1) -> None:
        self._queue: queue.SimpleQueue[Job[object] | None] = queue.SimpleQueue()
        self._open: list[Job[object]] = []
        self._threads = [
            threading.Thread(target=self._serve, name=f"jobs-{n}", daemon=True) for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def start(self, name: str, work: Callable[[Report], T]) -> Job[T]:
        """Queue the work and return its job. Thread: any."""
        job: Job[T] = Job(name, work)
        self._open = [old for old in self._open if old.state in ("waiting", "running")]
        self._open.append(job)  # type: ignore[arg-type]
        self._queue.put(job)  # type: ignore[arg-type]
        return job

    def close(self, timeout: float = 2.0) -> None:
        """Cancel what runs and wait for the threads, at most `timeout` seconds."""
        for job in self._open:
            job.cancel()
        for _ in self._threads:
            self._queue.put(None)
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _serve(self) -> None:
        while (job := self._queue.get()) is not None:
            job.run()
