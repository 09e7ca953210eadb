"""A machine that is too slow for the live model: said once a song, calmly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from session_parts import FIRST, LIVE, Stage, stuck, write_song

from remixer.session.pace import TOO_SLOW


def _texts(stage: Stage) -> list[str]:
    return [notice.text for notice in stage.session.poll().notices]


def test_it_is_said_once_a_song_and_only_while_it_plays(
    stages: Callable[..., Stage], song: Path, tmp_path: Path
) -> None:
    stage = stages(cards=(FIRST, LIVE), opener=stuck)
    stage.open(song)
    stage.player.now = replace(stage.player.now, live="slow", playing=True)
    snapshot = stage.until(lambda now: now.notices)
    assert [(notice.text, notice.kind) for notice in snapshot.notices] == [(TOO_SLOW, "info")]
    assert stage.player.now.playing
    stage.session.notices.dismiss(snapshot.notices[0].number)
    for state in ("running", "slow", "ahead", "slow"):
        stage.player.now = replace(stage.player.now, live=state)
        assert _texts(stage) == []
    stage.open(write_song(tmp_path / "Second.wav", seed=4))
    stage.player.now = replace(stage.player.now, live="slow", playing=True)
    stage.until(lambda now: [notice.text for notice in now.notices] == [TOO_SLOW])


def test_nothing_is_said_of_a_song_that_rests(stages: Callable[..., Stage], song: Path) -> None:
    stage = stages(cards=(FIRST, LIVE), opener=stuck)
    stage.open(song)
    for state in ("slow", "running", "slow"):
        stage.player.now = replace(stage.player.now, live=state, playing=False)
        assert _texts(stage) == []
