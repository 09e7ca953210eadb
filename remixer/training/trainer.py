"""The training loop: any network, any objective."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from remixer.errors import Cancelled, InputError
from remixer.jobs import ignore
from remixer.memory import keep_freed
from remixer.training.checkpoint import Progress, load_checkpoint, save_checkpoint, start_from
from remixer.training.muon import Muon
from remixer.training.ranks import ALONE, Ranks
from remixer.training.run_log import RunLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import nn

    from remixer.jobs import Report
    from remixer.training.metrics import SongScores
    from remixer.training.objectives import Objective

log = logging.getLogger(__name__)

REPORT_STEPS = 20


@dataclass(frozen=True)
class TrainerConfig:
    """How long and how fast to learn: the rate warms up, stays, and falls to zero over `cooldown`.

    Without `vector_decay` biases and norms keep out of the weight decay, as in the thesis; strengths of
    channels that may be pruned have a decay of their own. With `muon` the optimiser is `Muon`, not AdamW.
    """

    steps: int = 20_000
    minutes: float = 0.0
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    vector_decay: bool = True
    strength_decay: float = 1e-2
    muon: bool = False
    warmup_steps: int = 100
    cooldown: float = 0.35
    average_decay: float = 0.998
    clip_norm: float = 1.0
    validate_minutes: float = 10.0
    save_minutes: float = 3.0
    validate_steps: int = 0
    patience: int = 0


def decay_groups(network: nn.Module, config: TrainerConfig) -> list[dict[str, Any]]:
    """The parameters in groups of equal weight decay; strengths (see `networks.pruning`) have their own."""
    decays = {True: config.weight_decay, False: config.weight_decay if config.vector_decay else 0.0}
    groups: dict[float, list[nn.Parameter]] = {}
    for name, one in network.named_parameters():
        decay = config.strength_decay if name.endswith(".strength") else decays[one.dim() > 1]
        groups.setdefault(decay, []).append(one)
    return [{"params": members, "weight_decay": decay} for decay, members in groups.items()]


class Trainer:
    """Trains one network towards an objective.

    Args:
        network: what learns.
        objective: batches and loss of that very network.
        validate: scores the averaged weights; called every few minutes.
        folder: checkpoints and logs.
        config: the schedule.
        seed: of what a network draws while it learns (dropout), anew in each step.
        ranks: the processes that train together.
    """

    def __init__(
        self,
        network: nn.Module,
        objective: Objective,
        validate: Callable[[nn.Module], SongScores] | None,
        folder: Path,
        config: TrainerConfig,
        seed: int = 1,
        ranks: Ranks = ALONE,
    ) -> None:
        """Connect the parts; nothing is trained yet."""
        self.ranks = ranks
        self.network, self.objective, self.validate = network, objective, validate
        self.folder, self.config, self.seed = folder, config, seed
        self.progress = Progress()
        self.optimiser: torch.optim.Optimizer
        if config.muon:
            self.optimiser = Muon(network, config.learning_rate, config.weight_decay)
        else:
            groups = decay_groups(network, config)
            self.optimiser = torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98))
        self.average = {key: value.clone() for key, value in network.state_dict().items()}
        self.losses: list[float] = []
        self.norm = 0.0
        self.curves: RunLog

    def resume(self, path: Path) -> None:
        """Continue from a checkpoint."""
        self.progress = load_checkpoint(path, self.network, self.average, self.optimiser)

    def warm_start(self, path: Path) -> None:
        """Take only the weights of another run, of the same network or of one it can learn from."""
        start_from(path, self.network)
        self.average = {key: value.clone() for key, value in self.network.state_dict().items()}

    def share_done(self) -> float:
        """How much of the run is over, 0 to 1, by steps and (if limited) by time."""
        done = self.progress.step / self.config.steps
        if self.config.minutes:
            done = max(done, self.progress.elapsed_seconds / 60.0 / self.config.minutes)
        return done

    def learning_rate(self) -> float:
        """Warm-up, plateau, linear decay."""
        warm = min(1.0, (self.progress.step + 1) / max(1, self.config.warmup_steps))
        cool = min(1.0, max(0.0, 1.0 - self.share_done()) / max(self.config.cooldown, 1e-9))
        return self.config.learning_rate * warm * cool

    def step(self) -> float:
        """One optimiser step; returns its loss, the mean of all processes'.

        Raises:
            InputError: the loss is not a number. Norms may have seen what is none, so nothing of the step may
                reach a checkpoint.
        """
        rate = self.learning_rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        number = self.ranks.batch(self.progress.step)
        torch.manual_seed((self.seed << 32) + number)
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.ranks.mean(self.objective.backward(number))
        if not math.isfinite(loss):
            raise InputError("The loss is not a number; a lower learning rate is needed.", f"batch {number}")
        self.ranks.average(one.grad for one in self.network.parameters() if one.grad is not None)
        self.ranks.share(self.network.buffers())
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip_norm)
        if torch.isfinite(norm):
            self.optimiser.step()
        self.norm = float(norm)
        self.progress.step += 1
        self._average()
        return loss

    def run(self, report: Report = ignore) -> Progress:
        """Train until the schedule ends or validation has stopped improving.

        Args:
            report: called with the share of the schedule that is done; may raise to stop, which is kept.

        Raises:
            InputError: the loss is not a number.
            Cancelled: `report` said so; `last` then holds the run so far.
        """
        keep_freed()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.curves = RunLog(self.folder / "log" if self.ranks.first else None)
        self.ranks.share(self.network.state_dict().values())
        self.network.train()
        try:
            self._loop(report)
        except Cancelled:  # of all processes at once
            with self.ranks.first_alone():
                self.save("last")
            raise
        finally:
            self.curves.close()
        return self.progress

    def _loop(self, report: Report) -> None:
        checked = saved = time.monotonic()
        window: list[float] = []
        while self.share_done() < 1.0:
            self._tell(report)
            begin = time.monotonic()
            window.append(self.step())
            spent = self.progress.elapsed_seconds + time.monotonic() - begin
            self.progress.elapsed_seconds = self.ranks.agreed(spent)
            if len(window) == REPORT_STEPS:
                self._report(window)
                window = []
            if time.monotonic() - saved > 60.0 * self.config.save_minutes:
                self.save("last")
                saved = time.monotonic()
            if self.ranks.agreed(self._check_due(checked)):
                self._check()
                checked = time.monotonic()
                if self.ranks.agreed(self._stale()):
                    break

    def _tell(self, report: Report) -> None:
        """Report the share that is done; where that stops one process, all stop, after the same step."""
        stop: Cancelled | None = None
        try:
            report(self.share_done())
        except Cancelled as cancelled:
            stop = cancelled
        if self.ranks.mean(stop is not None) > 0.0:
            raise stop or Cancelled("Another process was interrupted; go on with --resume.")

    def _check_due(self, checked: float) -> bool:
        if self.share_done() >= 1.0:
            return True
        if self.config.validate_steps:
            return self.progress.step % self.config.validate_steps == 0
        return time.monotonic() - checked > 60.0 * self.config.validate_minutes

    def _report(self, window: list[float]) -> None:
        mean = sum(window) / len(window)
        self.losses.append(mean)
        self.curves.add(self.progress.step, loss=mean, rate=self.learning_rate(), gradient=self.norm)
        seconds = self.progress.elapsed_seconds / max(1, self.progress.step)
        log.info(
            "step %d  loss %.4f  gradient %.2f  rate %.2e  %.2f s a step  %.0f %% done",
            self.progress.step, mean, self.norm, self.learning_rate(), seconds, 100.0 * self.share_done(),
        )  # fmt: skip

    def _average(self) -> None:
        step = self.progress.step
        decay = min(self.config.average_decay, (1.0 + step) / (10.0 + step))
        for key, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[key].lerp_(value, 1.0 - decay)
            else:
                self.average[key].copy_(value)

    def _check(self) -> None:
        """Validate the averaged weights and write checkpoints."""
        if self.ranks.first:
            if self.validate is not None:
                self._validate(self.validate)
            self.save("last")

    def _validate(self, validate: Callable[[nn.Module], SongScores]) -> None:
        begin = time.monotonic()
        current = {key: value.clone() for key, value in self.network.state_dict().items()}
        self.network.load_state_dict(self.average)
        self.network.eval()
        scores = validate(self.network)
        if scores.mean > self.progress.best_sdr:
            self.progress.best_sdr, self.progress.best_step = scores.mean, self.progress.step
            self.save("best")
        self.network.load_state_dict(current)
        self.network.train()
        self.curves.add(self.progress.step, sdr=scores.mean, **{s: scores.median(s) for s in scores.stems})
        log.info(
            "step %d  validation %s  best %.2f at %d  (%.0f s)",
            self.progress.step, scores, self.progress.best_sdr, self.progress.best_step,
            time.monotonic() - begin,
        )  # fmt: skip

    def save(self, name: str) -> None:
        """Write a checkpoint of that name into the folder."""
        if self.ranks.first:
            path = self.folder / f"{name}.safetensors"
            save_checkpoint(path, self.network, self.average, self.optimiser, self.progress)

    def _stale(self) -> bool:
        waited = self.progress.step - self.progress.best_step
        return self.validate is not None and 0 < self.config.patience < waited
