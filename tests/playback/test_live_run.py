from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from fake_devices import BLOCK, Devices, fake_devices
from fake_stream import FakeStream, separated
from song_maker import noise

from remixer.audio.wav_file import WavFile
from remixer.errors import Cancelled, InputError, ModelError, OutputError, UsageError
from remixer.mixing.controls import STEMS
from remixer.playback.duplex import Duplex
from remixer.playback.live_run import live_run

RATE = 44_100
FRAMES = 60_000


class Card:
    """What is told about a causal model."""

    id, take_id, stems, rate, hop_frames, latency_ms = "fake", "fake-1", STEMS, RATE, 512, 23.2


CARD: Any = Card()


@pytest.fixture(autouse=True)
def fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_stream(card: Any, rate: int, threads: int, max_hops: int) -> FakeStream:
        return FakeStream(rate)

    monkeypatch.setattr("remixer.separation.streaming.Streamer", open_stream)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "a song.wav"
    soundfile.write(path, noise(FRAMES), RATE, subtype="FLOAT")
    return path


@pytest.mark.parametrize("realtime", [False, True])
def test_stems_and_mix_are_written_aligned_and_as_long_as_the_song(
    tmp_path: Path, song: Path, realtime: bool
) -> None:
    result = live_run(song, CARD, tmp_path / "out", realtime=realtime)
    assert [path.name for path in result.files] == [f"{name}.wav" for name in (*STEMS, "mix")]
    assert {path.parent for path in result.files} == {tmp_path / "out" / "a song"}
    mix = soundfile.read(result.files[-1], dtype="float32")[0]
    assert np.array_equal(mix, noise(FRAMES))
    if not result.missed:
        for path, stem in zip(result.files, separated(noise(FRAMES)), strict=False):
            assert np.abs(soundfile.read(path, dtype="float32")[0] - stem).max() < 1e-6
    assert (result.elapsed_s > 1.3) == realtime
    assert json.loads(json.dumps(result.to_plain()))["hops"] == FRAMES // 512


@pytest.mark.parametrize("block", [1000, 4096])
def test_any_block_size_writes_the_same_stems(tmp_path: Path, song: Path, block: int) -> None:
    result = live_run(song, CARD, tmp_path / "out", block_frames=block)
    vocals = soundfile.read(result.files[0], dtype="float32")[0]
    assert np.array_equal(vocals, separated(noise(FRAMES))[0])
    assert result.latency_ms["total"] == pytest.approx(1000 * (700 + block + 64) / RATE, abs=0.001)


def test_it_stops_after_the_seconds_asked_for(tmp_path: Path, song: Path) -> None:
    result = live_run(song, CARD, tmp_path / "out", seconds=0.5)
    assert result.seconds == 0.5
    assert len(soundfile.read(result.files[0])[0]) == RATE // 2


@pytest.mark.parametrize("realtime", [False, True])
def test_stopping_leaves_nothing_behind(tmp_path: Path, song: Path, realtime: bool) -> None:
    def stop(fraction: float) -> None:
        if fraction > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        live_run(song, CARD, tmp_path / "out", realtime=realtime, report=stop)
    assert list((tmp_path / "out" / "a song").iterdir()) == []


@pytest.mark.parametrize("realtime", [False, True])
def test_a_model_that_breaks_off_is_said(
    tmp_path: Path, song: Path, realtime: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: FakeStream, block: Any) -> Any:
        raise ModelError("The network broke off.")

    monkeypatch.setattr(FakeStream, "process", broken)
    with pytest.raises(ModelError, match="broke off"):
        live_run(song, CARD, tmp_path / "out", realtime=realtime)
    assert list((tmp_path / "out" / "a song").iterdir()) == []


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[Devices]:
    with fake_devices(monkeypatch) as made:
        yield made


def sounding(devices: Devices, reports: int) -> Callable[[float], None]:
    """Return a report that lets the devices run for a second each time, and stops in the end."""
    told: list[float] = []

    def report(fraction: float) -> None:
        for _ in range(RATE // BLOCK):
            devices.streams[-1].call(np.full((BLOCK, 2), 0.25, np.float32))
        told.append(fraction)
        if len(told) == reports:
            raise Cancelled

    return report


def kept_seconds(folder: Path, ending: str) -> float:
    """Return how long the shortest of the files is, none missing."""
    return min(soundfile.info(folder / f"{name}{ending}").duration for name in (*STEMS, "mix"))


def test_live_sound_is_recorded_until_it_is_stopped(tmp_path: Path, devices: Devices) -> None:
    result = live_run(None, CARD, tmp_path, report=sounding(devices, 3))
    assert kept_seconds(tmp_path / "live", ".wav") == pytest.approx(result.seconds, abs=0.001)
    assert 2.9 < result.seconds < 3.0


def test_who_stops_live_sound_twice_keeps_the_recording(
    tmp_path: Path, devices: Devices, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary, stops = Duplex.close, [KeyboardInterrupt]

    def close(duplex: Duplex) -> None:
        if stops:
            raise stops.pop()
        ordinary(duplex)

    monkeypatch.setattr(Duplex, "close", close)
    with pytest.raises(KeyboardInterrupt):
        live_run(None, CARD, tmp_path, report=sounding(devices, 3))
    assert kept_seconds(tmp_path / "live", ".wav") > 2.9


def test_a_model_that_breaks_off_leaves_the_live_sound_recorded_until_then(
    tmp_path: Path, devices: Devices, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary = FakeStream.process

    def broken(self: FakeStream, block: Any) -> Any:
        if self.total_fed > 2 * RATE:
            raise ModelError("The network broke off.")
        return ordinary(self, block)

    monkeypatch.setattr(FakeStream, "process", broken)
    with pytest.raises(ModelError, match="broke off"):
        live_run(None, CARD, tmp_path, report=sounding(devices, 600))
    assert kept_seconds(tmp_path / "live", ".wav") > 1.9


def test_a_full_disk_ends_live_sound_and_leaves_what_it_holds(
    tmp_path: Path, devices: Devices, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary, report = WavFile.write, sounding(devices, 600)
    last = tmp_path / "live" / "mix.recording.wav"
    full: list[bool] = []

    def fill(fraction: float) -> None:
        report(fraction)
        if last.stat().st_size > 8 * RATE:
            full.append(True)

    def write(file: WavFile, block: Any) -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        ordinary(file, block)

    monkeypatch.setattr(WavFile, "write", write)
    with pytest.raises(OutputError, match=r"No space left .*; what there was until then is in “.*live”\.$"):
        live_run(None, CARD, tmp_path, report=fill)
    assert kept_seconds(tmp_path / "live", ".wav") > 0.9
    assert len(list((tmp_path / "live").iterdir())) == len(STEMS) + 1
    with pytest.raises(OutputError, match=r"vocals\.wav” exists already"):
        live_run(None, CARD, tmp_path)
    assert kept_seconds(tmp_path / "live", ".wav") > 0.9


def test_what_cannot_be_done_is_said_before_anything_is_written(tmp_path: Path, song: Path) -> None:
    with pytest.raises(InputError):
        live_run(tmp_path / "none.wav", CARD, tmp_path / "out")
    with pytest.raises(UsageError, match="block"):
        live_run(song, CARD, tmp_path / "out", block_frames=0)
    live_run(song, CARD, tmp_path / "out", seconds=0.2)
    with pytest.raises(OutputError, match="exists already"):
        live_run(song, CARD, tmp_path / "out", seconds=0.2)
