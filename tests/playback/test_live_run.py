from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from fake_stream import FakeStream, separated
from song_maker import noise

from remixer.errors import Cancelled, InputError, ModelError, OutputError, UsageError
from remixer.mixing.controls import STEMS
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


def test_what_cannot_be_done_is_said_before_anything_is_written(tmp_path: Path, song: Path) -> None:
    with pytest.raises(InputError):
        live_run(tmp_path / "none.wav", CARD, tmp_path / "out")
    with pytest.raises(UsageError, match="block"):
        live_run(song, CARD, tmp_path / "out", block_frames=0)
    live_run(song, CARD, tmp_path / "out", seconds=0.2)
    with pytest.raises(OutputError, match="exists already"):
        live_run(song, CARD, tmp_path / "out", seconds=0.2)
