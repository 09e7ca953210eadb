"""`remixer mix`: the song itself until a fader moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from remixer.audio.decode import read
from remixer.audio.encode import Encoder, Encoding
from remixer.audio.tags import Tags, read_tags
from remixer.cli import mix as mix_module

Run = Callable[..., Any]
Make = Callable[..., Path]


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test fail where a model is run."""
    monkeypatch.setattr(mix_module, "separated", lambda *_: pytest.fail("a model was run"))


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "ogg", "opus", "m4a"])
def test_without_options_it_is_the_song_bit_for_bit(
    remixer: Run, song: Make, tmp_path: Path, kind: str, rate: int
) -> None:
    audio = read(song(rate=rate))[0]
    source = tmp_path / f"source.{kind}"
    with Encoder(source, rate, Encoding(kind)) as encoder:
        encoder.write(audio)
    done = remixer("mix", source, "--bits", "float", "--out", tmp_path / "x.wav")
    assert (done.code, done.out, done.err) == (0, "", "")
    meant, meant_rate = read(source)
    found, found_rate = soundfile.read(tmp_path / "x.wav", dtype="float32")
    assert found_rate == meant_rate
    assert np.array_equal(found, meant)


@pytest.mark.usefixtures("no_model")
def test_faders_at_rest_need_no_model(remixer: Run, song: Make, tmp_path: Path) -> None:
    options = ["--gain", "vocals=0", "--pan", "drums=0", "--gain", "master=+0dB"]
    done = remixer("mix", song(), *options, "--bits", "16", "--out", tmp_path / "x.wav", "--json")
    assert done.code == 0
    assert done.documents[0]["model"] is None
    assert np.array_equal(read(tmp_path / "x.wav")[0], read(song())[0])


def test_what_is_muted_and_what_is_soloed_are_the_song(remixer: Run, song: Make, tmp_path: Path) -> None:
    options = ["--model", "classic", "--bits", "float"]
    for mode in ("mute", "solo"):
        assert (
            remixer("mix", song(), *options, f"--{mode}", "drums", "--out", tmp_path / f"{mode}.wav").code
            == 0
        )
    without, only = read(tmp_path / "mute.wav")[0], read(tmp_path / "solo.wav")[0]
    assert np.abs(without).max() > 0.1
    assert np.abs(only).max() > 0.05
    assert np.abs(without + only - read(song())[0]).max() < 1e-6


def test_gain_of_minus_infinity_is_a_mute(remixer: Run, song: Make, tmp_path: Path) -> None:
    options = ["--model", "classic", "--bits", "float"]
    assert remixer("mix", song(), *options, "--gain", "drums=-inf", "--out", tmp_path / "a.wav").code == 0
    assert remixer("mix", song(), *options, "--mute", "drums", "--out", tmp_path / "b.wav").code == 0
    assert np.array_equal(read(tmp_path / "a.wav")[0], read(tmp_path / "b.wav")[0])


def test_master_and_pan_do_what_they_say(remixer: Run, song: Make, tmp_path: Path) -> None:
    options = ["--model", "classic", "--bits", "float", "--gain", "master=-6.0206"]
    assert remixer("mix", song(), *options, "--out", tmp_path / "a.wav").code == 0
    assert np.abs(read(tmp_path / "a.wav")[0] * 2 - read(song())[0]).max() < 1e-5
    options = ["--model", "classic", "--bits", "float", "--solo", "bass", "--pan", "bass=-1"]
    assert remixer("mix", song(), *options, "--out", tmp_path / "b.wav").code == 0
    left, right = read(tmp_path / "b.wav")[0].T
    assert np.abs(left).max() > 0.05
    assert not right.any()


def test_clipping_is_said_lowered_or_refused(remixer: Run, song: Make, tmp_path: Path) -> None:
    options = ["--model", "classic", "--gain", "bass=12", "--gain", "master=12"]
    kept = remixer("mix", song(), *options, "--out", tmp_path / "a.wav")
    assert (kept.code, kept.err.count("\n")) == (0, 1)
    assert "dB above full scale" in kept.err
    lowered = remixer("mix", song(), *options, "--clip", "lower", "--out", tmp_path / "b.wav")
    assert (lowered.code, lowered.err) == (0, "")
    assert 0.99 < np.abs(read(tmp_path / "b.wav")[0]).max() <= 1.0
    refused = remixer("mix", song(), *options, "--clip", "refuse", "--out", tmp_path / "c.wav")
    assert (refused.code, refused.err.count("\n")) == (5, 1)
    assert not (tmp_path / "c.wav").exists()


