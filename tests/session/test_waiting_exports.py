"""Exports that wait for the song or its stems: until they are there, no longer than somebody makes them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from session_parts import FIRST, LIVE, RATE, SECOND, Gated, Stage, stuck, write_song

from remixer.errors import InputError, ModelError
from remixer.jobs import Job
from remixer.session.exporting import ExportPlan
from remixer.settings import Settings
from remixer.song import importing
from remixer.song.take import TILE_FRAMES

Stages = Callable[..., Stage]
Files = Job[tuple[Path, ...]]


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let songs be decoded to their first block, and on from there once this is set."""
    event, whole = threading.Event(), importing.blocks

    def halting(path: Path, frames: int) -> Iterator[NDArray[np.float32]]:
        for number, block in enumerate(whole(path, frames)):
            assert not number or event.wait(60)
            yield block

    monkeypatch.setattr(importing, "blocks", halting)
    yield event
    event.set()


def _export(stage: Stage, folder: Path, **how: object) -> Files:
    return stage.session.export(ExportPlan(folder, **{"bits": "float", **how}))  # type: ignore[arg-type]


def _waiting_for_vocals(stage: Stage, folder: Path) -> Files:
    job = _export(stage, folder, mix=False, stems=("vocals",))
    stage.until(lambda now: job.state == "running" and now.separation.state == "running")
    return job


def _ended(stage: Stage, job: Files, folder: Path) -> None:
    stage.until(lambda now: job.wait(0))
    assert isinstance(job.error, ModelError) and "of “Song é” with First stopped" in job.error.message
    assert not folder.exists()


def test_the_mix_of_a_song_that_is_still_decoded_is_whole(
    stage: Stage, tmp_path: Path, go_on: threading.Event
) -> None:
    song = write_song(tmp_path / "long.wav", 4.0)
    stage.session.open([song])
    stage.until(lambda now: now.song is not None)
    job = _export(stage, tmp_path / "out")
    assert not job.wait(0.3)
    go_on.set()
    stage.until(lambda now: job.wait(0))
    mixed, decoded = (soundfile.read(path, dtype="float32")[0] for path in (job.result[0], song))
    np.testing.assert_array_equal(mixed, decoded)


def test_a_song_that_is_left_while_it_is_decoded_is_not_exported(
    stages: Stages, tmp_path: Path, go_on: threading.Event
) -> None:
    stage = stages(settings=Settings(prepare_queue=False))
    first, second = write_song(tmp_path / "1.wav", 4.0), write_song(tmp_path / "2.wav", 0.5)
    stage.session.open([first, second])
    stage.until(lambda now: now.song is not None)
    job = _export(stage, tmp_path / "out")
    stage.session.step(1)
    go_on.set()
    stage.until(lambda now: job.wait(0))
    assert isinstance(job.error, InputError) and "is not decoded to its end" in job.error.message
    assert not (tmp_path / "out").exists()


def test_of_a_song_that_is_cut_off_what_there_is_can_be_exported_and_no_more(
    stage: Stage, tmp_path: Path
) -> None:
    whole = write_song(tmp_path / "whole.wav", 2.0)
    cut = tmp_path / "cut.wav"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    stage.session.open([cut])
    stage.until(lambda now: now.song is not None and now.entries[0].state == "failed")
    refused = _export(stage, tmp_path / "out")
    assert refused.wait(20) and isinstance(refused.error, InputError)
    refused = _export(stage, tmp_path / "out", stems=("drums",), selection=(1000, 20_000))
    assert refused.wait(20) and isinstance(refused.error, InputError)
    assert not (tmp_path / "out").exists()
    part = _export(stage, tmp_path / "out", selection=(1000, 20_000))
    assert part.wait(20)
    decoded = soundfile.read(whole, dtype="float32")[0][1000:20_000]
    np.testing.assert_array_equal(soundfile.read(part.result[0], dtype="float32")[0], decoded)


def test_an_export_ends_when_the_separation_is_cancelled(stages: Stages, song: Path, tmp_path: Path) -> None:
    stage = stages(opener=stuck)
    stage.open(song)
    job = _waiting_for_vocals(stage, tmp_path / "out")
    stage.session.background.cancel()
    _ended(stage, job, tmp_path / "out")


