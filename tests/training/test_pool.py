"""The pool gives back what was decoded and says what is no data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from remixer.errors import InputError
from remixer.training.collection import collection_pool, collection_sources, is_collection
from remixer.training.pool import POOL_RATE_HZ, STEMS, Pool, read_stereo, song_sources, write_pool

pytestmark = pytest.mark.torch


def test_a_crop_is_the_decoded_audio(songs: Path, tmp_path: Path) -> None:
    pool = write_pool(song_sources(songs), tmp_path / "pool")
    track = next(track for track in pool.tracks if track.stem == "bass")
    audio, _ = read_stereo(songs / track.song / "bass.wav")
    assert np.allclose(pool.crop(track, 100, 500), audio[100:600].T, atol=1e-4)


def test_a_crop_past_the_end_is_silent(songs: Path, tmp_path: Path) -> None:
    pool = write_pool(song_sources(songs), tmp_path / "pool")
    track = pool.tracks[0]
    assert not pool.crop(track, track.frames - 10, 100)[:, 10:].any()


def test_mono_at_another_rate_becomes_stereo_at_the_pools(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "voice.wav", np.zeros(8000, np.float32), 16_000)
    audio, rate_hz = read_stereo(tmp_path / "voice.wav")
    assert audio.shape == (round(0.5 * POOL_RATE_HZ), 2)
    assert rate_hz == 16_000


@pytest.mark.parametrize("rate_hz", [POOL_RATE_HZ, 48_000])
def test_samples_that_are_no_numbers_are_silent(rate_hz: int, tmp_path: Path) -> None:
    wave = np.full((rate_hz, 2), 0.25, np.float32)
    wave[500], wave[700, 0] = np.nan, -np.inf
    (tmp_path / "songs" / "one").mkdir(parents=True)
    soundfile.write(tmp_path / "songs" / "one" / "bass.wav", wave, rate_hz, subtype="FLOAT")
    pool = write_pool(song_sources(tmp_path / "songs"), tmp_path / "pool")
    heard = pool.crop(pool.tracks[0], 0, POOL_RATE_HZ)
    assert np.isfinite(heard).all()
    assert np.allclose(heard[:, 5000:40_000], 0.25, atol=1e-3)


def test_an_empty_folder_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a data set"):
        song_sources(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent is not a folder"):
        song_sources(tmp_path / "absent")


def test_a_file_that_is_no_audio_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "vocals.wav").write_text("no audio", encoding="utf-8")
    with pytest.raises(InputError, match=r"vocals\.wav could not be decoded"):
        write_pool(song_sources(tmp_path), tmp_path / "pool")
    assert not (tmp_path / "pool" / "tracks.json").exists()


def test_a_folder_without_a_table_is_no_pool(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no pool"):
        Pool(tmp_path)


def test_a_collection_takes_the_rows_of_its_split_and_tiers(songs: Path, tmp_path: Path) -> None:
    rows = ["path\tkind\tstem\tsplit\ttier"]
    for song, split, tier in (
        ("song 0", "train", "open"),
        ("song 1", "train", "nc"),
        ("song 1", "valid", "nc"),
    ):
        rows += [f"{song}/{stem}.wav\tsong\t{stem}\t{split}\t{tier}" for stem in STEMS]
    (songs / "MANIFEST.tsv").write_text("\n".join(rows), encoding="utf-8")
    assert is_collection(songs)
    pool = collection_pool(songs, tmp_path / "pool", "train", tiers=("open",))
    assert {track.song for track in pool.tracks} == {"song 0"}
    assert len(collection_sources(songs, "valid")) == 4
    with pytest.raises(InputError, match="lists no stems"):
        collection_pool(songs, tmp_path / "none", "valid", tiers=("open",))


def test_a_stem_that_its_note_warns_of_is_left_out(songs: Path) -> None:
    note = "its bass sits in other: do not train bass or other on it"
    rows = ["path\tkind\tstem\tsplit\ttier\tnote"]
    rows += [f"song 0/{stem}.wav\tsong\t{stem}\ttrain\topen\t{note}" for stem in STEMS]
    (songs / "MANIFEST.tsv").write_text("\n".join(rows), encoding="utf-8")
    assert [source.stem for source in collection_sources(songs, "train")] == ["vocals", "drums"]
