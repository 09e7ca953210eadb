from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from song_maker import RATE, Audio, make_song, make_take, noise, parts
from virtual_speakers import VirtualSpeakers
from waiting import PAUSE, until

from remixer.mixing.bounce import Selection, mix_blocks
from remixer.mixing.controls import DEFAULT
from remixer.playback import child
from remixer.playback.client import Moves, Player
from remixer.playback.process import Playback
from remixer.song.song import Song

MUTED = DEFAULT.with_stem("vocals", mute=True)


@pytest.fixture
def player(speakers: VirtualSpeakers) -> Iterator[Player]:
    made = Player()
    made.start()
    yield made
    made.close()


def begin_of(sound: Audio, captured: Audio) -> int:
    """Return where a sound begins in what was captured."""
    first = sound[:64, 0]
    for start in np.flatnonzero(captured[: len(captured) - 64, 0] == first[0]):
        if np.array_equal(captured[start : start + 64, 0], first):
            return int(start)
    raise AssertionError("the sound never came")


@pytest.mark.slow
def test_what_reaches_the_loudspeaker_is_what_the_bounce_writes(
    tmp_path: Path, speakers: VirtualSpeakers, player: Player
) -> None:
    frames = 3 * RATE
    stems = parts(frames)
    song = make_song(tmp_path, stems.sum(axis=0) + noise(frames, 9))
    take = make_take(song, "a", stems)
    for _ in range(10):
        moves, captured, whole = _performed(player, song, speakers)
        assert len(moves) >= 10
        blocks = mix_blocks(song, [take], DEFAULT, Selection(0, frames), moves)
        expected = np.concatenate([block.copy() for block in blocks])
        start = begin_of(expected, captured)
        heard = captured[start : start + frames].tobytes()
        if heard == expected.tobytes():
            return
        assert not whole or not captured[start : start + frames].all(), "no gap, and yet another sound"
    pytest.fail("the sound server lost frames ten times")


def _performed(player: Player, song: Song, speakers: VirtualSpeakers) -> tuple[Moves, Audio, bool]:
    """Play a song while faders move; return the moves, what was heard, and whether no device ran dry."""
    before, underruns = len(speakers.captured()), player.status().underruns
    player.load(song.folder, ["a"])
    player.play()
    for number in range(60):
        player.set_controls(MUTED.with_stem("drums", gain_db=-number / 5, pan=(number % 21 - 10) / 10))
        PAUSE.wait(0.03)
    until(lambda: not player.status().playing)
    until(lambda: player.status().position_frames == song.frames)
    PAUSE.wait(0.5)
    return player.moves(), speakers.captured()[before:], player.status().underruns == underruns


@pytest.mark.slow
def test_a_killed_process_plays_on_within_a_second(
    tmp_path: Path, speakers: VirtualSpeakers, player: Player
) -> None:
    song = make_song(tmp_path, noise(20 * RATE))
    player.load(song.folder)
    player.set_controls(DEFAULT.with_master(-6))
    player.play()
    until(lambda: player.status().position_frames > RATE // 2)
    until(lambda: player._spare is not None)
    PAUSE.wait(1.0)
    before = player.status().position_frames
    os.kill(_pid(player), signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: player.status().restarts == 1)
    until(lambda: player.status().position_frames > before + RATE // 5)
    assert time.monotonic() - killed < 1.5
    assert player.status().playing
    PAUSE.wait(0.3)
    captured = speakers.captured()
    loud = np.flatnonzero(np.abs(captured).max(axis=1) > 0.01)
    assert np.diff(loud).max() < 1.0 * RATE
    last = captured[-4410:]
    assert np.sqrt(np.mean(last**2)) == pytest.approx(0.1 * 10 ** (-6 / 20), rel=0.1)


@pytest.mark.slow
def test_a_process_that_hangs_is_ended_and_the_song_goes_on(
    tmp_path: Path, speakers: VirtualSpeakers, player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_HUNG_SECONDS", 2.0)
    song = make_song(tmp_path, noise(60 * RATE))
    player.load(song.folder)
    player.play()
    until(lambda: player.status().position_frames > RATE // 2)
    os.kill(_pid(player), signal.SIGSTOP)
    until(lambda: player.status().restarts == 1)
    before = player.status().position_frames
    until(lambda: player.status().position_frames > before + RATE // 5)
    assert player.status().playing


@pytest.mark.slow
def test_a_device_that_goes_away_is_survived(
    tmp_path: Path, speakers: VirtualSpeakers, player: Player
) -> None:
    song = make_song(tmp_path, noise(30 * RATE))
    player.load(song.folder)
    player.play()
    until(lambda: player.status().position_frames > RATE // 2)
    speakers.stop()
    until(lambda: "unheard" in player.status().message)
    before = player.status().position_frames
    until(lambda: player.status().position_frames > before + RATE // 2)
    assert player.status().playing
    assert player.status().restarts == 0


@pytest.mark.slow
def test_seeking_pausing_and_looping_are_told_at_once(tmp_path: Path, player: Player) -> None:
    song = make_song(tmp_path, noise(20 * RATE))
    player.load(song.folder, position=RATE)
    assert not player.status().playing
    player.play()
    assert player.status().playing
    until(lambda: player.status().position_frames > 1.2 * RATE)
    player.seek(5 * RATE)
    until(lambda: 5 * RATE <= player.status().position_frames < 6 * RATE)
    player.set_loop((5 * RATE, 5 * RATE + 22_050))
    PAUSE.wait(1.2)
    assert 5 * RATE <= player.status().position_frames < 5 * RATE + 22_050 + 4410
    player.pause()
    assert not player.status().playing
    assert [device.name for device in player.outputs()]


def breaks_down(connection: Any, memory: Any, live_model: Path | None) -> None:
    """Be a playback process that a driver takes with it as soon as its device is opened."""
    playback = Playback(connection, memory, live_model)
    playback._commands["begin"] = lambda *_: os._exit(1)
    playback.run()


@pytest.mark.slow
def test_a_process_that_dies_again_and_again_is_started_less_often_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(child, "playback_main", breaks_down)
    player = Player()
    player.start()
    try:
        until(lambda: "keeps failing" in player.status().message)
        assert player.status().restarts >= 5
    finally:
        player.close()


def _pid(player: Player) -> int:
    child = player._child
    assert child is not None
    assert child.pid is not None
    return child.pid
