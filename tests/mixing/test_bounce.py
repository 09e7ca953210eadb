from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from song_maker import RATE, Audio, make_song, make_take, noise, parts

from remixer.audio.decode import read as decode
from remixer.audio.encode import Encoding
from remixer.errors import Cancelled, OutputError, UsageError
from remixer.mixing.bounce import (
    Selection,
    bounce_mix,
    bounce_stems,
    common_gain,
    measure_mix,
    measure_stems,
    mix_blocks,
)
from remixer.mixing.controls import DEFAULT, STEMS
from remixer.mixing.mixer import Mixer
from remixer.mixing.stem_file import bounce_stem_file, stem_file_blocks
from remixer.song.song import Song
from remixer.song.take import Take

FRAMES = 3 * RATE + 123
FLOAT, WIDE, NARROW = Encoding("wav", "float"), Encoding("wav", "24"), Encoding("wav", "16")
MUTED = DEFAULT.with_stem("vocals", mute=True)
ALL = (*STEMS, "residual")


def read(path: Path) -> Audio:
    return soundfile.read(path, dtype="float32", always_2d=True)[0]


@pytest.fixture
def song(tmp_path: Path) -> Song:
    mixture = parts(FRAMES).sum(axis=0) + noise(FRAMES, 9, 0.05)
    return make_song(tmp_path, np.rint(mixture * 2**15) / np.float32(2**15))


@pytest.fixture
def take(song: Song) -> Take:
    return make_take(song, "a", parts(FRAMES))


def files_in(folder: Path) -> list[tuple[str, Path]]:
    return [(name, folder / f"{name}.wav") for name in ALL]


def test_a_mix_at_rest_is_the_song_bit_for_bit(tmp_path: Path, song: Song, take: Take) -> None:
    path = bounce_mix(song, [take], DEFAULT, tmp_path / "mix.wav", FLOAT)
    assert read(path).tobytes() == song.read(0, FRAMES).tobytes()


def test_a_region_is_what_the_mixer_renders_there(tmp_path: Path, song: Song, take: Take) -> None:
    path = bounce_mix(song, [take], MUTED, tmp_path / "mix.wav", FLOAT, Selection(5000, 40_000))
    expected = np.zeros((35_000, 2), np.float32)
    Mixer(song, [take], controls=MUTED).render(5000, 35_000, expected)
    assert np.array_equal(read(path), expected)


def test_recorded_moves_are_rendered_at_their_frames(tmp_path: Path, song: Song, take: Take) -> None:
    moves = [(0, MUTED), (10_000, DEFAULT), (20_000, DEFAULT.with_stem("drums", gain_db=-12))]
    path = bounce_mix(song, [take], DEFAULT, tmp_path / "mix.wav", FLOAT, moves=moves)
    heard, original = read(path), song.read(0, FRAMES)
    assert np.allclose(heard[:10_000], original[:10_000] - take.read(0, 10_000)[0], atol=1e-6)
    assert np.array_equal(heard[10_441:20_000], original[10_441:20_000])
    assert not np.array_equal(heard[20_441:30_000], original[20_441:30_000])


@pytest.mark.parametrize("encoding", [FLOAT, WIDE, NARROW])
def test_stems_and_residual_add_up_to_the_song_exactly(
    tmp_path: Path, song: Song, take: Take, encoding: Encoding
) -> None:
    paths = bounce_stems(song, take, files_in(tmp_path), encoding)
    total = sum(read(path).astype(np.float64) for path in paths)
    assert np.array_equal(total, song.read(0, FRAMES).astype(np.float64))


def test_the_residual_alone_is_the_song_without_all_stems(tmp_path: Path, song: Song, take: Take) -> None:
    [path] = bounce_stems(song, take, [("residual", tmp_path / "rest.wav")], FLOAT)
    assert np.abs(read(path) - noise(FRAMES, 9, 0.05)).max() < 1e-4


def test_stems_behind_their_faders_add_up_to_the_mix(tmp_path: Path, song: Song, take: Take) -> None:
    controls = MUTED.with_stem("bass", gain_db=-7, pan=0.4).with_stem("residual", gain_db=-3).with_master(-2)
    paths = bounce_stems(song, take, files_in(tmp_path), FLOAT, controls=controls)
    mix = bounce_mix(song, [take], controls, tmp_path / "mix.wav", FLOAT)
    assert np.abs(sum(read(path) for path in paths) - read(mix)).max() < 1e-6


def test_a_loud_mix_is_kept_lowered_or_refused_as_asked(tmp_path: Path, song: Song, take: Take) -> None:
    loud = DEFAULT.with_master(12)
    kept = read(bounce_mix(song, [take], loud, tmp_path / "kept.wav", FLOAT))
    assert np.abs(kept).max() > 1.5
    lowered = read(bounce_mix(song, [take], loud, tmp_path / "lowered.wav", FLOAT, clip="lower"))
    assert np.abs(lowered).max() == pytest.approx(1.0, abs=1e-6)
    assert np.allclose(lowered, kept / np.abs(kept).max(), atol=1e-6)
    with pytest.raises(OutputError, match="would clip by"):
        bounce_mix(song, [take], loud, tmp_path / "refused.wav", FLOAT, clip="refuse")
    assert not (tmp_path / "refused.wav").exists()


