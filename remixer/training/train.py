"""Training from a configuration file: the entry of `remixer train`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remixer.jobs import ignore
from remixer.training.checkpoint import require_no_run
from remixer.training.config import build_network, filled, read_config
from remixer.training.ranks import Ranks
from remixer.training.task import make_task
from remixer.training.trainer import Trainer, TrainerConfig

if TYPE_CHECKING:
    from pathlib import Path

    from remixer.jobs import Report
    from remixer.training.checkpoint import Progress


def train(
    config_path: Path,
    *,
    songs: Path | None = None,
    out: Path,
    resume: bool = False,
    start: Path | None = None,
    report: Report = ignore,
) -> Progress:
    """Train the network of a configuration; under torchrun, together with the other processes.

    Args:
        config_path: a TOML file with [network], [objective], [data], [training].
        songs: a folder `<song>/{vocals,drums,bass,other}.*` or a collection with a manifest; else the pool
            that [data] names.
        out: folder for checkpoints and logs.
        resume: continue from `out/last.safetensors`.
        start: a checkpoint or a model's `weights.safetensors`, whose weights are the start: of the same
            network or, for a band masker, of a smaller one, or of one that looks ahead if it is causal.
        report: progress; may raise to stop.

    Raises:
        InputError: the configuration or the songs cannot be used, or `out` holds a run that is not resumed.
        Cancelled: `report` said so.
    """
    import torch

    if not resume:
        require_no_run(out)
    settings = read_config(config_path)
    data = settings.setdefault("data", {})
    seed = int(data.get("seed", 1))
    torch.manual_seed(seed)
    torch.set_num_threads(int(data.pop("threads", 1)))
    network = build_network(settings.get("network", {}))
    schedule = filled(TrainerConfig, settings.get("training", {}), "training")
    ranks = Ranks.meet()
    try:
        with ranks.first_alone():
            task = make_task(settings, network, songs, out)
        trainer = Trainer(network, task.objective, task.validate, out, schedule, seed, ranks)
        if start is not None:
            trainer.warm_start(start)
        if resume:
            trainer.resume(out / "last.safetensors")
        return trainer.run(report)
    finally:
        ranks.part()
