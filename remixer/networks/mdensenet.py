"""The multi-scale DenseNet that every network of the thesis is built from.

Huber: “Efficient Deep Learning for Music Source Separation” (the thesis), Sections 3.2, 5.2 and 5.3, after
Takahashi and Mitsufuji: “Multi-scale Multi-band DenseNets for Audio Source Separation”, 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

Kernel = tuple[int, int]
SQUARE: Kernel = (3, 3)
UPRIGHT: Kernel = (3, 1)


def conv(channels: int, maps: int, kernel: Kernel, bias: bool = False) -> nn.Conv2d:
    """A convolution over (frequency, time) that keeps both."""
    padding = (kernel[0] // 2, kernel[1] // 2)
    layer = nn.Conv2d(channels, maps, kernel, padding=padding, bias=bias)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return layer


class DenseLayer(nn.Sequential):
    """Norm, ReLU, convolution to `growth` maps (Section 3.2)."""

    def __init__(self, channels: int, growth: int, kernel: Kernel) -> None:
        super().__init__(nn.BatchNorm2d(channels), nn.ReLU(), conv(channels, growth, kernel))


class NarrowConv(nn.Module):
    """A convolution that hears some of its input channels only.

    Args:
        conv: with as many input channels as are kept.
        kept: which ones.
    """

    def __init__(self, conv: nn.Conv2d, kept: list[int]) -> None:
        super().__init__()
        self.conv = conv
        self.kept: Tensor
        self.register_buffer("kept", torch.tensor(kept), persistent=False)

    def forward(self, maps: Tensor) -> Tensor:
        """`(batch, in, F, T)` to `(batch, out, F, T)`."""
        out: Tensor = self.conv(maps.index_select(1, self.kept))
        return out


class BottleneckLayer(nn.Sequential):
    """Point-wise compression by two, norm, ReLU, convolution (Figure 5.5b); the norm folds into the first."""

    def __init__(self, channels: int, growth: int, kernel: Kernel) -> None:
        half = channels // 2
        norm = nn.BatchNorm2d(half)
        super().__init__(conv(channels, half, (1, 1)), norm, nn.ReLU(), conv(half, growth, kernel))


class DenseBlock(nn.Module):
    """Layers that each see all before them; what leaves is the last layer's maps only (Section 3.2.1).

    Args:
        channels: maps in.
        growth: k, maps each layer adds, and maps out.
        layers: L.
        kernel: of every convolution, (frequency, time).
        bottleneck: compress before each convolution.
    """

    def __init__(
        self, channels: int, growth: int, layers: int, kernel: Kernel = SQUARE, bottleneck: bool = False
    ) -> None:
        super().__init__()
        kind = BottleneckLayer if bottleneck else DenseLayer
        self.layers = nn.ModuleList(
            kind(channels + place * growth, growth, kernel) for place in range(layers)
        )

    def forward(self, maps: Tensor) -> Tensor:
        """`(batch, channels, frequency, time)` to `(batch, growth, frequency, time)`."""
        new = maps
        for layer in self.layers:
            new = layer(maps)
            maps = torch.cat([maps, new], dim=1)
        return new


@dataclass(frozen=True)
class Shape:
    """The sizes of an `MDenseNet`.

    Attributes:
        growth: k of every block.
        layers: L of the blocks on the way down, the last at the smallest scale; up mirrors down.
        first: maps of the input convolution.
        kernel: of the input convolution.
        channels: of the input.
        bottleneck: compress in the dense layers (BC).
        down_convs: a point-wise convolution before each pooling; NoDSConvs has none.
    """

    growth: int
    layers: tuple[int, ...] = (4, 4, 4, 4)
    first: int = 32
    kernel: int = 3
    channels: int = 1
    bottleneck: bool = False
    down_convs: bool = True


class MDenseNet(nn.Module):
    """Dense blocks at halved and halved scales, and back up with skip connections.

    Args:
        shape: its sizes.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        k, deep = shape.growth, len(shape.layers) - 1
        self.scales = deep
        self.enter = conv(shape.channels, shape.first, (shape.kernel, shape.kernel), bias=True)
        self.down = nn.ModuleList()
        self.squeeze = nn.ModuleList()
        for scale, layers in enumerate(shape.layers):
            maps = shape.first if scale == 0 else k
            kernel = UPRIGHT if scale == deep else SQUARE
            self.down.append(DenseBlock(maps, k, layers, kernel, shape.bottleneck))
        for _ in range(deep):
            self.squeeze.append(conv(k, k, (1, 1)) if shape.down_convs else nn.Identity())
        self.pool = nn.ModuleList(nn.AvgPool2d(2) for _ in range(deep))
        self.expand = nn.ModuleList(nn.ConvTranspose2d(k, k, 2, 2, bias=False) for _ in range(deep))
        self.up = nn.ModuleList(
            DenseBlock(2 * k, k, layers, SQUARE, shape.bottleneck) for layers in shape.layers[-2::-1]
        )

    def forward(self, spectrum: Tensor) -> Tensor:
        """`(batch, channels, F, T)` to `(batch, k, F, T)`; F and T are multiples of 2 ** scales."""
        maps = self.enter(spectrum)
        skips = []
        for block, squeeze, pool in zip(self.down, self.squeeze, self.pool, strict=False):
            maps = block(maps)
            skips.append(maps)
            maps = pool(squeeze(maps))
        maps = self.down[-1](maps)
        for block, expand in zip(self.up, self.expand, strict=True):
            maps = block(torch.cat([expand(maps), skips.pop()], dim=1))
        out: Tensor = maps
        return out


