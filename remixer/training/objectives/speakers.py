"""Negative SI-SDR of two voices in the better order, SuDoRM-RF's objective (Tzinis et al. 2020, Eq. 10)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any

import torch

from remixer.errors import InputError
from remixer.training.config import NoSettings, filled
from remixer.training.metrics import SongScores, best_order, si_sdr
from remixer.training.singers import RATE_HZ, Voices, voice_files
from remixer.training.task import Sound, Task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor, nn


SPEAKERS = ("speaker 1", "speaker 2")


@dataclass(frozen=True)
class SpeakersConfig:
    """[data] of the task: the mixtures, and the people kept for validation.

    Attributes:
        seed: decides every mixture.
        seconds: of a mixture that is learned from.
        batch: mixtures a step.
        valid: people never trained on.
        valid_seconds: of a mixture that is judged by.
        valid_each: such mixtures of every two people.
    """

    seed: int = 1
    seconds: float = 4.0
    batch: int = 4
    valid: tuple[str, ...] = ()
    valid_seconds: float = 4.0
    valid_each: int = 8


def pit_si_sdr(estimates: Tensor, sources: Tensor, floor: float = 1e-8) -> Tensor:
    """Mean SI-SDR in dB of `(batch, sources, frames)` in the order that is best for each mixture."""
    orders = [
        _si_sdr(estimates[:, list(order)], sources, floor).mean(dim=1)
        for order in permutations(range(sources.shape[1]))
    ]
    best: Tensor = torch.stack(orders).amax(dim=0)
    return best


def _si_sdr(estimate: Tensor, source: Tensor, floor: float) -> Tensor:
    scale = (estimate * source).sum(-1, keepdim=True) / (source.square().sum(-1, keepdim=True) + floor)
    target = scale * source
    error = (estimate - target).square().sum(-1)
    return 10.0 * torch.log10((target.square().sum(-1) + floor) / (error + floor))


class SpeakersObjective:
    """Two voices out of one signal.

    Args:
        network: `(batch, 1, frames)` to `(batch, 2, 1, frames)`.
        voices: whose mixtures are learned from.
        config: their length and number.
    """

    def __init__(self, network: nn.Module, voices: Voices, config: SpeakersConfig) -> None:
        """Connect the parts."""
        self.network, self.voices, self.config = network, voices, config

    def backward(self, number: int) -> float:
        """See `Objective`."""
        config = self.config
        frames = round(config.seconds * RATE_HZ)
        sources = torch.from_numpy(self.voices.batch(config.seed, number, config.batch, frames))
        estimates = self.network(sources.sum(dim=1, keepdim=True))[:, :, 0]
        loss = -pit_si_sdr(estimates, sources).mean()
        torch.autograd.backward(loss)
        return float(loss.detach())


class SpeakersValidation:
    """SI-SDR gained over the mixture, in dB, on fixed mixtures of people never trained on."""

    def __init__(self, voices: Voices, config: SpeakersConfig) -> None:
        """Make the mixtures."""
        frames = round(config.valid_seconds * RATE_HZ)
        self.mixtures = voices.every_pair(config.valid_each, frames)

    def __call__(self, network: nn.Module) -> SongScores:
        """Improvements by mixture and voice."""
        table = {}
        for name, sources in self.mixtures.items():
            mixture = sources.sum(axis=0)
            with torch.inference_mode():
                found = network(torch.from_numpy(mixture)[None, None])[0, :, 0].numpy()
            order = best_order(sources, found)
            table[name] = {
                SPEAKERS[place]: si_sdr(source, found[order[place]]) - si_sdr(source, mixture)
                for place, source in enumerate(sources)
            }
        return SongScores(table)


def make(
    network: nn.Module, table: Mapping[str, Any], data: Mapping[str, Any], songs: Path | None, out: Path
) -> Task:
    """The task of a network of one channel and two stems; see `make_task`."""
    filled(NoSettings, table, "objective")
    config = filled(SpeakersConfig, data, "data")
    if songs is None:
        raise InputError("No voices to train on: --songs names a folder with a file for each person.")
    files = voice_files(songs)
    unknown = sorted(set(config.valid) - set(files))
    if unknown:
        raise InputError(f"[data] valid names “{unknown[0]}”, of whom {songs} has no recording.")
    learned = {person: path for person, path in files.items() if person not in config.valid}
    if len(learned) < 2:
        raise InputError(f"{songs} holds no voices of two people beside those kept for validation.")
    kept = {person: files[person] for person in config.valid}
    validate = SpeakersValidation(Voices(kept), config) if len(kept) > 1 else None
    return Task(SpeakersObjective(network, Voices(learned), config), validate)


def sound(network: nn.Module, table: Mapping[str, Any]) -> Sound:
    """See `sound_of`."""
    return Sound(SPEAKERS, RATE_HZ)
