"""Pruning while training (PSP; thesis, Section 5.4): the entry of `remixer prune`.

The threshold below which input channels are silent rises step by step; after each rise the network learns
on for a while and is scored. The last one that costs no more than allowed is cut out of the weights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from remixer.errors import InputError
from remixer.jobs import ignore
from remixer.networks.pruning import (
    dropped,
    input_levels,
    parameterise,
    prunable,
    set_threshold,
    sparsity,
    threshold_of,
)
from remixer.networks.pruning import (
    prune as cut_silent,
)
from remixer.training.checkpoint import Progress, load_checkpoint, require_no_run, save_checkpoint
from remixer.training.config import build_network, filled, network_name, read_config
from remixer.training.export import to_toml
from remixer.training.pruning_curve import Curve, Point
from remixer.training.task import make_task
from remixer.training.trainer import Trainer, TrainerConfig

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import nn

    from remixer.jobs import Report
    from remixer.training.metrics import SongScores
    from remixer.training.objectives import Objective


@dataclass(frozen=True)
class PruningConfig:
    """How the threshold rises, and what pruning may cost.

    Attributes:
        thresholds: one after the other; the first is commonly zero, which lets the strengths settle.
        steps_each: for which the network learns on at each.
        learning_rate: meanwhile.
        strength_decay: weight decay of the strengths, which pushes them towards zero.
        lose_db: the score that may be lost against the first threshold.
    """

    thresholds: tuple[float, ...] = tuple(round(0.02 * place, 2) for place in range(13))
    steps_each: int = 200
    learning_rate: float = 5e-4
    strength_decay: float = 1e-2
    lose_db: float = 0.05


class RisingThreshold:
    """An objective under a threshold that rises every `steps_each` steps; and the score at its last step.

    Args:
        network: with a strength for each prunable channel.
        objective: what it is taught.
        validate: scores it.
        config: the thresholds.
        curve: where the scores go, and the weights that made them.
    """

    def __init__(
        self,
        network: nn.Module,
        objective: Objective,
        validate: Callable[[nn.Module], SongScores],
        config: PruningConfig,
        curve: Curve,
    ) -> None:
        """Connect the parts."""
        self.network, self.objective, self.validate = network, objective, validate
        self.config, self.curve = config, curve

    def backward(self, number: int) -> float:
        """See `Objective`."""
        set_threshold(self.network, self.config.thresholds[number // self.config.steps_each])
        return self.objective.backward(number)

    def score(self, network: nn.Module) -> SongScores:
        """Score the network at its present threshold, and put it down on the curve."""
        scores = self.validate(network)
        silent, total = sparsity(network)
        self.curve.add(Point(threshold_of(network), scores.mean, silent, total), network)
        return scores


def prune(
    config_path: Path,
    checkpoint: Path,
    *,
    songs: Path | None = None,
    out: Path,
    resume: bool = False,
    report: Report = ignore,
) -> Path:
    """Prune whole channels of a trained dense network while it goes on learning.

    Args:
        config_path: what it was trained by, and a [pruning] table if it is to be pruned otherwise.
        checkpoint: of that training; its averaged weights are the start.
        songs: as for training.
        out: gets `curve.json`, `curve.png`, and `pruned.safetensors` with `pruned.toml`, from which
            `remixer export` makes a model.
        resume: continue from `out/last.safetensors`.
        report: progress; may raise to stop.

    Returns:
        The configuration of the pruned network.

    Raises:
        InputError: the network has no dense blocks, is pruned already, or there is nothing to score it on;
            or `out` holds a run that is not resumed.
    """
    if not resume:
        require_no_run(out)
    settings = read_config(config_path)
    data = settings.setdefault("data", {})
    torch.set_num_threads(int(data.pop("threads", 1)))
    config = filled(PruningConfig, settings.pop("pruning", {}), "pruning")
    network = _dense_network(settings, checkpoint)
    task = make_task(settings, network, songs, out)
    if task.validate is None:
        raise InputError("Pruning needs songs for validation: they tell how much may be pruned.")
    parameterise(network, input_levels(network.eval(), lambda: task.objective.backward(0)))
    curve = Curve(out, resume)
    rising = RisingThreshold(network, task.objective, task.validate, config, curve)
    trainer = Trainer(
        network, rising, rising.score, out, _schedule(settings, config), int(data.get("seed", 1))
    )
    if resume:
        trainer.resume(out / "last.safetensors")
    trainer.run(report)
    curve.plot(out / "curve.png")
    return _cut(settings, network, curve, config.lose_db, out)


def _dense_network(settings: dict[str, Any], checkpoint: Path) -> nn.Module:
    """The trained network of a configuration, if it can be pruned."""
    network = build_network(settings.get("network", {}))
    if not any(prunable(network)):
        name = network_name(settings.get("network", {}))
        raise InputError(f"“{name}” has no dense blocks to prune; only the MDenseNet family has.")
    if settings.get("network", {}).get("dropped"):
        raise InputError("This network is pruned already; start from the whole one.")
    average: dict[str, Any] = {}
    load_checkpoint(checkpoint, network, average, None)
    network.load_state_dict(average)
    return network


def _schedule(settings: dict[str, Any], config: PruningConfig) -> TrainerConfig:
    trained = filled(TrainerConfig, settings.get("training", {}), "training")
    return replace(
        trained,
        steps=config.steps_each * len(config.thresholds),
        validate_steps=config.steps_each,
        learning_rate=config.learning_rate,
        strength_decay=config.strength_decay,
        minutes=0.0,
        warmup_steps=1,
        cooldown=0.0,
        patience=0,
    )


def _cut(settings: dict[str, Any], network: nn.Module, curve: Curve, lose_db: float, out: Path) -> Path:
    """Cut the silent channels of the chosen point out, and write the rest as a checkpoint of its own."""
    point = curve.chosen(lose_db)
    curve.load(point, network)
    set_threshold(network, point.threshold)
    network.eval()
    channels = dropped(build_network(settings.get("network", {})), cut_silent(network))
    shape = {"dropped": channels} if channels else {}
    table = {**settings, "network": {**settings.get("network", {}), **shape}}
    part = out / "pruned.toml.part"
    part.write_text(to_toml(table), encoding="utf-8")
    part.replace(out / "pruned.toml")
    save_checkpoint(out / "pruned.safetensors", network, network.state_dict(), None, Progress())
    return out / "pruned.toml"
