"""Training: the same losses for the same seed, whole checkpoints, sentences for what cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from song_folders import written_config

from remixer.errors import Cancelled, InputError
from remixer.networks.band_masker import BandMasker
from remixer.networks.weights import save_weights
from remixer.training.checkpoint import load_checkpoint
from remixer.training.config import build_network, read_config
from remixer.training.mixtures import MixtureConfig, Mixtures
from remixer.training.objectives.band_mask import BandMaskConfig, BandMaskObjective
from remixer.training.pool import Pool, song_sources, write_pool
from remixer.training.train import train
from remixer.training.trainer import Trainer, TrainerConfig

pytestmark = pytest.mark.torch
SMALL = MixtureConfig(seconds=0.1, batch=2)


@pytest.fixture
def pool(songs: Path, tmp_path: Path) -> Pool:
    return write_pool(song_sources(songs), tmp_path / "pool")


def trainer(pool: Pool, config: Path, folder: Path, **schedule: float) -> Trainer:
    torch.manual_seed(0)
    network = build_network(read_config(config)["network"])
    assert isinstance(network, BandMasker)
    settings = TrainerConfig(**{"steps": 50, "warmup_steps": 2, **schedule})  # type: ignore[arg-type]
    objective = BandMaskObjective(network, Mixtures(pool, SMALL, 1), BandMaskConfig(bfloat16=False))
    return Trainer(network, objective, None, folder, settings)


def test_two_runs_have_the_same_losses(pool: Pool, config: Path, tmp_path: Path) -> None:
    one, other = trainer(pool, config, tmp_path / "a"), trainer(pool, config, tmp_path / "b")
    assert [one.step() for _ in range(50)] == [other.step() for _ in range(50)]


def test_a_resumed_run_goes_on_as_if_never_stopped(pool: Pool, config: Path, tmp_path: Path) -> None:
    whole = trainer(pool, config, tmp_path / "a")
    losses = [whole.step() for _ in range(8)]
    first = trainer(pool, config, tmp_path / "b")
    for _ in range(4):
        first.step()
    first.save("last")
    second = trainer(pool, config, tmp_path / "b")
    second.resume(tmp_path / "b" / "last.safetensors")
    assert [second.step() for _ in range(4)] == pytest.approx(losses[4:], rel=1e-5)


def test_learning_lowers_the_loss(pool: Pool, config: Path, tmp_path: Path) -> None:
    run = trainer(pool, config, tmp_path, learning_rate=1e-2, cooldown=0.0)
    losses = [run.step() for _ in range(40)]
    assert sum(losses[-10:]) < sum(losses[:10]) - 0.5


def test_the_rate_warms_up_and_falls_to_zero(pool: Pool, config: Path, tmp_path: Path) -> None:
    run = trainer(pool, config, tmp_path, steps=100, warmup_steps=10, cooldown=0.5, learning_rate=1.0)
    rates = {}
    for step in (0, 9, 50, 75, 100):
        run.progress.step = step
        rates[step] = run.learning_rate()
    assert rates == pytest.approx({0: 0.1, 9: 1.0, 50: 1.0, 75: 0.5, 100: 0.0})


def test_training_a_folder_of_songs_leaves_a_checkpoint(songs: Path, config: Path, tmp_path: Path) -> None:
    progress = train(config, songs=songs, out=tmp_path / "run")
    assert progress.step == 4
    again = train(config, songs=songs, out=tmp_path / "run", resume=True)
    assert again.step == 4


def test_cancelling_keeps_what_was_learned(songs: Path, config: Path, tmp_path: Path) -> None:
    def report(share: float) -> None:
        if share >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(config, songs=songs, out=tmp_path / "run", report=report)
    network = build_network(read_config(config)["network"])
    assert load_checkpoint(tmp_path / "run" / "last.safetensors", network, {}, None).step == 2


def test_a_folder_that_is_no_data_set_is_named(config: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty is not a data set"):
        train(config, songs=tmp_path / "empty", out=tmp_path / "run")


def test_a_checkpoint_of_another_network_is_refused(songs: Path, config: Path, tmp_path: Path) -> None:
    train(config, songs=songs, out=tmp_path / "run")
    other = written_config(tmp_path, steps=4, causal=True)
    with pytest.raises(InputError, match="not a checkpoint of this network"):
        train(other, songs=songs, out=tmp_path / "run", resume=True)


def test_the_weights_of_a_model_are_a_start(pool: Pool, config: Path, tmp_path: Path) -> None:
    shipped = build_network(read_config(config)["network"])
    save_weights(shipped.half(), tmp_path / "weights.safetensors")
    run = trainer(pool, config, tmp_path / "run")
    run.warm_start(tmp_path / "weights.safetensors")
    started = run.network.state_dict()
    assert all(
        torch.equal(value.to(started[key]), started[key]) for key, value in shipped.state_dict().items()
    )
    assert {value.dtype for value in started.values()} == {torch.float32}


def test_weights_are_no_run_to_go_on_with(songs: Path, config: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    save_weights(build_network(read_config(config)["network"]), tmp_path / "run" / "last.safetensors")
    with pytest.raises(InputError, match="not a checkpoint of this network"):
        train(config, songs=songs, out=tmp_path / "run", resume=True)


def test_an_unknown_key_is_named(songs: Path, config: Path, tmp_path: Path) -> None:
    config.write_text(config.read_text(encoding="utf-8") + "\nspeed = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"\[training\] has the unknown key speed"):
        train(config, songs=songs, out=tmp_path / "run")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('learning_rate = "1e-3"', r"\[training\] learning_rate is '1e-3'; a number is expected"),
        ("steps = 2.5", r"steps is 2\.5; a whole number is expected"),
        ("patience = true", r"patience is True; a whole number is expected"),
        ("muon = 1", r"muon is 1; true or false is expected"),
    ],
)
def test_a_value_of_another_kind_is_named(
    songs: Path, config: Path, tmp_path: Path, line: str, sentence: str
) -> None:
    lines = config.read_text(encoding="utf-8").splitlines()
    kept = [one for one in lines if not one.startswith(line.split()[0])]
    config.write_text("\n".join([*kept, line]), encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        train(config, songs=songs, out=tmp_path / "run")


def test_a_torn_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "torn.toml").write_text("[network", encoding="utf-8")
    with pytest.raises(InputError, match=r"torn\.toml is not a TOML file"):
        read_config(tmp_path / "torn.toml")