class OutputHead(nn.Module):
    """The last dense block (L = 2) and the output convolution over two bins.

    Args:
        channels: maps in.
        outputs: spectra or masks out.
        bottleneck: compress in the dense layers.
        growth: k of the block.
    """

    def __init__(self, channels: int, outputs: int = 1, bottleneck: bool = False, growth: int = 4) -> None:
        super().__init__()
        self.block = DenseBlock(channels, growth, 2, SQUARE, bottleneck)
        self.out = nn.Conv2d(growth, outputs, (2, 1))

    def forward(self, maps: Tensor) -> Tensor:
        """`(batch, channels, F, T)` to `(batch, outputs, F, T)`, without the last non-linearity."""
        padded = nn.functional.pad(self.block(maps), (0, 0, 0, 1))
        out: Tensor = self.out(padded)
        return out


class EmbeddingHead(nn.Sequential):
    """The second head of a chimera network: an embedding for each bin (Section 4.6.1). Training only.

    Args:
        channels: maps in; the head branches off before the last dense block.
        size: K, 20.
    """

    def __init__(self, channels: int, size: int = 20) -> None:
        super().__init__(nn.BatchNorm2d(channels), nn.ReLU(), conv(channels, size, SQUARE, bias=True))


def fold_batch_norms(network: nn.Module) -> int:
    """Fold every batch norm that follows a point-wise convolution into it; give how many were folded.

    Thesis, Section 5.3: only the bottleneck layers allow it. The network must be in inference mode.
    """
    folded = 0
    for layer in network.modules():
        if isinstance(layer, BottleneckLayer) and isinstance(layer[1], nn.BatchNorm2d):
            if layer.training:
                raise ValueError("a network in training mode was to be folded; its norms still change")
            first = layer[0]
            fused = nn.utils.fusion.fuse_conv_bn_eval(_plain_conv(first), layer[1])
            if isinstance(first, NarrowConv):
                first.conv = fused
            else:
                layer[0] = fused
            layer[1] = nn.Identity()
            folded += 1
    return folded


def _plain_conv(layer: nn.Module) -> nn.Conv2d:
    conv = layer.conv if isinstance(layer, NarrowConv) else layer
    if not isinstance(conv, nn.Conv2d):
        raise TypeError(f"found {type(conv).__name__}, expected Conv2d")
    return conv
