from __future__ import annotations

from multiprocessing import Pipe

import pytest

from remixer.playback.engine import Engine
from remixer.playback.process import Playback
from remixer.playback.shared import shared_memory


def test_a_window_that_ends_before_playback_has_begun_is_no_fault() -> None:
    ours, theirs = Pipe()
    playback = Playback(theirs, shared_memory(), None)
    ours.close()
    playback.run()


def test_of_many_seeks_only_the_last_one_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    sought: list[int] = []
    monkeypatch.setattr(Engine, "seek", lambda _, frame: sought.append(frame))
    ours, theirs = Pipe()
    playback = Playback(theirs, shared_memory(), None)
    for message in (("seek", 1), ("seek", 2), ("pause",), ("seek", 3), ("seek", 4), ("play",)):
        ours.send(message)
    ours.close()
    playback.run()
    assert sought == [2, 4]
