"""Exports: the files they make, what they refuse, what they wait for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from session_parts import FIRST, RATE, SHARES, Stage, failing, stuck

from remixer.audio.decode import read
from remixer.errors import Cancelled, ModelError, OutputError, UsageError
from remixer.session.exporting import ExportPlan, last_pass
from remixer.song.take import TILE_FRAMES


def _open(stage: Stage, song: Path) -> None:
    stage.open(song)
    stage.separated()


def _plan(folder: Path, **how: object) -> ExportPlan:
    return ExportPlan(folder, **{"bits": "float", **how})  # type: ignore[arg-type]


def test_the_files_are_known_before_anything_is_written(stage: Stage, song: Path, tmp_path: Path) -> None:
    stage.open(song)
    plan = _plan(
        tmp_path / "out", stems=("vocals", "bass"), residual=True, template="{model}/{n} {song} {stem}"
    )
    names = [str(path.relative_to(tmp_path / "out")) for path in stage.session.export_files(plan)]
    assert names == [
        f"First/{n} Song é {part}.wav" for n, part in enumerate(["mix", "vocals", "bass", "residual"], 1)
    ]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"mix": False}, "at least one"),
        ({"template": "{nothing}"}, "unknown field"),
        ({"template": "{song}", "stems": ("vocals",)}, "same file"),
        ({"template": "  "}, "no usable"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(
    stage: Stage, song: Path, tmp_path: Path, how: dict[str, object], says: str
) -> None:
    stage.open(song)
    with pytest.raises(UsageError, match=says):
        stage.session.export_files(_plan(tmp_path, **how))


def test_what_is_heard_is_written(stage: Stage, song: Path, tmp_path: Path) -> None:
    _open(stage, song)
    stage.session.set_stem("vocals", mute=True)
    job = stage.session.export(_plan(tmp_path / "out", selection=(8000, 20_000)))
    assert job.wait(20)
    mixed, rate = soundfile.read(job.result[0], dtype="float32")
    decoded, _ = soundfile.read(song, dtype="float32")
    assert rate == RATE
    np.testing.assert_allclose(mixed, decoded[8000:20_000] * (1 - SHARES[0]), atol=1e-6)


def test_stems_and_rest_add_up_to_the_song(stage: Stage, song: Path, tmp_path: Path) -> None:
    _open(stage, song)
    plan = _plan(tmp_path / "out", mix=False, stems=("vocals", "drums", "bass", "other"), residual=True)
    job = stage.session.export(plan)
    assert job.wait(20)
    whole = sum(soundfile.read(path, dtype="float64")[0] for path in job.result)
    np.testing.assert_array_equal(whole, soundfile.read(song, dtype="float64")[0])


def test_a_stem_file_is_one_file_whatever_parts_are_chosen(stage: Stage, song: Path, tmp_path: Path) -> None:
    _open(stage, song)
    plan = _plan(tmp_path / "out", mix=True, stems=("drums",), format="stem.mp4", selection=(8000, 30_000))
    assert [path.name for path in stage.session.export_files(plan)] == ["Song é - stems.stem.mp4"]
    job = stage.session.export(plan)
    assert job.wait(20)
    mixed, decoded = read(job.result[0])[0], soundfile.read(song, dtype="float32")[0][8000:30_000]
    assert len(mixed) == len(decoded)
    assert np.corrcoef(mixed.ravel(), decoded.ravel())[0, 1] > 0.8  # noise is what AAC keeps worst


def test_a_stem_file_of_a_model_with_other_stems_is_refused(
    stages: Callable[..., Stage], song: Path, tmp_path: Path
) -> None:
    stage = stages(cards=(replace(FIRST, stems=("vocals",)),))
    stage.open(song)
    with pytest.raises(UsageError, match="this model makes vocals"):
        stage.session.export_files(_plan(tmp_path, format="stem.mp4"))


def test_loud_files_are_lowered_alike_if_that_is_asked(stage: Stage, song: Path, tmp_path: Path) -> None:
    _open(stage, song)
    stage.session.set_master(12.0)
    stage.session.set_stem("drums", gain_db=12.0)
    plan = _plan(tmp_path / "out", stems=("vocals",), clip="lower", faders=True)
    job = stage.session.export(plan)
    assert job.wait(20)
    mixed, vocals = (soundfile.read(path, dtype="float32")[0] for path in job.result)
    assert abs(np.abs(mixed).max() - 1.0) < 1e-5
    gain = np.float32(10 ** (12 / 20))
    unlowered = soundfile.read(song, dtype="float32")[0] * SHARES[0] * gain
    loud = np.abs(unlowered) > 0.1
    ratio = vocals[loud] / unlowered[loud]
    assert np.ptp(ratio) < 1e-3 and ratio.max() < 1.0


def test_existing_files_are_not_replaced_unless_that_is_said(
    stage: Stage, song: Path, tmp_path: Path
) -> None:
    _open(stage, song)
    there = tmp_path / "out" / "Song é - mix.wav"
    there.parent.mkdir()
    there.write_text("precious")
    job = stage.session.export(_plan(tmp_path / "out"))
    assert job.wait(20) and isinstance(job.error, OutputError)
    assert there.read_text() == "precious"
    assert stage.session.export(_plan(tmp_path / "out", overwrite=True)).wait(20)
    assert there.read_bytes()[:4] == b"RIFF"
    stage.until(lambda now: any("Exported" in notice.text for notice in now.notices))


def test_a_folder_that_cannot_be_made_is_said(stage: Stage, song: Path, tmp_path: Path) -> None:
    stage.open(song)
    (tmp_path / "file").write_text("x")
    job = stage.session.export(_plan(tmp_path / "file" / "out"))
    assert job.wait(20) and isinstance(job.error, OutputError)


def test_an_untouched_mix_needs_no_stems(stages: Callable[..., Stage], song: Path, tmp_path: Path) -> None:
    stage = stages(opener=failing)
    stage.open(song)
    job = stage.session.export(_plan(tmp_path / "out"))
    assert job.wait(20)
    mixed, _ = soundfile.read(job.result[0], dtype="float64")
    np.testing.assert_array_equal(mixed, soundfile.read(song, dtype="float64")[0])


def test_stems_that_never_come_end_the_export(
    stages: Callable[..., Stage], song: Path, tmp_path: Path
) -> None:
    stage = stages(opener=failing)
    stage.open(song)
    stage.until(lambda now: now.separation.state == "failed")
    job = stage.session.export(_plan(tmp_path / "out", mix=False, stems=("vocals",)))
    assert job.wait(20) and isinstance(job.error, ModelError)
    assert not (tmp_path / "out").exists()


def test_a_region_waits_only_for_its_own_stems(
    stages: Callable[..., Stage], song: Path, tmp_path: Path
) -> None:
    stage = stages(opener=stuck)
    stage.open(song)
    front = stage.session.front.song
    assert front is not None
    take = front.create_take(FIRST.take_id, FIRST.id, FIRST.stems)
    take.write(TILE_FRAMES, np.stack([front.read(TILE_FRAMES, 2 * TILE_FRAMES) * share for share in SHARES]))
    region = (TILE_FRAMES + 100, 2 * TILE_FRAMES)
    plan = _plan(tmp_path / "out", mix=False, stems=("drums",), selection=region)
    job = stage.session.export(plan)
    assert job.wait(20)
    drums, _ = soundfile.read(job.result[0], dtype="float32")
    np.testing.assert_allclose(drums, front.read(*region) * SHARES[1], atol=1e-6)


def test_an_export_that_waits_is_cancelled(stages: Callable[..., Stage], song: Path, tmp_path: Path) -> None:
    stage = stages(opener=stuck)
    stage.open(song)
    job = stage.session.export(_plan(tmp_path / "out", mix=False, stems=("vocals",)))
    task = stage.until(lambda now: now.tasks).tasks[0]
    stage.session.exports.cancel(task.number)
    assert job.wait(20) and isinstance(job.error, Cancelled)
    assert not (tmp_path / "out").exists()


def test_an_export_wakes_a_separation_that_was_cancelled(stage: Stage, song: Path, tmp_path: Path) -> None:
    stage.session.playlist.add([song])
    stage.until(lambda now: now.song is not None)
    stage.session.background.cancel()
    job = stage.session.export(_plan(tmp_path / "out", mix=False, stems=("vocals",)))
    stage.until(lambda now: job.wait(0))
    assert [path.name for path in job.result] == ["Song é - vocals.wav"]


def test_the_choices_are_kept_for_the_next_time(stage: Stage, song: Path, tmp_path: Path) -> None:
    stage.open(song)
    stage.session.export(
        ExportPlan(tmp_path / "out", format="flac", bits="16", template="{stem} of {song}")
    ).wait(20)
    settings = stage.session.choices.settings
    assert settings.export_folder == str(tmp_path / "out")
    assert (settings.export_format, settings.export_bits) == ("flac", "16")
    assert settings.export_template == "{stem} of {song}"


def test_the_moves_of_the_faders_are_written_if_that_is_asked(
    stage: Stage, song: Path, tmp_path: Path
) -> None:
    _open(stage, song)
    rest = stage.session.controls
    silent = rest.with_stem("vocals", mute=True)
    stage.player.made_moves = ((0, rest), (30_000, silent), (20_000, rest))
    job = stage.session.export(_plan(tmp_path / "out", moves=True))
    assert job.wait(20)
    mixed, _ = soundfile.read(job.result[0], dtype="float32")
    decoded, _ = soundfile.read(song, dtype="float32")
    np.testing.assert_allclose(mixed[:20_000], decoded[:20_000] * (1 - SHARES[0]), atol=1e-6)
    np.testing.assert_allclose(mixed[21_000:], decoded[21_000:], atol=1e-6)


def test_only_the_moves_since_the_playhead_went_back_count_and_how_the_faders_stood_then() -> None:
    moves = ((10, "a"), (50, "b"), (20, "c"), (20, "d"), (90, "e"))
    assert last_pass(moves) == ((0, "b"), *moves[2:])  # type: ignore[arg-type]
    assert last_pass(moves[:2]) == ((0, "a"), *moves[:2])  # type: ignore[arg-type]
    assert last_pass(()) == ()
