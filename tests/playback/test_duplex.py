from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
from fake_devices import BLOCK, RATE, Devices, fake_devices
from fake_stream import FakeStream
from song_maker import noise

from remixer.errors import OutputError
from remixer.mixing.controls import DEFAULT, STEMS
from remixer.playback.cushion import cushion_blocks
from remixer.playback.duplex import Duplex
from remixer.playback.duplex_stream import paired
from remixer.playback.listening import Listening
from remixer.playback.status import PlayerStatus

ONES = np.ones((BLOCK, 2), np.float32)
CARD: Any = SimpleNamespace(stems=STEMS, take_id="fake")


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[Devices]:
    with fake_devices(monkeypatch) as made:
        yield made


def fake_stream(*_: Any) -> Any:
    return FakeStream()


def doubling(rests: list[int] | None = None) -> Duplex:
    made = Duplex(RATE, BLOCK)
    made.begin(lambda heard, out: np.multiply(heard, 2, out=out), (rests if rests is not None else []).append)
    return made


def test_it_is_silent_before_it_is_told_what_to_do(devices: Devices) -> None:
    duplex = Duplex(RATE, BLOCK)
    assert not devices.streams[0].call(ONES).any()
    assert duplex.frames == 0 and duplex.latency_seconds == 0.01


def test_devices_of_one_clock_share_a_stream(devices: Devices) -> None:
    duplex = doubling()
    assert [stream.kind for stream in devices.streams] == ["Stream"]
    assert (devices.streams[0].call(ONES) == 2).all()
    assert duplex.one_clock and duplex.frames == BLOCK
    duplex.close()
    assert not devices.running()


@pytest.mark.parametrize("name", ["pulse", "default", "system"])
def test_a_sound_server_and_devices_that_refuse_one_get_two_streams(devices: Devices, name: str) -> None:
    devices.name, devices.refused = name, {"Stream"}
    duplex = doubling()
    assert not duplex.one_clock
    recorder, player = devices.streams
    assert (recorder.kind, player.kind) == ("InputStream", "OutputStream")
    for _ in range(10):
        recorder.call(ONES)
        played = player.call(ONES)
    assert (np.abs(played - 2) < 1e-5).all()
    assert duplex.latency_seconds > 2 * BLOCK / RATE


def test_a_stream_that_does_not_start_leaves_its_devices_to_the_two_that_follow(devices: Devices) -> None:
    devices.asleep = {"Stream"}
    duplex = doubling()
    assert [stream.kind for stream in devices.running()] == ["InputStream", "OutputStream"]
    devices.asleep = {"Stream", "OutputStream"}
    duplex.close()
    with pytest.raises(OutputError, match="does not start"):
        doubling()
    assert not devices.running()


def test_pipewire_is_taken_where_it_runs_and_shares_a_stream(devices: Devices) -> None:
    devices.name = "pipewire"
    duplex = doubling()
    (stream,) = devices.streams
    assert stream.kind == "Stream" and stream.asked == 0.03
    assert duplex.one_clock
    assert paired("", "") == ("ALSA: pipewire", "ALSA: pipewire")
    assert paired("ALSA: pipewire", "") == paired("", "ALSA: pipewire") == paired("", "")
    devices.name = "system"
    assert paired("", "") == ("", "")


def test_devices_that_break_off_are_opened_again_and_the_silence_is_told(devices: Devices) -> None:
    rests: list[int] = []
    duplex = doubling(rests)
    devices.streams[0].call(ONES)
    duplex.watch()
    assert len(devices.streams) == 1
    devices.break_off()
    devices.seconds += 0.5
    duplex.watch()
    assert duplex.alive and duplex.breaks == devices.rescans == 1
    devices.seconds += 0.5
    assert (devices.streams[1].call(ONES) == 2).all()
    devices.streams[1].call(ONES)
    assert rests == [RATE - BLOCK]
    assert duplex.frames == RATE + 2 * BLOCK


def test_devices_that_are_gone_are_given_up(devices: Devices) -> None:
    duplex = doubling()
    devices.gone = True
    devices.break_off()
    duplex.watch()
    assert not duplex.alive and duplex.breaks == 0
    devices.gone = False
    duplex.watch()
    assert not duplex.alive and len(devices.streams) == 1


@pytest.mark.parametrize(("seconds", "alive"), [(5.0, False), (10.0, True)])
def test_devices_that_break_off_again_and_again_are_given_up(
    devices: Devices, seconds: float, alive: bool
) -> None:
    duplex = doubling()
    for _ in range(6):
        assert duplex.alive
        devices.break_off()
        devices.seconds += seconds
        duplex.watch()
    assert duplex.alive == alive


def test_a_recording_goes_on_over_a_break_and_its_files_stay_together(
    tmp_path: Path, devices: Devices
) -> None:
    listening = Listening(CARD, "", "", DEFAULT, streamer=fake_stream)
    listening.record(tmp_path)
    sound = noise(60 * BLOCK)
    blocks = np.split(sound, 60)
    for block in blocks[:30]:
        devices.streams[-1].call(block)
    devices.break_off()
    listening.watch()
    devices.seconds += 1.0
    for block in blocks[30:]:
        devices.streams[-1].call(block)
    assert not listening.failure
    files = {path.stem: soundfile.read(path, dtype="float32")[0] for path in listening.close()}
    at, lost = 30 * BLOCK, RATE - BLOCK
    assert {len(kept) for kept in files.values()} == {60 * BLOCK + lost}
    assert not any(kept[at : at + lost].any() for kept in files.values())
    delay = listening._chain.delay_frames
    mix = np.delete(files["mix"], np.s_[at : at + lost], axis=0)
    assert np.array_equal(mix[delay:], sound[: len(sound) - delay])


def test_live_sound_without_devices_says_so(devices: Devices) -> None:
    listening = Listening(CARD, "", "", DEFAULT, streamer=fake_stream)
    devices.gone = True
    devices.break_off()
    listening.watch()
    assert listening.failure == "The sound device of the live sound went away."
    listening.close()


@pytest.mark.parametrize(
    ("wanted", "seconds", "blocks"),
    [(0, 0.040, 2), (0, 0.055, 1), (0, 0.001, 4), (0, 0.200, 4), (3, 0.200, 3), (1, 0.001, 1), (9, 0.050, 4)],
)
def test_the_cushion_is_what_60_ms_leave_room_for(wanted: int, seconds: float, blocks: int) -> None:
    assert cushion_blocks(wanted, seconds, BLOCK / RATE) == blocks


def test_live_sound_tells_its_cushion_and_its_latency(devices: Devices) -> None:
    told = []
    for wanted in (1, 3, 0):
        listening = Listening(CARD, "", "", DEFAULT, cushion=wanted, streamer=fake_stream)
        told.append(listening.told(PlayerStatus()))
        listening.close()
    assert [status.cushion for status in told] == [1, 3, 2]
    added = told[1].latency_ms.total - told[0].latency_ms.total
    assert added == pytest.approx(2 * 1000 * BLOCK / RATE)
    assert told[2].latency_ms.total < 60
