"""What training and evaluation are given that is not as it should be: a sentence, or the right score."""

from __future__ import annotations

import json
import math
import os
import signal
import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from song_folders import write_song, written_config
from voice_folders import write_voices

from remixer.cli.train import stoppable
from remixer.errors import Cancelled, InputError, UsageError
from remixer.networks import build
from remixer.training.collection import collection_pool
from remixer.training.evaluate import Evaluation, _bss_scores, song_folders
from remixer.training.export import Identity, export, is_streaming, to_toml
from remixer.training.metrics import SongScores
from remixer.training.objectives import band_mask, waveform
from remixer.training.objectives.signals import waveforms
from remixer.training.pool import POOL_RATE_HZ, song_sources, write_pool
from remixer.training.singers import Voices, voice_files
from remixer.training.songs import Validation, training_songs
from remixer.training.train import train
from remixer.training.trained import load_trained

pytestmark = pytest.mark.torch


def test_stems_of_unequal_length_are_validated_and_silent_ones_have_no_score(tmp_path: Path) -> None:
    write_song(tmp_path / "songs" / "one", 1, seconds=1.0)
    write_song(tmp_path / "songs" / "one", 2, ("bass",), seconds=0.6)
    soundfile.write(tmp_path / "songs" / "one" / "drums.wav", np.zeros((9000, 2), np.float32), POOL_RATE_HZ)
    pool = write_pool(song_sources(tmp_path / "songs"), tmp_path / "pool")
    network = build("band-masker", width=8, deep_width=8, hidden=4).eval()
    scores = Validation(pool)(network)
    assert set(scores.stems) == {"vocals", "bass", "other"}
    assert all(math.isfinite(scores.median(stem)) for stem in scores.stems)


def test_songs_that_no_stem_could_be_judged_by_are_refused_before_training(tmp_path: Path) -> None:
    write_song(tmp_path / "songs" / "one", 1, ("drums", "bass"))
    pool = write_pool(song_sources(tmp_path / "songs"), tmp_path / "pool")
    with pytest.raises(InputError, match="hold nothing to judge the network by: vocals"):
        Validation(pool, ("vocals",))


