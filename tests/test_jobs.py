"""Jobs: progress, results, failures and cancelling."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from remixer.errors import Cancelled, InputError, RemixerError
from remixer.jobs import Job, Jobs, Report


def test_a_job_returns_what_its_work_returns() -> None:
    jobs = Jobs()
    job = jobs.start("count", lambda report: 7)
    assert job.wait(5)
    assert (job.state, job.result, job.fraction) == ("done", 7, 1.0)
    jobs.close()


def test_jobs_run_in_order() -> None:
    jobs, seen = Jobs(), list[int]()
    started = [jobs.start(str(n), lambda report, n=n: seen.append(n)) for n in range(5)]  # type: ignore[misc]
    assert started[-1].wait(5)
    assert seen == [0, 1, 2, 3, 4]
    jobs.close()


def test_our_own_errors_are_kept_as_they_are() -> None:
    def work(report: Report) -> None:
        raise InputError("The file is empty.")

    job = Job("read", work)
    job.run()
    assert job.state == "failed"
    with pytest.raises(InputError, match="empty"):
        _ = job.result


def test_foreign_errors_become_one_sentence() -> None:
    job = Job("divide", lambda report: 1 // 0)
    job.run()
    assert job.state == "failed"
    assert job.error is not None and "divide" in job.error.message


def test_a_result_before_the_end_is_refused() -> None:
    with pytest.raises(RemixerError, match="not finished"):
        _ = Job("later", lambda report: 1).result


def test_cancelling_stops_at_the_next_report() -> None:
    running, reports = threading.Event(), list[float]()

    def work(report: Report) -> None:
        while True:
            running.set()
            report(0.5)
            reports.append(0.5)

    jobs = Jobs()
    job = jobs.start("endless", work)
    assert running.wait(5)
    job.cancel()
    assert job.wait(5)
    assert job.state == "cancelled"
    with pytest.raises(Cancelled):
        _ = job.result
    jobs.close()


def test_the_time_left_counts_from_the_first_step_on(monkeypatch: pytest.MonkeyPatch) -> None:
    now, left = [0.0], list[float | None]()
    monkeypatch.setattr("remixer.jobs.time", SimpleNamespace(monotonic=lambda: now[0]))

    def work(report: Report) -> None:
        for at, fraction in ((0.0, 0.0), (1000.0, 0.0), (1010.0, 0.5)):
            now[0] = at
            report(fraction)
        left.append(job.seconds_left)

    job = Job("wait, then work", work)
    job.run()
    assert left == [10.0]


def test_closing_cancels_what_waits() -> None:
    running = threading.Event()

    def endless(report: Report) -> None:
        while True:
            running.set()
            report(0.0)

    jobs = Jobs()
    first, second = jobs.start("first", endless), jobs.start("second", endless)
    assert running.wait(5)
    jobs.close(timeout=5)
    assert (first.state, second.state) == ("cancelled", "cancelled")