def test_a_stem_file_adds_up_to_the_song_and_behind_its_faders_to_the_mix(song: Song, take: Take) -> None:
    span = Selection(5000, 90_000)
    tracks = np.concatenate(list(stem_file_blocks(song, take, span))).reshape(-1, 5, 2)
    assert np.allclose(tracks[:, 0], song.read(5000, 90_000), atol=1e-6)
    assert np.allclose(tracks[:, 1:].sum(axis=1), tracks[:, 0], atol=1e-6)
    drums = take.read(5000, 90_000)[take.stems.index("drums")]
    assert np.array_equal(tracks[:, 1], drums)
    controls = (
        DEFAULT.with_stem("vocals", gain_db=-6.0).with_stem("other", pan=0.5).with_stem("bass", mute=True)
    )
    behind = np.concatenate(list(stem_file_blocks(song, take, span, controls))).reshape(-1, 5, 2)
    mixed = np.concatenate([block.copy() for block in mix_blocks(song, [take], controls, span, ())])
    assert np.allclose(behind[:, 0], mixed, atol=1e-5) and not behind[:, 2].any()


def test_a_loud_stem_file_is_lowered_or_refused_as_asked(tmp_path: Path, song: Song, take: Take) -> None:
    loud = replace(DEFAULT, master_db=12.0).with_stem("vocals", gain_db=12.0)
    with pytest.raises(OutputError, match="would clip"):
        bounce_stem_file(song, take, tmp_path / "a.stem.mp4", controls=loud, clip="refuse")
    assert not (tmp_path / "a.stem.mp4").exists()
    told: list[float] = []
    bounce_stem_file(song, take, tmp_path / "a.stem.mp4", controls=loud, clip="lower", report=told.append)
    assert 0.8 < np.abs(decode(tmp_path / "a.stem.mp4")[0]).max() < 1.2
    assert told == sorted(told) and told[-1] == 1.0


def test_a_stem_file_holds_four_stems_and_no_others(tmp_path: Path, song: Song) -> None:
    two = make_take(song, "two", parts(FRAMES)[:2], ("vocals", "drums"))
    with pytest.raises(UsageError, match="holds drums, bass, other, vocals; this model makes vocals, drums"):
        bounce_stem_file(song, two, tmp_path / "a.stem.mp4")


def test_a_mix_that_does_not_clip_is_not_lowered(tmp_path: Path, song: Song, take: Take) -> None:
    path = bounce_mix(song, [take], DEFAULT.with_master(-12), tmp_path / "a.wav", FLOAT, clip="lower")
    plain = bounce_mix(song, [take], DEFAULT.with_master(-12), tmp_path / "b.wav", FLOAT)
    assert path.read_bytes() == plain.read_bytes()


def test_files_lowered_together_keep_their_proportions(tmp_path: Path, song: Song, take: Take) -> None:
    loud = DEFAULT.with_master(12)
    peaks = [measure_mix(song, [take], loud), measure_stems(song, take, STEMS, controls=loud)]
    gain = common_gain(peaks)
    assert gain == pytest.approx(1 / max(peaks))
    stems = bounce_stems(song, take, files_in(tmp_path), FLOAT, controls=loud, gain=gain)
    mix = bounce_mix(song, [take], loud, tmp_path / "mix.wav", FLOAT, gain=gain)
    assert np.abs(read(mix)).max() == pytest.approx(1.0, abs=1e-6)
    assert np.abs(sum(read(path) for path in stems) - read(mix)).max() < 1e-6


def test_loud_stems_are_lowered_by_one_gain(tmp_path: Path, song: Song, take: Take) -> None:
    loud = DEFAULT.with_stem("vocals", gain_db=12).with_master(12)
    paths = bounce_stems(song, take, files_in(tmp_path), FLOAT, controls=loud, clip="lower")
    vocals, drums = read(paths[0]), read(paths[1])
    assert np.abs(vocals).max() == pytest.approx(1.0, abs=1e-6)
    assert np.std(vocals) / np.std(drums) == pytest.approx(10 ** (12 / 20), rel=0.01)


def test_what_exists_is_not_overwritten_and_an_unknown_stem_is_refused(
    tmp_path: Path, song: Song, take: Take
) -> None:
    path = bounce_mix(song, [take], DEFAULT, tmp_path / "mix.wav", FLOAT)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="exists already"):
        bounce_mix(song, [take], MUTED, path, FLOAT)
    assert path.read_bytes() == before
    with pytest.raises(UsageError, match="choir"):
        bounce_stems(song, take, [("choir", tmp_path / "choir.wav")], FLOAT)
    with pytest.raises(UsageError, match="empty"):
        bounce_mix(song, [take], MUTED, tmp_path / "empty.wav", FLOAT, Selection(FRAMES, FRAMES + 10))


@pytest.mark.parametrize("at", [0.0, 0.5])
def test_cancelling_leaves_nothing_behind(tmp_path: Path, song: Song, take: Take, at: float) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    def stop(fraction: float) -> None:
        if fraction >= at:
            raise Cancelled

    with pytest.raises(Cancelled):
        bounce_mix(song, [take], MUTED, folder / "mix.wav", FLOAT, clip="lower", report=stop)
    with pytest.raises(Cancelled):
        bounce_stems(song, take, files_in(folder), FLOAT, report=stop)
    assert list(folder.iterdir()) == []