@pytest.mark.usefixtures("no_model")
def test_a_song_that_is_too_loud_by_itself_does_not_clip_unsaid(remixer: Run, tmp_path: Path) -> None:
    hot = tmp_path / "hot.wav"
    soundfile.write(hot, np.full((4410, 2), 1.5), 44_100, subtype="FLOAT")
    for options, name, said in (
        ([], "a.wav", True), (["--bits", "float"], "b.mp3", True), (["--bits", "float"], "c.wav", False),
        (["--clip", "lower"], "d.wav", False),
    ):  # fmt: skip
        done = remixer("mix", hot, *options, "--out", tmp_path / name)
        assert (done.code, "3.5 dB above full scale" in done.err) == (0, said)


def test_a_file_for_dj_programs_holds_the_mix_first(remixer: Run, song: Make, tmp_path: Path) -> None:
    options = ["--model", "classic", "--gain", "drums=-12", "--pan", "bass=0.5"]
    assert remixer("mix", song(), *options, "--out", tmp_path / "a.stem.mp4").code == 0
    assert remixer("mix", song(), *options, "--out", tmp_path / "a.wav").code == 0
    heard, meant = read(tmp_path / "a.stem.mp4")[0], read(tmp_path / "a.wav")[0]
    assert heard.shape == meant.shape
    assert np.sqrt(np.mean((heard - meant) ** 2)) < 0.1 * np.sqrt(np.mean(meant**2))


def test_tags_are_carried_over(remixer: Run, song: Make, tmp_path: Path) -> None:
    tags = Tags((("title", "Été"), ("artist", "Someone")), b"\xff\xd8\xff picture")
    with Encoder(tmp_path / "source.flac", 44_100, Encoding("flac"), tags) as encoder:
        encoder.write(read(song())[0])
    for kind in ("wav", "mp3", "opus", "m4a"):
        assert remixer("mix", tmp_path / "source.flac", "--out", tmp_path / f"x.{kind}").code == 0
        assert read_tags(tmp_path / f"x.{kind}") == tags


def test_what_makes_no_sense_is_said_so(remixer: Run, song: Make, tmp_path: Path) -> None:
    out = tmp_path / "x.wav"
    for options, word in [
        (["--gain", "flute=1"], "flute"), (["--gain", "vocals"], "vocals"),
        (["--gain", "vocals=loud"], "loud"),
        (["--gain", "vocals=nan"], "nan"), (["--gain", "vocals=13"], "13"), (["--gain", "vocals=inf"], "inf"),
        (["--pan", "vocals=2"], "2"), (["--mute", "flute"], "flute"),
        (["--solo", "master"], "master"),
        (["--model", "nonsense"], "nonsense"), (["--clip", "never"], "never"), (["--bits", "8"], "8"),
    ]:  # fmt: skip
        done = remixer("mix", song(), *options, "--out", out)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), options
        assert word in done.err
    assert remixer("mix", song(), "--out", tmp_path / "x.xyz").code == 2
    assert remixer("mix", song()).code == 2
    assert not out.exists()


def test_the_exit_code_says_what_failed(remixer: Run, song: Make, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("text")
    assert remixer("mix", tmp_path / "text.wav", "--out", tmp_path / "x.wav").code == 3
    assert remixer("mix", tmp_path / "missing.wav", "--out", tmp_path / "x.wav").code == 3
    assert remixer("mix", song(), "--out", song("taken.wav")).code == 5
    assert remixer("mix", song(), "--out", tmp_path / "missing" / "x.wav").code == 5
    assert remixer("mix", song(), "--out", tmp_path / ("y" * 300 + ".wav")).code == 5
    assert (
        remixer("mix", song(), "--mute", "bass", "--device", "toaster", "--out", tmp_path / "x.wav").code == 4
    )
    assert remixer("mix", song(), "--out", tmp_path / "x.wav", "--overwrite").code == 0
    assert remixer("mix", song(), "--out", tmp_path / "x.wav", "--overwrite").code == 0


@pytest.mark.usefixtures("no_model")
def test_another_sample_rate_is_told(remixer: Run, song: Make, tmp_path: Path) -> None:
    done = remixer("mix", song(rate=96_000), "--out", tmp_path / "x.mp3")
    assert (done.code, done.out, done.err) == (0, "", "Resampled from 96 to 48 kHz, as mp3 needs it.\n")
    done = remixer("mix", song(rate=48_000), "--out", tmp_path / "y.mp3")
    assert (done.code, done.err) == (0, "")
