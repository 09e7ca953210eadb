"""Parameterised structured pruning of input channels (thesis, Section 5.4, after Schindler et al. 2019).

Each input channel of a prunable convolution has a learned strength; channels whose strength stays below a
threshold are silenced while training goes on, and cut out of the weights in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from remixer.networks.mdensenet import BottleneckLayer, DenseLayer, MDenseNet, NarrowConv

Kept = Mapping[str, Sequence[int]]
FAINT = 1e-3


class _Strengthen(torch.autograd.Function):
    """Multiply weights by sparse strengths; the strengths get the sum of the weights' gradients (Eq. 5.5)."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, strength: Tensor, threshold: float) -> Tensor:
        sparse = torch.where(strength.abs() < threshold, torch.zeros_like(strength), strength)
        ctx.save_for_backward(sparse)
        return weight * sparse[None, :, None, None]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        (sparse,) = ctx.saved_tensors
        return gradients[0] * sparse[None, :, None, None], gradients[0].sum(dim=(0, 2, 3)), None


class StructuredConv(nn.Module):
    """A convolution whose input channels have strengths (Equation 5.3).

    Args:
        conv: the convolution; its weights are taken over.
        threshold: ε; channels below it are silent but may come back.
    """

    def __init__(self, conv: nn.Conv2d, threshold: float = 0.0) -> None:
        super().__init__()
        self.conv = conv
        self.threshold = threshold
        self.strength = nn.Parameter(torch.empty(conv.in_channels).uniform_(-1.0, 1.0))

    @torch.no_grad()
    def settle(self, levels: Tensor) -> None:
        """Give every channel the strength it has, and divide its weights by it: the output stays the same.

        The strength is what the channel contributes, relative to the strongest: the root mean square of its
        weights times that of what it hears.

        Args:
            levels: root mean square of each input channel, `(in,)`.
        """
        weight = self.conv.weight
        loudness = weight.square().mean(dim=(0, 2, 3)).sqrt() * levels
        strength = (loudness / loudness.max().clamp(min=FAINT)).clamp(min=FAINT)
        self.strength.copy_(strength)
        weight.div_(strength[None, :, None, None])

    def fused(self) -> Tensor:
        """The weights with the sparse strengths in them, `(out, in, frequency, time)`."""
        weight: Tensor = _Strengthen.apply(  # type: ignore[no-untyped-call]
            self.conv.weight, self.strength, self.threshold
        )
        return weight

    def kept(self) -> list[int]:
        """The input channels that are not silent."""
        return [int(one) for one in torch.nonzero(self.strength.detach().abs() >= self.threshold).flatten()]

    def forward(self, maps: Tensor) -> Tensor:
        """`(batch, in, F, T)` to `(batch, out, F, T)`."""
        conv = self.conv
        return nn.functional.conv2d(maps, self.fused(), conv.bias, conv.stride, conv.padding)


def prunable(network: nn.Module) -> Iterator[tuple[str, nn.Module, str]]:
    """Every convolution in the dense layers of an MDenseNet: its name, its layer, and its name there.

    The input convolution, the last dense block and the output convolution are left whole (Section 5.4.2).
    """
    for trunk_name, trunk in network.named_modules():
        if not isinstance(trunk, MDenseNet):
            continue
        for name, layer in trunk.named_modules():
            if isinstance(layer, BottleneckLayer | DenseLayer):
                for key, part in layer.named_children():
                    if isinstance(part, nn.Conv2d | StructuredConv):
                        yield ".".join(one for one in (trunk_name, name, key) if one), layer, key


def parameterise(network: nn.Module, levels: Mapping[str, Tensor] | None = None) -> int:
    """Give every prunable input channel a strength; return how many there are.

    Strengths are uniform in [-1, 1], as in the thesis, for a network that is yet to learn. One that has
    learned gets those its channels have, by their `levels` (see `input_levels`), and stays what it is.
    """
    total = 0
    for name, holder, key in list(prunable(network)):
        conv = holder.get_submodule(key)
        if isinstance(conv, nn.Conv2d):
            structured = StructuredConv(conv)
            if levels is not None:
                structured.settle(levels[name])
            setattr(holder, key, structured)
            total += conv.in_channels
    return total


