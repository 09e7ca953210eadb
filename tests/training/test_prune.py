"""Pruning while training: the curve, what is chosen, and a model that is smaller and the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from song_folders import write_song

from remixer.errors import InputError
from remixer.networks.counts import parameters_of
from remixer.training.checkpoint import Progress, save_checkpoint
from remixer.training.config import build_network
from remixer.training.export import to_toml
from remixer.training.prune import prune
from remixer.training.pruning_curve import Curve, Point
from remixer.training.train import train
from remixer.training.trained import load_trained

pytestmark = pytest.mark.torch
SETTINGS: dict[str, Any] = {
    "network": {
        "name": "mel-mdensenet-dc-nodsconvs-bc",
        **{"channels": 2, "context": 8, "window": 512, "hop": 128, "bands": 32, "growth": 6, "layers": 2},
        "embedding": 4,
    },
    "objective": {"pieces": 8, "reuse": 4},
    "data": {"batch": 2, "seconds": 0.4},
    "training": {"steps": 2, "warmup_steps": 1, "validate_minutes": 600.0},
    "pruning": {"thresholds": [0.0, 0.5], "steps_each": 2, "lose_db": 100.0},
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "vocals.toml"
    path.write_text(to_toml(SETTINGS), encoding="utf-8")
    return path


@pytest.fixture
def judged_songs(songs: Path) -> Path:
    """Songs to learn from with one to be judged by."""
    (songs / "train").mkdir()
    for song in [path for path in songs.iterdir() if path.name != "train"]:
        song.rename(songs / "train" / song.name)
    write_song(songs / "valid" / "song 7", 7)
    return songs


def test_a_trained_network_is_pruned_and_exported(config: Path, judged_songs: Path, tmp_path: Path) -> None:
    training = {key: table for key, table in SETTINGS.items() if key != "pruning"}
    plain = tmp_path / "plain.toml"
    plain.write_text(to_toml(training), encoding="utf-8")
    train(plain, songs=judged_songs, out=tmp_path / "run")
    out = tmp_path / "pruned"
    made = prune(config, tmp_path / "run" / "last.safetensors", songs=judged_songs, out=out)
    points = json.loads((out / "curve.json").read_text(encoding="utf-8"))["points"]
    assert [point["threshold"] for point in points] == [0.0, 0.5]
    assert points[0]["silent"] == 0 < points[1]["silent"] < points[1]["total"]
    assert (out / "curve.png").read_bytes()[:4] == b"\x89PNG"
    whole = load_trained(plain, tmp_path / "run" / "last.safetensors")
    slim = load_trained(made, out / "pruned.safetensors")
    assert parameters_of(slim.network) < parameters_of(whole.network)
    again = build_network({"name": slim.name, **slim.config}).eval()
    again.load_state_dict(slim.network.state_dict())
    mixture = torch.randn(1, 2, 5000, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.equal(again(mixture), slim.network(mixture))
    resumed = prune(config, tmp_path / "run" / "last.safetensors", songs=judged_songs, out=out, resume=True)
    assert resumed.read_bytes() == made.read_bytes()


def test_the_sparsest_point_that_costs_little_is_chosen(tmp_path: Path) -> None:
    curve = Curve(tmp_path)
    network = torch.nn.Linear(1, 1)
    for threshold, sdr_db, silent in ((0.0, 5.0, 0), (0.1, 5.1, 7), (0.2, 4.97, 11), (0.3, 4.0, 17)):
        curve.add(Point(threshold, sdr_db, silent, 100), network)
    assert curve.chosen(0.05).threshold == 0.2
    assert curve.chosen(0.0).threshold == 0.1
    assert curve.chosen(2.0).sparsity == 0.17
    assert Curve(tmp_path, resume=True).points == curve.points


def test_a_network_without_dense_blocks_is_refused(songs: Path, tmp_path: Path) -> None:
    config = tmp_path / "speakers.toml"
    table = {"network": {"name": "sudo-rm-rf-0.25x", "blocks": 1, "bases": 8, "width": 4, "inner": 4}}
    config.write_text(to_toml({**table, "training": {"steps": 1}}), encoding="utf-8")
    network = build_network(table["network"])
    save_checkpoint(tmp_path / "one.safetensors", network, network.state_dict(), None, Progress())
    with pytest.raises(InputError, match="has no dense blocks to prune"):
        prune(config, tmp_path / "one.safetensors", songs=songs, out=tmp_path / "out")


def test_pruning_without_songs_to_judge_by_is_refused(config: Path, songs: Path, tmp_path: Path) -> None:
    network = build_network(SETTINGS["network"])
    save_checkpoint(tmp_path / "one.safetensors", network, network.state_dict(), None, Progress())
    with pytest.raises(InputError, match="needs songs for validation"):
        prune(config, tmp_path / "one.safetensors", songs=songs, out=tmp_path / "out")


def test_a_run_that_is_there_is_not_overwritten(config: Path, judged_songs: Path, tmp_path: Path) -> None:
    network, last = build_network(SETTINGS["network"]), tmp_path / "run" / "last.safetensors"
    save_checkpoint(last, network, network.state_dict(), None, Progress(step=7))
    kept = last.read_bytes()
    with pytest.raises(InputError, match=r"run holds a run already; go on with --resume"):
        prune(config, last, songs=judged_songs, out=last.parent)
    assert last.read_bytes() == kept
