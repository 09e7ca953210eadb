"""The player over processes that only keep what they are told."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import PAUSE, until

from remixer.playback import client, failures
from remixer.playback.client import Player
from remixer.playback.status import Bulletin, PlayerStatus


class FakeChild:
    """A playback process that obeys at once what it is asked to tell."""

    def __init__(self) -> None:
        self.alive, self.sent = True, 0
        self.messages: deque[tuple[Any, ...]] = deque()
        self._packed: bytes | None = None

    def tell(self, **told: Any) -> None:
        """Say how it stands, with all obeyed that it has been sent."""
        self._packed = Bulletin(PlayerStatus(alive=True, **told), 0.0, 0.0, self.sent).pack()

    def send(self, *command: Any) -> None:
        self.sent += 1

    def write(self, settings: bytes) -> None:
        """Take the faders."""

    def read(self) -> bytes | None:
        packed, self._packed = self._packed, None
        return packed

    def receive(self, seconds: float) -> list[Any]:
        PAUSE.wait(0.005)
        return [self.messages.popleft() for _ in range(len(self.messages))]

    def close(self) -> None:
        self.alive = False


class System:
    """Starts such processes, unless it is full."""

    def __init__(self) -> None:
        self.children: list[FakeChild] = []
        self.full, self.refused = False, 0

    def start(self, live_model: Path | None) -> FakeChild:
        if self.full:
            self.refused += 1
            raise OSError(errno.EMFILE, "Too many open files")
        self.children.append(FakeChild())
        return self.children[-1]


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    made = System()
    monkeypatch.setattr(client, "Child", made.start)
    monkeypatch.setattr(client, "_SPARE_SECONDS", 0.01)
    return made


@pytest.fixture
def player(system: System) -> Iterator[Player]:
    made = Player()
    made.start()
    yield made
    made.close()


def test_what_the_loudspeaker_says_is_not_hidden_by_what_failed_before(
    player: Player, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "_ALONE_SECONDS", 0.1)
    system.children[0].messages.append(("failed", "The sound device of the live sound went away."))
    until(lambda: "went away" in player.status().message)
    system.children[0].tell(message="Playing on “built-in” instead.")
    until(lambda: player.status().message == "Playing on “built-in” instead.")


def test_a_song_that_has_ended_does_not_play_while_a_command_is_on_its_way(
    player: Player, system: System
) -> None:
    player.play()
    assert player.status().playing
    for playing in (True, False):
        system.children[0].tell(playing=playing)
        assert player.status().playing == playing
    player.seek(100)
    assert not player.status().playing
    player.play()
    assert player.status().playing


def test_a_system_that_starts_no_more_processes_for_a_while_is_asked_again(
    player: Player, system: System
) -> None:
    system.full = True
    for child in list(system.children):
        child.alive = False
    until(lambda: system.refused > 1)
    system.full = False
    until(lambda: player.status().restarts == 1)