def input_levels(network: nn.Module, run: Callable[[], object]) -> dict[str, Tensor]:
    """Root mean square of every input channel of the prunable convolutions while `run` uses the network."""
    powers: dict[str, list[Tensor]] = {}

    def listener(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def listen(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            powers.setdefault(name, []).append(inputs[0].detach().square().mean(dim=(0, 2, 3)))

        return listen

    handles = [
        holder.get_submodule(key).register_forward_pre_hook(listener(name))
        for name, holder, key in prunable(network)
    ]
    try:
        run()
    finally:
        for handle in handles:
            handle.remove()
    return {name: torch.stack(values).mean(dim=0).sqrt() for name, values in powers.items()}


def set_threshold(network: nn.Module, threshold: float) -> None:
    """Silence every channel with a strength below `threshold`."""
    for part in network.modules():
        if isinstance(part, StructuredConv):
            part.threshold = threshold


def threshold_of(network: nn.Module) -> float:
    """The threshold that was set last; zero if none was."""
    return max(
        (part.threshold for part in network.modules() if isinstance(part, StructuredConv)), default=0.0
    )


def sparsity(network: nn.Module) -> tuple[int, int]:
    """How many prunable channels are silent, and how many there are."""
    parts = [one for one in network.modules() if isinstance(one, StructuredConv)]
    total = sum(one.conv.in_channels for one in parts)
    return total - sum(len(one.kept()) for one in parts), total


def prune(network: nn.Module) -> dict[str, tuple[int, ...]]:
    """Fuse the strengths into the weights and cut the silent channels out; the output stays the same.

    Inside a bottleneck layer a silent channel of the second convolution takes the point-wise map and the norm
    that fed it along.

    Returns:
        The kept channels of every convolution, with which `carve` shapes a fresh network alike.
    """
    kept: dict[str, tuple[int, ...]] = {}
    for name, holder, key in list(prunable(network)):
        conv = holder.get_submodule(key)
        if isinstance(conv, StructuredConv):
            with torch.no_grad():
                conv.conv.weight.copy_(conv.fused())
            kept[name] = tuple(conv.kept() or [0])
            setattr(holder, key, conv.conv)
    carve(network, kept)
    return kept


def dropped(network: nn.Module, kept: Kept) -> dict[str, list[int]]:
    """The input channels of an unpruned network that are not among those kept, by convolution."""
    return {
        name: [place for place in range(conv.in_channels) if place not in kept[name]]
        for name, holder, key in prunable(network)
        if name in kept
        and isinstance(conv := holder.get_submodule(key), nn.Conv2d)
        and len(kept[name]) < conv.in_channels
    }


def drop(network: nn.Module, channels: Kept) -> None:
    """Cut the given input channels out of a network, weights included; see `dropped`.

    Raises:
        ValueError: it has no such convolution.
    """
    kept = {}
    for name, holder, key in prunable(network):
        conv = holder.get_submodule(key)
        if name in channels and isinstance(conv, nn.Conv2d):
            kept[name] = tuple(place for place in range(conv.in_channels) if place not in channels[name])
    unknown = sorted(set(channels) - set(kept))
    if unknown:
        raise ValueError(
            f"channels of “{unknown[0]}” were to be dropped, which is no convolution of this network"
        )
    carve(network, kept)


def carve(network: nn.Module, kept: Kept) -> None:
    """Cut every prunable convolution to the given input channels, weights included."""
    for name, holder, key in list(prunable(network)):
        conv = holder.get_submodule(key)
        if name not in kept or not isinstance(conv, nn.Conv2d) or len(kept[name]) == conv.in_channels:
            continue
        places = list(kept[name])
        narrow = _narrowed(conv, conv.out_channels, places)
        if isinstance(holder, BottleneckLayer) and key == "3":
            setattr(holder, key, narrow)
            _narrow_feeder(holder, places)
        else:
            setattr(holder, key, NarrowConv(narrow, places).train(conv.training))


def _narrowed(conv: nn.Conv2d, out: int, places: list[int]) -> nn.Conv2d:
    """A copy of `conv` with the input channels `places` only."""
    bias = conv.bias is not None
    narrow = nn.Conv2d(len(places), out, conv.kernel_size, conv.stride, conv.padding, bias=bias)  # type: ignore[arg-type]
    with torch.no_grad():
        narrow.weight.copy_(conv.weight[:, places])
        if narrow.bias is not None and conv.bias is not None:
            narrow.bias.copy_(conv.bias)
    return narrow.to(conv.weight.device).train(conv.training)


def _narrow_feeder(layer: BottleneckLayer, places: list[int]) -> None:
    """Keep only the maps `places` of the point-wise convolution and of the norm."""
    feeder = layer[0].conv if isinstance(layer[0], NarrowConv) else layer[0]
    norm = layer[1]
    for name in ("weight", "bias"):
        value = getattr(feeder, name)
        if value is not None:
            setattr(feeder, name, nn.Parameter(value.detach()[places].clone()))
    feeder.out_channels = len(places)  # type: ignore[assignment]
    if isinstance(norm, nn.BatchNorm2d):
        slim = nn.BatchNorm2d(len(places), norm.eps, norm.momentum).train(norm.training)
        state = {key: value[places] if value.dim() else value for key, value in norm.state_dict().items()}
        slim.load_state_dict(state)
        layer[1] = slim.to(norm.weight.device)
