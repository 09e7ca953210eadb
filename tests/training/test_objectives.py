"""Every objective teaches a small network of its paper; what cannot be set up is said in a sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from voice_folders import write_voices

from remixer.errors import InputError
from remixer.paths import resources_dir
from remixer.separation.card import ModelCard, load_card
from remixer.separation.separator import open_separator
from remixer.separation.spectrum import Audio
from remixer.training.config import build_network, read_config
from remixer.training.export import Identity, export, to_toml
from remixer.training.metrics import best_order
from remixer.training.mixtures import Batch
from remixer.training.objectives.signals import waveforms
from remixer.training.objectives.speakers import pit_si_sdr
from remixer.training.singers import Voices, voice_files
from remixer.training.task import OBJECTIVES, make_task
from remixer.training.trained import load_trained
from remixer.training.trainer import Trainer, TrainerConfig

pytestmark = pytest.mark.torch
CHAIN = {"channels": 2, "context": 8, "window": 512, "hop": 128}
SETTINGS: dict[str, dict[str, Any]] = {
    "waveform": {
        "network": {"name": "hs-tasnet-small", "window": 256, "bases": 32, "hidden": 16},
        "data": {"batch": 2, "seconds": 0.2},
    },
    "chimera": {
        "network": {
            "name": "mel-mdensenet-dc-nodsconvs-bc",
            **CHAIN,
            **{"bands": 32, "growth": 6, "layers": 2, "embedding": 4},
        },
        "objective": {"pieces": 8, "reuse": 4},
        "data": {"batch": 2, "seconds": 0.4},
    },
    "speakers": {
        "network": {
            "name": "sudo-rm-rf-0.25x",
            **{"blocks": 2, "bases": 32, "width": 12, "inner": 16, "depth": 3},
        },
        "data": {"batch": 2, "seconds": 0.3, "valid": ["alto", "tenor"], "valid_each": 2},
    },
}


def folder_for(name: str, songs: Path, tmp_path: Path) -> Path:
    return write_voices(tmp_path / "voices") if name == "speakers" else songs


def trainer(name: str, songs: Path, out: Path) -> Trainer:
    torch.manual_seed(0)
    settings = SETTINGS[name]
    network = build_network(settings["network"])
    task = make_task({**settings, "training": {}}, network, folder_for(name, songs, out), out)
    schedule = TrainerConfig(steps=60, warmup_steps=2, learning_rate=5e-3, cooldown=0.0, vector_decay=False)
    return Trainer(network, task.objective, task.validate, out, schedule)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_small_network_learns(name: str, songs: Path, tmp_path: Path) -> None:
    run = trainer(name, songs, tmp_path)
    losses = [run.step() for _ in range(60)]
    assert np.mean(losses[-10:]) < np.mean(losses[:10])
    run.save("last")
    assert run.share_done() == 1.0


@pytest.mark.parametrize("name", SETTINGS)
def test_a_resumed_run_goes_on_as_if_never_stopped(name: str, songs: Path, tmp_path: Path) -> None:
    whole = trainer(name, songs, tmp_path / "a")
    losses = [whole.step() for _ in range(7)]
    first = trainer(name, songs, tmp_path / "b")
    for _ in range(5):
        first.step()
    first.save("last")
    second = trainer(name, songs, tmp_path / "b")
    second.resume(tmp_path / "b" / "last.safetensors")
    assert [second.step() for _ in range(2)] == pytest.approx(losses[5:], rel=1e-5)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_trained_network_becomes_a_model(name: str, songs: Path, tmp_path: Path) -> None:
    run = trainer(name, songs, tmp_path)
    run.step()
    run.save("last")
    config = tmp_path / "config.toml"
    config.write_text(to_toml(SETTINGS[name]), encoding="utf-8")
    trained = load_trained(config, tmp_path / "last.safetensors")
    card = load_card(
        export(trained, Identity(name, name, name, False, "-", "-", ("nc",)), tmp_path / "models")
    )
    assert (card.rate, card.stems) == (trained.rate, trained.stems)
    mixture = np.random.default_rng(0).standard_normal((2, 9000)).astype(np.float32)
    by_onnx, by_torch = (
        separated(replace(card, weights=(one,)), mixture) for one in card.weights
    )  # one for each runtime
    assert np.allclose(by_onnx, by_torch, atol=1e-4)


def separated(card: ModelCard, mixture: Audio) -> Audio:
    separator = open_separator(card, "cpu", 1)
    try:
        return separator.separate(mixture)
    finally:
        separator.close()


def test_people_kept_for_validation_are_scored(songs: Path, tmp_path: Path) -> None:
    run = trainer("speakers", songs, tmp_path)
    assert run.validate is not None
    scores = run.validate(run.network.eval())
    assert set(scores.table) == {"alto+tenor 1", "alto+tenor 2"}
    assert scores.stems == ("speaker 1", "speaker 2")


def test_the_recipes_name_objectives_there_are() -> None:
    recipes = sorted((resources_dir() / "training").glob("*.toml"))
    assert {"vocals.toml", "two-speakers.toml", "hs-tasnet-small.toml"} <= {path.name for path in recipes}
    for path in recipes:
        name = read_config(path).get("objective", {}).get("name")
        assert name is None or name in OBJECTIVES


def test_the_better_order_counts() -> None:
    sources = torch.randn(3, 2, 400, generator=torch.Generator().manual_seed(0))
    swapped = 0.3 * sources.flip(1) + 0.001
    assert torch.allclose(pit_si_sdr(swapped, sources), pit_si_sdr(swapped.flip(1), sources))
    assert pit_si_sdr(swapped, sources).min() > 20.0
    assert best_order(sources[0].numpy(), swapped[0].numpy()) == (1, 0)


def test_waveforms_are_limited_equalised_and_resampled() -> None:
    time = torch.arange(4410) / 44_100
    low, high = torch.sin(2 * torch.pi * 500 * time), torch.sin(2 * torch.pi * 12_000 * time)
    stems = (low + high).expand(1, 4, 2, -1)
    plain = Batch(stems, torch.zeros(1, 4, 16), torch.tensor([30_000.0]))
    assert torch.allclose(waveforms(plain), stems, atol=1e-4)
    limited = Batch(stems, torch.full((1, 4, 16), 6.0), torch.tensor([5_000.0]))
    expected = 10 ** (6 / 20) * torch.sin(2 * torch.pi * 500 * torch.arange(3200) / 32_000)
    assert torch.allclose(waveforms(limited, 32_000)[0, 0, 0], expected, atol=1e-3)


def test_mixtures_of_voices_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    voices = Voices(voice_files(write_voices(tmp_path)))
    assert np.array_equal(voices.batch(1, 7, 3, 800), voices.batch(1, 7, 3, 800))
    assert not np.array_equal(voices.batch(1, 7, 3, 800), voices.batch(1, 8, 3, 800))
    assert len(voices.every_pair(2, 800)) == 12


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"objective": {"name": "magic"}}, "no objective “magic”"),
        ({"network": {"name": "waves"}}, "no network “waves”"),
        ({"network": {"name": "hs-tasnet", "wings": 2}}, "hs-tasnet.*cannot be built"),
        ({"network": {"name": "mel-mdensenet-dc"}}, "embedding = 20"),
        ({**SETTINGS["waveform"], "objective": {"loss": "l2"}}, "unknown key loss; known are stems"),
        ({**SETTINGS["chimera"], "objective": {"stem": "voice"}}, "names the stem “voice”; there are vocals"),
        ({**SETTINGS["chimera"], "objective": {"rate": 48_000}}, "cannot be had from songs of 44100 Hz"),
        ({**SETTINGS["chimera"], "data": {"seconds": 0.02}}, "is too short: the network sees 8 frames"),
        ({**SETTINGS["speakers"], "objective": {"loss": "l2"}}, "nothing can be set there"),
        ({**SETTINGS["speakers"], "data": {"valid": ["nobody"]}}, "“nobody”"),
        ({**SETTINGS["speakers"], "data": {"valid": ["alto", "bass", "tenor"]}}, "beside those kept"),
    ],
)
def test_what_cannot_be_set_up_is_said(
    settings: dict[str, Any], sentence: str, songs: Path, tmp_path: Path
) -> None:
    speakers = settings.get("network") == SETTINGS["speakers"]["network"]
    folder = write_voices(tmp_path / "voices") if speakers else songs
    with pytest.raises(InputError, match=sentence):
        make_task(settings, build_network(settings.get("network", {})), folder, tmp_path / "out")


def test_a_folder_without_voices_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no voices of two people"):
        voice_files(tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        voice_files(tmp_path / "nowhere")
