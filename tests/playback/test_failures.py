from __future__ import annotations

from collections.abc import Callable

import pytest

from remixer.playback.failures import Failures

Wait = Callable[[float], None]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    """A clock that only goes on when it is told to."""
    now = [100.0]
    monkeypatch.setattr("remixer.playback.failures.time.monotonic", lambda: now[0])

    def go_on(seconds: float) -> None:
        now[0] += seconds

    return go_on


def test_what_the_process_says_is_told_while_nothing_fails(wait: Wait) -> None:
    failures = Failures()
    assert [failures.newest(told) for told in ("", "A stopped.", "B stopped.", "")] == [
        "", "A stopped.", "B stopped.", "",
    ]  # fmt: skip


def test_a_failure_comes_first_and_what_the_process_says_of_it_next(wait: Wait) -> None:
    failures = Failures()
    failures.newest("An old sentence.")
    failures.say("It went away.")
    assert failures.newest("An old sentence.") == "It went away."
    assert failures.newest("Playing elsewhere.") == "It went away."
    wait(2.0)
    assert failures.newest("Playing elsewhere.") == "Playing elsewhere."
    assert failures.newest("Playing elsewhere.") == "Playing elsewhere."


def test_a_failure_is_told_until_there_is_something_new(wait: Wait) -> None:
    failures = Failures()
    failures.newest("An old sentence.")
    failures.say("It went away.")
    wait(100.0)
    assert [failures.newest(told) for told in ("An old sentence.", "")] == ["It went away."] * 2
    assert failures.newest("An old sentence.") == "An old sentence."
    failures.say("It went away.")
    failures.forget()
    assert failures.newest("") == ""


def test_a_process_that_dies_again_and_again_is_said_until_it_lives(wait: Wait) -> None:
    failures = Failures()
    assert [failures.die() for _ in range(6)] == [False] * 5 + [True]
    wait(5.0)
    failures.live()
    assert "keeps failing" in failures.newest("")
    wait(6.0)
    failures.live()
    assert failures.newest("") == ""
    assert not failures.die()