def test_an_export_ends_when_another_model_is_chosen(stages: Stages, song: Path, tmp_path: Path) -> None:
    stage = stages(opener=stuck)
    stage.open(song)
    job = _waiting_for_vocals(stage, tmp_path / "out")
    stage.session.choices.choose_model(SECOND.id)
    _ended(stage, job, tmp_path / "out")


def test_an_export_ends_when_its_song_is_removed(stages: Stages, song: Path, tmp_path: Path) -> None:
    stage = stages(opener=stuck)
    stage.open(song)
    job = _waiting_for_vocals(stage, tmp_path / "out")
    stage.session.remove(0)
    _ended(stage, job, tmp_path / "out")


def test_an_export_ends_when_its_song_is_left_for_good(stages: Stages, song: Path, tmp_path: Path) -> None:
    stage = stages(opener=stuck, settings=Settings(prepare_queue=False))
    stage.open(song)
    job = _waiting_for_vocals(stage, tmp_path / "out")
    stage.session.open([write_song(tmp_path / "2.wav", 0.5)])
    _ended(stage, job, tmp_path / "out")


def test_an_export_waits_for_a_song_whose_turn_comes_again(
    stages: Stages, song: Path, tmp_path: Path
) -> None:
    gate = threading.Event()
    stage = stages(opener=lambda card, device, threads: Gated(card, gate))
    stage.open(song)
    job = _waiting_for_vocals(stage, tmp_path / "out")
    stage.open(write_song(tmp_path / "2.wav", 0.5))
    stage.until(lambda now: now.separation.state == "running")
    assert not job.wait(0.3)
    gate.set()
    stage.until(lambda now: job.wait(0))
    assert [path.name for path in job.result] == ["Song é - vocals.wav"]


def test_an_export_goes_on_behind_a_song_that_failed(stages: Stages, song: Path, tmp_path: Path) -> None:
    gate = threading.Event()
    stage = stages(opener=lambda card, device, threads: Gated(card, gate))
    stage.open(song)
    job = _waiting_for_vocals(stage, tmp_path / "out")
    (tmp_path / "broken.wav").write_bytes(b"no sound at all")
    stage.session.open([tmp_path / "broken.wav"])
    stage.until(lambda now: now.entries[-1].state == "failed")
    gate.set()
    stage.until(lambda now: job.wait(0))
    assert [path.name for path in job.result] == ["Song é - vocals.wav"]


def test_what_waits_behind_a_song_that_failed_rests_when_that_is_wanted(
    stages: Stages, song: Path, tmp_path: Path
) -> None:
    stage = stages(opener=stuck)
    stage.open(song)
    (tmp_path / "broken.wav").write_bytes(b"no sound at all")
    stage.session.open([tmp_path / "broken.wav"])
    stage.until(lambda now: now.separation.state == "running" and now.song is None)
    stage.session.background.cancel()
    assert all(stage.session.poll().separation.state == "idle" for _ in range(3))


def test_an_export_ends_when_a_song_that_broke_off_is_before_it(
    stages: Stages, song: Path, tmp_path: Path
) -> None:
    stage = stages(opener=stuck)
    stage.open(song)
    job = _waiting_for_vocals(stage, tmp_path / "out")
    whole, cut = write_song(tmp_path / "whole.wav", 2.0), tmp_path / "cut.wav"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    stage.session.open([cut])
    _ended(stage, job, tmp_path / "out")


def test_stems_that_nobody_finishes_cannot_be_chosen(stages: Stages, tmp_path: Path) -> None:
    stage = stages(cards=(FIRST, LIVE))
    stage.open(write_song(tmp_path / "long.wav", 3.0))
    song = stage.session.front.song
    assert song is not None and song.frames == 3 * RATE
    live = song.create_take(LIVE.take_id, LIVE.id, LIVE.stems)
    live.write(0, np.zeros((len(LIVE.stems), TILE_FRAMES, 2), np.float32))
    stage.separated()
    now = stage.until(lambda now: now.takes and now.takes[0].fraction == 1)
    assert [take.take_id for take in now.takes] == [FIRST.take_id]
