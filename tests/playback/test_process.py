from __future__ import annotations

from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from song_maker import make_song, noise

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


def test_a_command_that_takes_effect_while_the_status_is_made_is_told_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    playback = Playback(Pipe()[1], shared_memory(), None)
    engine, levels_at = playback._engine, Engine.levels_at
    block = np.zeros((512, 2), np.float32)

    def rendering(self: Engine, *values: Any) -> Any:
        self.render(block)
        return levels_at(self, *values)

    engine.load(make_song(tmp_path, noise(44_100)))
    engine.render(block)
    monkeypatch.setattr(Engine, "levels_at", rendering)
    playback._obey("play")
    told = [playback._bulletin() for _ in range(2)]
    assert [(one.status.playing, one.obeyed) for one in told] == [(False, 0), (True, 1)]
