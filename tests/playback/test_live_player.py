"""The live model in the playback process, on a loudspeaker and on a microphone."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from song_maker import RATE, make_song, noise
from virtual_speakers import VirtualSpeakers

from remixer.mixing.controls import DEFAULT
from remixer.playback.client import Player
from remixer.separation.catalog import load_catalog

ALL_OFF = DEFAULT.with_stem("residual", solo=True).with_stem("residual", mute=True)
PAUSE = threading.Event()

pytestmark = pytest.mark.slow


def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        PAUSE.wait(0.01)


@pytest.fixture
def player(speakers: VirtualSpeakers) -> Iterator[Player]:
    pytest.importorskip("onnxruntime")
    card = load_catalog().default_live()
    if card is None:
        pytest.skip("no live model is shipped")
    made = Player(card)
    made.start()
    until(lambda: made.status().live == "ahead")
    yield made
    made.close()


def test_stems_come_up_within_a_second_of_playing_and_of_seeking(tmp_path: Path, player: Player) -> None:
    song = make_song(tmp_path, noise(60 * RATE))
    begun = time.monotonic()
    player.load(song.folder)
    player.set_controls(DEFAULT.with_stem("vocals", mute=True))
    player.play()
    until(lambda: player.status().heard != "")
    assert time.monotonic() - begun < 2.0
    player.seek(40 * RATE)
    begun = time.monotonic()
    until(lambda: player.status().position_frames >= 40 * RATE and player.status().heard != "")
    assert time.monotonic() - begun < 2.0
    assert player.status().hop_ms.p50 > 0
    assert player.status().latency_ms.algorithmic > 0


def test_live_sound_is_heard_mixed_and_recorded(
    tmp_path: Path, player: Player, speakers: VirtualSpeakers
) -> None:
    if shutil.which("pacat") is None:
        pytest.skip("pacat is not installed")
    soundfile.write(tmp_path / "room.wav", noise(20 * RATE), RATE)
    sounding = speakers.sound_in_room(tmp_path / "room.wav")
    try:
        assert player.inputs()
        player.listen()
        until(lambda: player.status().listening and max(player.status().levels[-1].peak) > 0.05)
        assert player.status().latency_ms.total > 30
        player.record(tmp_path / "recorded")
        PAUSE.wait(1.0)
        player.set_controls(ALL_OFF)
        until(lambda: max(player.status().levels[-1].peak) == 0.0)
        player.hush()
        until(lambda: not player.status().listening)
        until(lambda: len(player.recorded()) == 5)
    finally:
        sounding.kill()
        sounding.wait()
    assert [path.name for path in player.recorded()][-1] == "mix.wav"
    mix = soundfile.read(player.recorded()[-1])[0]
    assert np.abs(mix[: RATE // 2]).max() > 0.05
    song = make_song(tmp_path, noise(10 * RATE))
    player.load(song.folder)
    player.play()
    until(lambda: player.status().position_frames > RATE // 4)


def test_recording_without_live_sound_is_refused_in_a_sentence(tmp_path: Path, player: Player) -> None:
    player.record(tmp_path / "recorded")
    until(lambda: "Only live sound" in player.status().message)