@pytest.mark.parametrize("name", ["mmdensenet", "mdensenet-mbc"])
def test_a_network_of_one_stem_is_not_taught_four(name: str, songs: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a stereo network of 4 stems"):
        waveform.make(build(name), {}, {}, songs, tmp_path)
    with pytest.raises(InputError, match="names the stem “voice”; there are vocals, drums, bass, other"):
        waveform.make(build(name), {"stems": ["voice"]}, {}, songs, tmp_path)


def test_a_network_of_one_stem_is_taught_the_one_that_is_named(songs: Path, tmp_path: Path) -> None:
    class Bass(torch.nn.Module):
        stems, channels = 1, 2

        def forward(self, mixture: torch.Tensor) -> torch.Tensor:
            return wanted[:, [2]] + offset

    offset = torch.full((), 0.25, requires_grad=True)
    task = waveform.make(Bass(), {"stems": ["bass"]}, {"batch": 2, "seconds": 0.1}, songs, tmp_path)
    assert isinstance(task.objective, waveform.WaveformObjective)
    wanted = waveforms(task.objective.mixtures.batch(3))
    assert task.objective.backward(3) == pytest.approx(0.25)


def test_stems_in_another_order_are_refused(songs: Path, tmp_path: Path) -> None:
    network = build("band-masker", stems=["drums", "bass", "other", "vocals"])
    with pytest.raises(InputError, match="must be vocals, drums, bass, other, in this order"):
        band_mask.make(network, {}, {}, songs, tmp_path)  # type: ignore[arg-type]


def test_a_pool_of_other_songs_is_not_used(songs: Path, tmp_path: Path) -> None:
    training_songs({}, songs, tmp_path / "run")
    training_songs({}, songs, tmp_path / "run")
    write_song(songs / "a new one", 7)
    with pytest.raises(InputError, match="was made from other songs than are asked for"):
        training_songs({}, songs, tmp_path / "run")


def test_a_pool_of_other_tiers_is_not_used(songs: Path, tmp_path: Path) -> None:
    rows = ["path\tkind\tstem\ttier\tsplit\tnote"] + [
        f"song {number}/{stem}.wav\tsong\t{stem}\t{tier}\ttrain\t"
        for number, tier in enumerate(("open", "nc"))
        for stem in ("vocals", "drums", "bass", "other")
    ]
    (songs / "MANIFEST.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert len(collection_pool(songs, tmp_path / "pool", "train").tracks) == 8
    assert len(collection_pool(songs, tmp_path / "pool", "train").tracks) == 8
    with pytest.raises(InputError, match="was made from other songs"):
        collection_pool(songs, tmp_path / "pool", "train", ("open",))


def test_a_run_that_is_there_is_not_overwritten(songs: Path, config: Path, tmp_path: Path) -> None:
    train(config, songs=songs, out=tmp_path / "run")
    with pytest.raises(InputError, match=r"holds a run already; go on with --resume"):
        train(config, songs=songs, out=tmp_path / "run")


def test_resuming_what_was_never_saved_says_so(songs: Path, config: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no checkpoint .*last\.safetensors"):
        train(config, songs=songs, out=tmp_path / "run", resume=True)


def test_patience_without_songs_for_validation_ends_nothing(songs: Path, tmp_path: Path) -> None:
    config = written_config(tmp_path, steps=6)
    text = config.read_text(encoding="utf-8").replace("warmup_steps = 2", "warmup_steps = 0\npatience = 1")
    config.write_text(text + "validate_steps = 1\n", encoding="utf-8")
    assert train(config, songs=songs, out=tmp_path / "run").step == 6


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_an_interruption_ends_training_after_its_step_and_the_second_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable() as report:
        report(0.1)
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Cancelled, match="go on with --resume"):
            report(0.2)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_songs_to_evaluate_are_those_that_were_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part, song in (("train", "a"), ("test", "b"), ("test", "c"), ("mine", "b")):
        write_song(tmp_path / part / song, 1, ("bass",), seconds=0.1)
    assert set(song_folders([tmp_path])) == {"b", "c"}
    with pytest.raises(InputError, match=r"tset does not exist"):
        song_folders([tmp_path / "tset"])
    both = song_folders([tmp_path / "test", tmp_path / "mine"])
    assert set(both) == {"b", "c", str(tmp_path / "mine" / "b")}
    monkeypatch.chdir(tmp_path / "mine" / "b")
    assert set(song_folders([Path()])) == {"b"}


def test_scores_that_are_no_numbers_are_null_in_json() -> None:
    scores = {"utterance_sdr": SongScores({"a": {"bass": 1.0}}), "sdr": SongScores({"a": {"bass": math.nan}})}
    told = json.loads(Evaluation("m", scores, SongScores({"a": {"bass": -5.0}})).as_json())
    assert told["songs_db"]["sdr"]["a"]["bass"] is None
    assert told["songs_db"]["utterance_sdr"]["a"]["bass"] == 1.0


def test_a_single_stem_is_judged_beside_the_rest_of_its_song(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def judged(right: np.ndarray, found: np.ndarray, rate: int) -> dict[str, list[float]]:
        seen.append(len(right))
        assert np.allclose(right.sum(0), found.sum(0))
        return {name: [1.0] * len(right) for name in ("sdr", "sir", "sar", "isr")}

    monkeypatch.setattr("remixer.training.evaluate.bss_eval", judged)
    voice, mixture = np.ones((50, 2), np.float32), np.full((50, 2), 3, np.float32)
    assert _bss_scores({"vocals": voice}, {"vocals": voice / 2}, mixture)["sir"] == {"vocals": 1.0}
    assert seen == [2]
    assert _bss_scores({}, {}, mixture)["sdr"] == {}


def test_voices_in_training_are_sung_faster_and_slower(tmp_path: Path) -> None:
    voices = Voices(voice_files(write_voices(tmp_path)))
    plain = voices.every_pair(1, 8000)
    peaks = {int(np.abs(np.fft.rfft(wave)).argmax()) for pair in plain.values() for wave in pair}
    varied = {int(np.abs(np.fft.rfft(wave)).argmax()) for row in voices.batch(1, 0, 8, 8000) for wave in row}
    assert len(varied) > len(peaks)


def test_what_a_manifest_may_say_is_always_toml() -> None:
    told = {"paper": 'two\nlines, a "quote", a \\ and a tab\t', "name": "é"}
    assert tomllib.loads(to_toml(told)) == told


def test_a_precision_there_is_not_is_refused(songs: Path, config: Path, tmp_path: Path) -> None:
    train(config, songs=songs, out=tmp_path / "run")
    trained = load_trained(config, tmp_path / "run" / "last.safetensors")
    identity = Identity("a", "A", "offline", False, "none", "CC0", ("open",), precision="int4")
    with pytest.raises(UsageError, match="There is no precision “int4”; there are fp32, fp16, int8"):
        export(trained, identity, tmp_path / "models")


def test_a_network_that_looks_ahead_is_not_exported_hop_by_hop() -> None:
    assert not is_streaming(build("x-umx", causal=False, hidden=16))
    assert is_streaming(build("x-umx", hidden=16))


def test_a_window_that_cannot_be_exported_is_refused_before_training() -> None:
    with pytest.raises(UsageError, match="a window of 2048: the square of an even number is needed"):
        build("band-masker", window_frames=2048, hop_frames=512, synthesis_frames=2048)
