"""What a configuration asks for: an objective for its network, and how progress is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixer.errors import InputError
from remixer.training.config import BAND_MASKER, network_name

if TYPE_CHECKING:
    from torch import nn

    from remixer.training.metrics import SongScores
    from remixer.training.objectives import Objective

    Validate = Callable[[nn.Module], SongScores]

OBJECTIVES = {
    "band-mask": "remixer.training.objectives.band_mask",
    "waveform": "remixer.training.objectives.waveform",
    "chimera": "remixer.training.objectives.chimera",
    "speakers": "remixer.training.objectives.speakers",
}
USUAL = {
    BAND_MASKER: "band-mask",
    "mel-mdensenet-dc": "chimera",
    "mel-mdensenet-dc-nodsconvs": "chimera",
    "mel-mdensenet-dc-nodsconvs-bc": "chimera",
    "sudo-rm-rf-1.0x": "speakers",
    "sudo-rm-rf-0.5x": "speakers",
    "sudo-rm-rf-0.25x": "speakers",
}


@dataclass(frozen=True)
class Task:
    """What a network is taught, and what scores it (None without songs for validation)."""

    objective: Objective
    validate: Validate | None


@dataclass(frozen=True)
class Sound:
    """What a network returns, in its order, and the rate of what it hears, in Hz."""

    stems: tuple[str, ...]
    rate: int


def make_task(settings: Mapping[str, Any], network: nn.Module, songs: Path | None, out: Path) -> Task:
    """The task of a configuration.

    Its [objective] table may name the objective; else it is the one the network was published with.

    Args:
        settings: the configuration.
        network: what will learn.
        songs: what `--songs` names, if anything.
        out: where pools of audio go.

    Raises:
        InputError: there is no such objective, or it cannot be set up from the configuration and the songs.
    """
    module, table = _objective(settings)
    task: Task = module.make(network, table, dict(settings.get("data", {})), songs, out)
    return task


def sound_of(settings: Mapping[str, Any], network: nn.Module) -> Sound:
    """What the network of a configuration hears and returns.

    Raises:
        InputError: there is no such objective.
    """
    module, table = _objective(settings)
    sound: Sound = module.sound(network, table)
    return sound


def _objective(settings: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    table = dict(settings.get("objective", {}))
    name = table.pop("name", USUAL.get(network_name(settings.get("network", {})), "waveform"))
    if name not in OBJECTIVES:
        raise InputError(
            f"There is no objective “{name}”; [objective] name is one of {', '.join(OBJECTIVES)}."
        )
    return import_module(OBJECTIVES[name]), table
