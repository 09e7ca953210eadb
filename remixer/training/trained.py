"""Trained networks as the program runs them, with what it needs to build them again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from remixer.networks.band_masker import BandMasker
from remixer.networks.magnitudes import MagnitudeSeparator
from remixer.networks.mel_mdensenet import as_used
from remixer.training.checkpoint import Progress, load_checkpoint
from remixer.training.config import build_network, network_name, read_config
from remixer.training.task import sound_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import nn

TRAINING_ONLY = {"name", "dropout", "embedding"}


@dataclass(frozen=True)
class Trained:
    """A network for inference.

    Attributes:
        network: in inference mode.
        name: by which `networks.build` builds it from `config`.
        stems: in the order it returns them.
        rate: of the audio it hears, in Hz.
        progress: of its training.
    """

    network: nn.Module
    name: str
    config: Mapping[str, Any]
    stems: tuple[str, ...]
    rate: int
    progress: Progress


def load_trained(config_path: Path, checkpoint: Path) -> Trained:
    """The network of a configuration with the averaged weights of a checkpoint.

    Raises:
        InputError: the checkpoint does not fit the configuration.
    """
    settings = read_config(config_path)
    table = settings.get("network", {})
    network = build_network(table)
    average: dict[str, Any] = {}
    progress = load_checkpoint(checkpoint, network, average, None)
    network.load_state_dict(average)
    network.eval()
    sound = sound_of(settings, network)
    config = _config(network, table)
    return Trained(network, network_name(table), config, sound.stems, sound.rate, progress)


def _config(network: nn.Module, table: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that build the network as it is run, without what matters in training only."""
    if isinstance(network, BandMasker):
        settings = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(network.config).items()}
    else:
        settings = dict(table)
    settings = {key: value for key, value in settings.items() if key not in TRAINING_ONLY}
    if isinstance(network, MagnitudeSeparator) and as_used(network):
        settings["folded"] = True
    return settings
