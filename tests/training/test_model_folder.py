"""Exported folders load, run and score as the network they came from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from song_folders import written_config

from remixer.errors import InputError
from remixer.separation.card import load_card
from remixer.separation.separator import open_separator
from remixer.training.evaluate import evaluate, song_folders
from remixer.training.export import Identity, export, to_toml
from remixer.training.metrics import utterance_sdr
from remixer.training.train import train
from remixer.training.trained import load_trained

pytestmark = pytest.mark.torch
IDENTITY = Identity("tiny", "Tiny “one”", "offline", False, "none", "CC0", ("open",), 0.5, 0.1)


@pytest.fixture(params=[False, True], ids=["whole", "streaming"])
def folder(request: pytest.FixtureRequest, songs: Path, tmp_path: Path) -> Path:
    config = written_config(tmp_path, steps=2, causal=request.param)
    train(config, songs=songs, out=tmp_path / "run")
    trained = load_trained(config, tmp_path / "run" / "last.safetensors")
    assert trained.progress.step == 2
    return export(trained, IDENTITY, tmp_path / "models")


def test_the_exported_model_separates_as_the_torch_weights_do(folder: Path) -> None:
    from remixer.networks import build
    from remixer.networks.weights import read_weights

    card = load_card(folder)
    mixture = np.random.default_rng(0).standard_normal((2, 9000)).astype(np.float32) * np.float32(0.1)
    separator = open_separator(card, "cpu", 1)
    try:
        found = separator.separate(mixture)
    finally:
        separator.close()
    network = build(card.network, **dict(card.config)).eval()
    network.load_state_dict(read_weights(folder / "weights.safetensors"))
    with torch.inference_mode():
        expected = network(torch.from_numpy(mixture)[None])[0].numpy()
    assert np.allclose(found, expected, atol=1e-5)


def test_evaluation_of_a_model_gives_table_json_and_plot(folder: Path, songs: Path, tmp_path: Path) -> None:
    result = evaluate(load_card(folder), [songs], device="cpu")
    assert set(result.floor.table) == {"song 0", "song 1"}
    assert "mean of medians" in result.as_table()
    assert "oracle" not in result.as_table()
    assert '"medians_db"' in result.as_json()
    result.plot(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes()[:4] == b"\x89PNG"


def test_the_ideal_mask_is_scored_beside_the_model(folder: Path, songs: Path) -> None:
    result = evaluate(load_card(folder), [songs], oracle=True, device="cpu")
    assert result.oracle is not None
    assert "oracle" in result.as_table()
    assert '"oracle"' in result.as_json()
    assert result.oracle.mean > result.floor.mean + 3.0
    assert result.oracle.mean > result.scores["utterance_sdr"].mean


def test_songs_without_a_models_stems_are_named(folder: Path, songs: Path) -> None:
    voices = replace(load_card(folder), stems=("one", "two", "three", "four"))
    with pytest.raises(InputError, match="“song 0” has none of the stems of the model “tiny”: one, two"):
        evaluate(voices, [songs], device="cpu")


def test_a_single_song_folder_is_one_song(songs: Path) -> None:
    assert set(song_folders([songs / "song 1"])) == {"song 1"}


def test_the_floor_is_the_score_of_the_mixture() -> None:
    wave = np.ones((100, 2), np.float32)
    assert utterance_sdr(wave, wave + np.float32(2.0)) == pytest.approx(-6.02, abs=0.01)


def test_values_survive_the_manifest() -> None:
    import tomllib

    table = {"name": 'a "b"', "flag": True, "sub": {"x": [1, 2], "y": {"z": 1.5}}}
    assert tomllib.loads(to_toml(table)) == table
