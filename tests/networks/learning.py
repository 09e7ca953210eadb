"""Teaching a network one mixture by heart."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn


def learn_by_heart(network: nn.Module, wanted: Tensor, mixture: Tensor, rate: float, steps: int) -> None:
    """Teach until the loss has fallen to a tenth; the test fails if it never does."""
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    first = now = 0.0
    for _ in range(steps):
        loss = (network(mixture) - wanted).square().mean()
        now = loss.item()
        first = first or now
        if now < 0.1 * first:
            return
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    pytest.fail(f"the loss fell from {first:.2e} to {now:.2e} only")
