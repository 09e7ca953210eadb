"""`remixer separate`: stems that add up to the song, at its own rate and length."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from remixer.audio.decode import read
from remixer.cli.separate import folders
from remixer.separation import song_run
from remixer.song import room

STEMS = ("vocals", "drums", "bass", "other")
Run = Callable[..., Any]
Make = Callable[..., Path]


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
@pytest.mark.parametrize(
    ("kind", "bits", "subtype"),
    [("wav", "16", "PCM_16"), ("flac", "24", "PCM_24"), ("wav", "float", "PCM_24")],
)
def test_stems_and_residual_add_up_to_the_song(
    remixer: Run, song: Make, tmp_path: Path, rate: int, kind: str, bits: str, subtype: str
) -> None:
    source = song(rate=rate, subtype=subtype)
    options = ["--model", "classic", "--format", kind, "--bits", bits, "--residual", "--out", tmp_path / "o"]
    done = remixer("separate", source, *options, "--json")
    assert (done.code, done.err) == (0, "")
    whole = soundfile.read(source)[0]
    parts = []
    for name in (*STEMS, "residual"):
        audio, found_rate = soundfile.read(tmp_path / "o" / "song" / f"{name}.{kind}")
        assert (found_rate, audio.shape) == (rate, whole.shape)
        parts.append(audio)
    assert np.array_equal(sum(parts), whole)
    assert sum(float(np.abs(part).max()) > 1e-4 for part in parts[:4]) >= 3


def test_a_stem_file_holds_mix_and_stems_in_one(remixer: Run, song: Make, tmp_path: Path) -> None:
    options = ["--model", "classic", "--format", "stem.mp4", "--out", tmp_path / "o"]
    done = remixer("separate", song(), *options, "--json")
    (path,) = (tmp_path / "o" / "song").iterdir()
    assert done.code == 0 and path.name == "song.stem.mp4" and done.documents[0]["files"] == [str(path)]
    heard, meant = read(path)[0], read(song())[0]
    assert heard.shape == meant.shape
    assert np.sqrt(np.mean((heard - meant) ** 2)) < 0.1 * np.sqrt(np.mean(meant**2))
    assert remixer("separate", song(), *options).code == 5
    for wrong in (["--stems", "vocals"], ["--residual"]):
        done = remixer("separate", song(), *options, "--overwrite", *wrong)
        assert done.code == 2 and "all four stems" in done.err


def test_json_says_what_was_done(remixer: Run, song: Make, tmp_path: Path) -> None:
    done = remixer("separate", song(), "--model", "classic", "--out", tmp_path / "o", "--json")
    (figures,) = done.documents
    assert set(figures) == {"song", "model", "device", "seconds", "elapsed_s", "rtf", "peak_rss_mib", "files"}
    assert (figures["model"], figures["device"], figures["seconds"]) == ("classic", "cpu", 2.0)
    assert figures["song"] == str(song())
    assert figures["elapsed_s"] > 0
    assert figures["rtf"] == pytest.approx(figures["elapsed_s"] / 2, rel=0.01, abs=1e-4)
    assert figures["peak_rss_mib"] > 10
    assert figures["files"] == [str(tmp_path / "o" / "song" / f"{name}.wav") for name in STEMS]
    assert all(Path(path).is_file() for path in figures["files"])


def test_several_songs_are_several_objects_and_a_broken_one_stops_none(
    remixer: Run, song: Make, tmp_path: Path
) -> None:
    (tmp_path / "broken.wav").write_text("nothing")
    paths = [song("a.wav"), tmp_path / "broken.wav", song("b.wav")]
    done = remixer(
        "separate", *paths, "--model", "classic", "--stems", "bass", "--out", tmp_path / "o", "--json"
    )
    assert done.code == 3
    assert [Path(one["song"]).name for one in done.documents] == ["a.wav", "b.wav"]
    assert done.err == "“broken.wav” is not a sound file that can be read.\n"
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == ["a", "b"]


def test_only_the_stems_asked_for_are_written(remixer: Run, song: Make, tmp_path: Path) -> None:
    done = remixer(
        "separate", song(), "--model", "classic", "--stems", "bass, Drums", "--out", tmp_path / "o"
    )
    assert done.code == 0
    assert sorted(path.name for path in (tmp_path / "o" / "song").iterdir()) == ["bass.wav", "drums.wav"]


def test_songs_of_one_name_get_folders_of_their_own(remixer: Run, song: Make, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    other = song("x/song.wav", seconds=1.0)
    options = ["--model", "classic", "--stems", "bass", "--out", tmp_path / "o"]
    assert remixer("separate", song(), other, *options).code == 0
    assert len(read(tmp_path / "o" / "song" / "bass.wav")[0]) == 88_200
    assert len(read(tmp_path / "o" / "song (2)" / "bass.wav")[0]) == 44_100


def test_a_song_that_is_called_like_a_second_one_has_a_folder_of_its_own() -> None:
    for given, named in (
        (["a (2).wav", "a.wav", "a.mp3"], ["a (2)", "a", "a (3)"]),
        (["a.wav", "a.mp3", "a (2).wav"], ["a", "a (2)", "a (2) (2)"]),
    ):
        found = folders([Path(name) for name in given], Path("o"))
        assert [folder for _, folder in found] == [Path("o", name) for name in named]


def test_nothing_is_overwritten_unless_told_so(remixer: Run, song: Make, tmp_path: Path) -> None:
    options = ["--model", "classic", "--out", tmp_path / "o"]
    target = tmp_path / "o" / "song" / "drums.wav"
    target.parent.mkdir(parents=True)
    target.write_text("precious")
    done = remixer("separate", song(), *options)
    assert (done.code, done.err) == (5, "“drums.wav” exists already; nothing was overwritten.\n")
    assert list(target.parent.iterdir()) == [target]
    assert target.read_text() == "precious"
    assert remixer("separate", song(), *options, "--overwrite").code == 0
    assert len(read(target)[0]) == 88_200


def test_a_second_run_separates_nothing(
    remixer: Run, song: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert remixer("separate", song(), "--model", "classic", "--out", tmp_path / "o").code == 0
    monkeypatch.setattr(song_run, "open_separator", lambda *_: pytest.fail("it was separated again"))
    assert remixer("separate", song(), "--model", "classic", "--out", tmp_path / "p").code == 0


def test_what_makes_no_sense_is_said_so(remixer: Run, song: Make, tmp_path: Path) -> None:
    for options, word in [
        (["--model", "nonsense"], "nonsense"), (["--stems", "flute"], "flute"), (["--format", "xyz"], "xyz"),
        (["--bits", "12"], "12"), (["--format", "flac", "--bits", "float"], "float"),
        (["--nonsense"], "nonsense"),
    ]:  # fmt: skip
        done = remixer("separate", song(), "--out", tmp_path / "o", *options)
        assert (done.code, done.out) == (2, "")
        assert word in done.err
        assert done.err.count("\n") == 1
    assert not (tmp_path / "o").exists()


def test_songs_that_cannot_be_read_leave_nothing(remixer: Run, song: Make, tmp_path: Path) -> None:
    cut = song("cut.wav")
    cut.write_bytes(cut.read_bytes()[:200_000])
    (tmp_path / "empty.wav").touch()
    for path in (tmp_path / "missing.wav", tmp_path / "empty.wav", cut, tmp_path):
        done = remixer("separate", path, "--model", "classic", "--out", tmp_path / "o")
        assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert not (tmp_path / "o").exists()


def test_targets_that_cannot_be_written_are_said_so(remixer: Run, song: Make, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    on_linux = [Path("/proc/stems"), tmp_path / ("y" * 300)]
    places = [tmp_path / "file", *(on_linux if sys.platform == "linux" else [])]
    for place in places:
        done = remixer("separate", song(), "--model", "classic", "--out", place)
        assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_song_whose_file_would_have_too_long_a_name_stops_none(
    remixer: Run, song: Make, tmp_path: Path
) -> None:
    long = song("y" * 250 + ".wav")
    options = ["--model", "classic", "--format", "stem.mp4", "--out", tmp_path / "o"]
    done = remixer("separate", long, song("b.wav"), *options)
    assert done.code == 5 and "cannot be written: File name too long.\n" in done.err
    assert [path.name for path in (tmp_path / "o").rglob("*.mp4")] == ["b.stem.mp4"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_any_name_works(remixer: Run, song: Make, tmp_path: Path) -> None:
    for number, name in enumerate(["été 歌 🎵.wav", os.fsdecode(b"\xff\xfe.wav"), "no ending"]):
        out = tmp_path / f"o{number}"
        done = remixer(
            "separate", song(name), "--model", "classic", "--stems", "bass", "--out", out, "--json"
        )
        assert (done.code, done.err) == (0, "")
        assert (out / Path(name).stem / "bass.wav").is_file()
        assert done.documents[0]["files"] == [str(out / Path(name).stem / "bass.wav")]


def test_much_room_is_said_before_and_too_little_refused(
    remixer: Run, song: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LARGE_BYTES", 1)
    options = [song(), "--model", "classic", "--out", tmp_path / "o"]
    done = remixer("separate", *options)
    assert done.code == 0
    assert (
        done.err.startswith("“song” needs 0.0 GB of disk in the song cache; ") and done.err.count("\n") == 1
    )
    other = song(name="other.wav", seconds=3.0)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda folder: type("Disk", (), {"free": 1000}))
    done = remixer("separate", other, *options[1:])
    assert (done.code, done.err.count("\n")) == (5, 1)
    assert "free some space" in done.err and not (tmp_path / "o" / "other").exists()


def test_another_sample_rate_is_told(remixer: Run, song: Make, tmp_path: Path) -> None:
    options = ["--model", "classic", "--format", "opus", "--stems", "drums", "--out", tmp_path / "o"]
    done = remixer("separate", song(), *options, "--json")
    assert (done.code, done.err) == (0, "Resampled from 44.1 to 48 kHz, as opus needs it.\n")


def test_stems_that_clip_are_told_with_what_helps(remixer: Run, song: Make, tmp_path: Path) -> None:
    hot = tmp_path / "hot.wav"
    soundfile.write(hot, read(song())[0] * 8, 44_100, subtype="FLOAT")
    options = ["--model", "classic", "--bits", "float", "--out", tmp_path / "o"]
    done = remixer("separate", hot, *options, "--format", "mp3")
    assert done.code == 0
    assert "dB above full scale" in done.err and "see --format wav --bits float" in done.err
    done = remixer("separate", hot, *options)
    assert (done.code, done.err) == (0, "")
