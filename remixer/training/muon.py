"""Muon: steps of equal size in every direction for matrices (Jordan et al., 2024), Adam's for the rest.

The momentum of a matrix is brought near the closest orthogonal one by a few Newton-Schulz steps. Kernels of
convolutions count as matrices, and so does each gate of an LSTM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from remixer.networks.layers import GATES

if TYPE_CHECKING:
    from torch import nn

SMALLEST = 8


class Muon(torch.optim.Optimizer):
    """The optimiser of a network.

    Args:
        network: what learns; of its parameters called weight those of at least `SMALLEST` rows and columns
            are matrices.
        learning_rate: of Adam.
        weight_decay: of Adam's matrices and kernels; of Muon's a tenth, which its larger rate makes up for.
        ratio: Muon's learning rate over Adam's.
        momentum: share of the gradients' running mean that is kept.
        betas: of Adam.
    """

    def __init__(
        self,
        network: nn.Module,
        learning_rate: float,
        weight_decay: float,
        ratio: float = 10.0,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.98),
    ) -> None:
        """Sort the parameters."""
        gates, matrices, others = [], [], []
        for name, value in network.named_parameters():
            last = name.rsplit(".", 1)[-1]
            if "weight" not in last or value.ndim < 2 or min(len(value), value[0].numel()) < SMALLEST:
                others.append(value)
            elif last.startswith("weight_"):
                gates.append(value)
            else:
                matrices.append(value)
        groups: list[dict[str, Any]] = [
            {"params": gates, "parts": GATES},
            {"params": matrices, "parts": 1},
            {"params": others, "parts": 0},
        ]
        super().__init__([one for one in groups if one["params"]], {"lr": learning_rate})
        self._decay, self._ratio, self._momentum, self._betas = weight_decay, ratio, momentum, betas

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            for value in group["params"]:
                if value.grad is None:
                    continue
                if group["parts"]:
                    self._turn(value, value.grad, group["lr"] * self._ratio, group["parts"])
                else:
                    self._adapt(value, value.grad, group["lr"])

    def _turn(self, value: Tensor, gradient: Tensor, rate: float, parts: int) -> None:
        mean = self._kept(value, "exp_avg")
        mean.lerp_(gradient, 1.0 - self._momentum)
        ahead = torch.lerp(gradient, mean, self._momentum).flatten(1)
        turned = torch.cat([orthogonal(part) for part in ahead.chunk(parts)])
        value.mul_(1.0 - 0.1 * rate * self._decay).add_(turned.view_as(value), alpha=-rate)

    def _adapt(self, value: Tensor, gradient: Tensor, rate: float) -> None:
        first, second = self._betas
        mean, square = self._kept(value, "exp_avg"), self._kept(value, "exp_avg_sq")
        steps = self.state[value].setdefault("step", torch.zeros(()))
        steps += 1
        mean.lerp_(gradient, 1.0 - first)
        square.lerp_(gradient.square(), 1.0 - second)
        size = (square / (1.0 - second ** float(steps))).sqrt_().add_(1e-8)
        if value.ndim > 1:
            value.mul_(1.0 - rate * self._decay)
        value.addcdiv_(mean, size, value=-rate / (1.0 - first ** float(steps)))

    def _kept(self, value: Tensor, name: str) -> Tensor:
        kept: Tensor = self.state[value].setdefault(name, torch.zeros_like(value))
        return kept


def orthogonal(matrix: Tensor, steps: int = 5) -> Tensor:
    """About the nearest matrix with singular values of one, scaled up if it has more rows than columns."""
    rows, columns = matrix.shape
    turned = matrix.T if rows > columns else matrix
    turned = turned / (turned.norm() + 1e-7)
    for _ in range(steps):
        square = turned @ turned.T
        turned = 3.4445 * turned + (2.0315 * square @ square - 4.7750 * square) @ turned
    size: float = max(1.0, rows / columns) ** 0.5
    scaled: Tensor = (turned.T if rows > columns else turned) * size
    return scaled
