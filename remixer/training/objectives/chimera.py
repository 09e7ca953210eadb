"""The thesis' objective: Wiener-like Mel masks of one stem, and deep clustering of an auxiliary head.

Huber 2020, Section 5.2: half mean squared error of the mask, half weighted deep-clustering loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from remixer.errors import InputError
from remixer.networks.magnitudes import MagnitudeSeparator
from remixer.networks.mel_mdensenet import MelMasks, MelMDenseNet
from remixer.networks.targets import chimera_loss, wiener_mask
from remixer.training.config import filled
from remixer.training.objectives.signals import require_stems, waveforms
from remixer.training.pool import POOL_RATE_HZ, STEMS
from remixer.training.replay import Replay
from remixer.training.songs import Validation, training_songs
from remixer.training.task import Sound, Task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor, nn

    from remixer.training.mixtures import Mixtures


@dataclass(frozen=True)
class ChimeraConfig:
    """What is learned from: pieces of `context` frames, dealt from the crops of several batches.

    Attributes:
        stem: the one the network separates.
        rate: of the audio the network hears, in Hz.
        pieces: how many a step learns from.
        reuse: steps for which a batch of crops is made; see `Replay`.
        kept_batches: batches of crops that pieces are drawn from.
        cluster_share: weight of the clustering loss; the mask has the rest.
    """

    stem: str = "vocals"
    rate: int = 32_000
    pieces: int = 32
    reuse: int = 8
    kept_batches: int = 16
    cluster_share: float = 0.5


class ChimeraObjective:
    """Masks and embeddings of pieces of Mel spectra.

    Args:
        network: a Mel-MDenseNet of one source with an embedding head, within its signal chain.
        mixtures: where crops come from.
        config: stem, rate, weights.
    """

    def __init__(self, network: MagnitudeSeparator, mixtures: Mixtures, config: ChimeraConfig) -> None:
        """Connect the parts."""
        self.separator, self.mixtures, self.config = network, mixtures, config
        self.mel, self.network = _parts(network)
        self._replay = Replay(config.reuse, config.kept_batches, mixtures.seed, config.pieces)

    def backward(self, number: int) -> float:
        """See `Objective`."""
        mixture, source, rest = self._replay.draw(number, self._fresh)
        masks, embeddings = self.network.with_embedding(mixture)
        wanted = source > rest
        labels = torch.cat([wanted, ~wanted], dim=1).float()
        target = wiener_mask(source, rest)
        loss = chimera_loss(masks, target, embeddings, labels, mixture, self.config.cluster_share)
        torch.autograd.backward(loss)
        return float(loss.detach())

    @torch.no_grad()
    def _fresh(self, number: int) -> tuple[Tensor, ...]:
        """Mel magnitudes of mixture, stem and rest, `(pieces, 1, bands, context)` each."""
        stems = waveforms(self.mixtures.batch(number), self.config.rate)
        source = stems[:, STEMS.index(self.config.stem)]
        mixture = stems.sum(dim=1)
        return tuple(self._pieces(one) for one in (mixture, source, mixture - source))

    def _pieces(self, audio: Tensor) -> Tensor:
        chain, context = self.separator.chain, self.separator.context
        heard = audio if self.separator.channels == 2 else audio.mean(dim=1, keepdim=True)
        steps = (heard.shape[-1] - chain.window) // chain.hop + 1
        whole = steps // context * context
        real, imaginary = chain.analyse(heard[..., : (whole - 1) * chain.hop + chain.window])
        mel = self.mel.mel(chain.magnitude(real, imaginary))
        batch, _, bands, _ = mel.shape
        pieces = mel.reshape(batch, bands, -1, context).permute(0, 2, 1, 3)
        return pieces.reshape(-1, 1, bands, context)


def _parts(network: nn.Module) -> tuple[MelMasks, MelMDenseNet]:
    """The Mel filters and the network within them.

    Raises:
        InputError: this is another network, or one without what the objective needs.
    """
    masks = network.masker if isinstance(network, MagnitudeSeparator) else None
    inner = masks.network if isinstance(masks, MelMasks) else None
    if not isinstance(masks, MelMasks) or not isinstance(inner, MelMDenseNet) or inner.embed is None:
        raise InputError(
            "The objective “chimera” teaches a Mel-MDenseNet with an embedding head; "
            "[network] needs such a name and embedding = 20."
        )
    return masks, inner


def _config(table: Mapping[str, Any]) -> ChimeraConfig:
    """The [objective] table.

    Raises:
        InputError: there is no such stem, or the songs have no such rate.
    """
    config = filled(ChimeraConfig, table, "objective")
    require_stems([config.stem])
    if not 0 < config.rate <= POOL_RATE_HZ:
        raise InputError(f"[objective] rate = {config.rate} cannot be had from songs of {POOL_RATE_HZ} Hz.")
    return config


def _require_pieces(network: MagnitudeSeparator, mixtures: Mixtures, rate: int) -> None:
    """Raise InputError if crops are shorter than what the network sees at a time."""
    chain = network.chain
    seen = chain.window + (network.context - 1) * chain.hop
    if mixtures.frames * rate // POOL_RATE_HZ < seen:
        raise InputError(
            f"[data] seconds = {mixtures.config.seconds:g} is too short: "
            f"the network sees {network.context} frames at a time, {seen / rate:.2f} s."
        )


def make(
    network: MagnitudeSeparator,
    table: Mapping[str, Any],
    data: Mapping[str, Any],
    songs: Path | None,
    out: Path,
) -> Task:
    """The task of a Mel-MDenseNet; see `make_task`.

    Raises:
        InputError: this is another network, or stem, rate or length of the crops do not suit it.
    """
    config = _config(table)
    _parts(network)
    mixtures, valid = training_songs(data, songs, out)
    _require_pieces(network, mixtures, config.rate)
    validate = None if valid is None else Validation(valid, (config.stem,), config.rate, network.channels)
    return Task(ChimeraObjective(network, mixtures, config), validate)


def sound(network: nn.Module, table: Mapping[str, Any]) -> Sound:
    """See `sound_of`."""
    config = _config(table)
    return Sound((config.stem,), config.rate)
