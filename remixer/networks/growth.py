"""Weights of a network as a start for a larger one of its kind (after Net2Net, Chen et al., ICLR 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Blocks:
    """How the units of a weight are laid out: blocks of equal size side by side, each with its own new units.

    `transposed` weights are `(into, out, ...)`, as those of transposed convolutions are.
    """

    out: int = 1
    into: int = 1
    transposed: bool = False


def grown(
    weights: Mapping[str, Tensor], fresh: Mapping[str, Tensor], layout: Mapping[str, Blocks]
) -> dict[str, Tensor]:
    """Weights of the larger network that begins as the smaller one.

    Units that are new keep their fresh weights, but those that both have do not listen to them yet; layers
    that are new keep all of theirs. Only a norm over all units hears the difference at once.

    Args:
        weights: of the smaller network.
        fresh: of the larger one.
        layout: by a part of the weight's name; what is not named is one block.

    Returns:
        The weights, those the larger one does not have among them, for `load_state_dict` to refuse.
    """
    result = dict(weights)
    for name, value in fresh.items():
        old = weights.get(name)
        if old is None:
            result[name] = value.clone()
        elif old.shape != value.shape:
            blocks = next((one for part, one in layout.items() if part in name), Blocks())
            result[name] = _filled(old, value.clone(), blocks)
    return result


def _filled(old: Tensor, value: Tensor, blocks: Blocks) -> Tensor:
    counts = [blocks.out, blocks.into] + [1] * max(0, value.ndim - 2)
    if blocks.transposed:
        counts[:2] = counts[1::-1]
    places = [_places(*sizes) for sizes in zip(old.shape, value.shape, counts, strict=False)]
    listening = 1 if blocks.transposed else 0
    value.index_fill_(listening, places[listening], 0.0)
    value[torch.meshgrid(*places, indexing="ij")] = old
    return value


def _places(old: int, new: int, blocks: int) -> Tensor:
    """Where the units lie among those of the larger weight."""
    if new < old or old % blocks or new % blocks:
        raise ValueError(f"{old} units do not fit into {new}")
    within = torch.arange(old // blocks)
    return (within + torch.arange(blocks)[:, None] * (new // blocks)).flatten()
