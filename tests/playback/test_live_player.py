"""The live model in the playback process, on a loudspeaker and on a microphone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from song_maker import RATE, make_song, noise
from virtual_speakers import VirtualSpeakers
from waiting import PAUSE, until

from remixer.mixing.controls import DEFAULT
from remixer.playback.client import Player
from remixer.playback.recording import recover
from remixer.separation.catalog import load_catalog

ALL_OFF = DEFAULT.with_stem("residual", solo=True).with_stem("residual", mute=True)

pytestmark = pytest.mark.slow


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


def sound_in_room(folder: Path, speakers: VirtualSpeakers) -> subprocess.Popen[bytes]:
    if shutil.which("pacat") is None:
        pytest.skip("pacat is not installed")
    soundfile.write(folder / "room.wav", noise(60 * RATE), RATE)
    return speakers.sound_in_room(folder / "room.wav")


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
    sounding = sound_in_room(tmp_path, speakers)
    try:
        assert player.inputs()
        player.listen()
        until(lambda: max((0.0, *player.status().levels[-1].peak)) > 0.05)
        assert player.status().latency_ms.total > 30
        assert player.status().device == "the system's"
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


def test_what_is_not_audible_is_recorded_and_kept_from_the_loudspeaker(
    tmp_path: Path, player: Player, speakers: VirtualSpeakers
) -> None:
    sounding = sound_in_room(tmp_path, speakers)
    try:
        player.listen(audible=False)
        assert player.status().listening
        until(lambda: max((0.0, *player.status().levels[-1].peak)) > 0.05)
        player.record(tmp_path / "recorded")
        until(lambda: player.status().recorded_seconds > 0.5)
        assert not speakers.captured()[-RATE // 5 :].any()
        player.set_audible(True)
        until(lambda: np.abs(speakers.captured()[-RATE // 5 :]).max() > 0.05)
        player.record(None)
        until(lambda: len(player.recorded()) == 5)
    finally:
        sounding.kill()
        sounding.wait()
    assert np.abs(soundfile.read(player.recorded()[-1])[0][: RATE // 3]).max() > 0.05


def test_a_stream_that_breaks_off_is_opened_again_and_the_recording_goes_on(
    tmp_path: Path, player: Player, speakers: VirtualSpeakers
) -> None:
    sounding = sound_in_room(tmp_path, speakers)
    try:
        player.listen()
        until(lambda: max((0.0, *player.status().levels[-1].peak)) > 0.05)
        player.record(tmp_path / "recorded")
        until(lambda: player.status().recorded_seconds > 1.0)
        speakers.break_off()
        until(lambda: player.status().breaks > 0)
        broken_at = player.status().recorded_seconds
        until(lambda: player.status().recorded_seconds > broken_at + 1.0)
        until(lambda: max(player.status().levels[-1].peak) > 0.05)
        heard_at = player.status().recorded_seconds
        until(lambda: player.status().recorded_seconds > heard_at + 1.5)
        assert player.status().listening and player.status().recording and not player.status().message
        player.record(None)
        until(lambda: len(player.recorded()) == 5)
    finally:
        sounding.kill()
        sounding.wait()
    lengths = {soundfile.info(path).frames for path in player.recorded()}
    assert len(lengths) == 1 and lengths.pop() > RATE * (broken_at + 1.0)
    assert np.abs(soundfile.read(player.recorded()[-1])[0][-RATE:]).max() > 0.05


def test_a_source_of_the_sound_server_is_an_input(
    tmp_path: Path, player: Player, speakers: VirtualSpeakers
) -> None:
    if shutil.which("pactl") is None:
        pytest.skip("pactl is not installed")
    sounding = sound_in_room(tmp_path, speakers)
    try:
        found = {one.id: one for one in player.inputs()}
        assert found["PulseAudio: room.monitor"].name == "Monitor of Null Output"
        assert found["PulseAudio: room.monitor"].rate == RATE
        player.listen("PulseAudio: speakers.monitor", audible=False)
        until(lambda: player.status().live == "listening")
        assert max(player.status().levels[-1].peak) == 0.0
        player.listen("PulseAudio: room.monitor", audible=False)
        until(lambda: max((0.0, *player.status().levels[-1].peak)) > 0.05)
        player.listen("PulseAudio: gone")
        until(lambda: player.status().message == "There is no input device “gone” now.")
    finally:
        sounding.kill()
        sounding.wait()


def test_a_killed_process_listens_again_and_leaves_its_recording(tmp_path: Path, player: Player) -> None:
    player.listen(audible=False)
    player.record(tmp_path / "recorded")
    until(lambda: player.status().recorded_seconds > 1.0)
    child = player._child
    assert child is not None and child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    until(lambda: player.status().restarts == 1)
    until(lambda: player.status().listening and player.status().budget_ms > 0)
    until(lambda: not player.status().recording)
    files = recover(tmp_path / "recorded")
    assert len(files) == 5 and min(soundfile.info(path).frames for path in files) > RATE // 2


def test_a_sound_server_that_dies_ends_it_with_a_sentence_and_the_recording_is_whole(
    tmp_path: Path, player: Player, speakers: VirtualSpeakers
) -> None:
    song = make_song(tmp_path, noise(10 * RATE))
    player.load(song.folder)
    player.listen(audible=False)
    player.record(tmp_path / "recorded")
    until(lambda: player.status().recorded_seconds > 1.0)
    speakers.stop()
    until(lambda: "went away" in player.status().message)
    until(lambda: not player.status().listening)
    until(lambda: len(player.recorded()) == 5)
    assert min(soundfile.info(path).frames for path in player.recorded()) > RATE // 2
    player.play()
    until(lambda: player.status().position_frames > RATE // 4)


def test_an_input_that_is_not_there_is_refused_and_the_song_is_back(tmp_path: Path, player: Player) -> None:
    song = make_song(tmp_path, noise(10 * RATE))
    player.load(song.folder)
    player.listen("ALSA: nothing of this name")
    until(lambda: "There is no input device" in player.status().message)
    until(lambda: not player.status().listening)
    player.play()
    until(lambda: player.status().position_frames > RATE // 4)


def test_recording_without_live_sound_is_refused_in_a_sentence(tmp_path: Path, player: Player) -> None:
    player.record(tmp_path / "recorded")
    until(lambda: "Only live sound" in player.status().message)
