"""What a network costs on paper: parameters and multiply-accumulates."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

Convention = Literal["true", "thop", "thop-old"]


@dataclass(frozen=True)
class Counts:
    """Parameters and multiply-accumulates of one forward pass."""

    parameters: int
    macs: int


def parameters_of(network: nn.Module) -> int:
    """How many numbers are learned."""
    return sum(one.numel() for one in network.parameters())


def count(network: nn.Module, *inputs: Tensor, convention: Convention = "true") -> Counts:
    """Count one forward pass of `network` over `inputs`.

    Args:
        network: is counted layer by layer as published, even where it runs folded.
        inputs: what `forward` takes; only their shapes matter.
        convention: `true` counts the products of convolutions, dense and recurrent layers. `thop` counts as
            the published tables do: a bias is one more product, a transposed convolution is counted at its
            output (four times too much for 2 x 2 steps of two), a batch norm two per element, a pooling one;
            `thop-old` is its older version with four and three.
    """
    total = [0]
    still = copy.deepcopy(network).eval().to("meta")
    for part in still.modules():
        if hasattr(part, "literal"):
            part.literal = True  # type: ignore[assignment]
    with _counting(still, convention, total), torch.inference_mode():
        still(*(one.to("meta") for one in inputs))
    return Counts(parameters_of(network), total[0])


@contextmanager
def _counting(network: nn.Module, convention: Convention, total: list[int]) -> Iterator[None]:
    rules = _rules(convention)

    def add(module: Any, inputs: Any, output: Any) -> None:
        total[0] += rules[type(module)](module, inputs[0], output)

    handles = [one.register_forward_hook(add) for one in network.modules() if type(one) in rules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _rules(convention: Convention) -> dict[type, Callable[[Any, Any, Any], int]]:
    """How each kind of layer is counted, from (layer, input, output)."""
    rules: dict[type, Callable[[Any, Any, Any], int]] = {nn.Linear: _linear, nn.LSTM: _lstm}
    if convention == "true":
        convs = (nn.Conv1d, nn.Conv2d)
        back = (nn.ConvTranspose1d, nn.ConvTranspose2d)
        return {**rules, **dict.fromkeys(convs, _conv), **dict.fromkeys(back, _transposed)}
    norm, pool = (2, 1) if convention == "thop" else (4, 3)
    kinds = (nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d)
    rules |= dict.fromkeys(kinds, _published_conv)
    rules[nn.BatchNorm2d] = lambda layer, into, out: norm * into.numel()
    rules[nn.AvgPool2d] = lambda layer, into, out: pool * out.numel()
    return rules


def _conv(layer: Any, into: Tensor, out: Tensor) -> int:
    return out.numel() * int(layer.weight[0].numel())


def _transposed(layer: Any, into: Tensor, out: Tensor) -> int:
    return into.numel() * int(layer.weight[0].numel())


def _published_conv(layer: Any, into: Tensor, out: Tensor) -> int:
    kernel = int(layer.weight.numel()) // (layer.in_channels * layer.out_channels // layer.groups)
    products: int = out.numel() * (layer.in_channels // layer.groups * kernel + (layer.bias is not None))
    return products


def _linear(layer: Any, into: Tensor, out: Tensor) -> int:
    return out.numel() * int(layer.in_features)


def _lstm(layer: Any, into: Tensor, out: Any) -> int:
    steps = into.numel() // layer.input_size
    products: int = steps * sum(
        int(weight.numel()) for name, weight in layer.named_parameters() if "weight" in name
    )
    return products
