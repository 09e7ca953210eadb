"""Counting a case: parameters, products, bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from remixer.bench.cases import Case, inner

if TYPE_CHECKING:
    from torch import nn

MIB = 2**20
FLOAT_BYTES = 4


def count_case(case: Case, network: nn.Module) -> dict[str, Any]:
    """Parameters, products as published and as they are, weights on disk."""
    import torch

    from remixer.networks.counts import count

    if case.counted == "hop":
        target: nn.Module = one_hop(network)
        shape: tuple[int, ...] = (1, network.channels, network.hop)  # type: ignore[assignment]
        seconds = int(shape[-1]) / case.rate
    else:
        target = inner(network) if case.counted == "spectrum" else network
        shape = case.shape
        seconds = shape[-1] * (512 if case.counted == "spectrum" else 1) / case.rate
    published = count(target, torch.zeros(shape), convention=case.convention)
    true = published if case.convention == "true" else count(target, torch.zeros(shape))
    return {
        "network": case.network,
        "parameters": published.parameters,
        "macs": published.macs,
        "macs_true": true.macs,
        "macs_per_second": round(true.macs / seconds),
        "counted_over": case.counted_over,
        "counted_as": case.convention,
        "weights_mib": published.parameters * FLOAT_BYTES / MIB,
    }


def one_hop(network: nn.Module) -> nn.Module:
    """A causal network as one that separates a single hop from silence."""
    from torch import Tensor, nn

    class Hop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, hop: Tensor) -> Tensor:
            stems, _ = self.network.step(hop, self.network.initial_state(1))  # type: ignore[operator]
            heard: Tensor = stems
            return heard

    return Hop()
