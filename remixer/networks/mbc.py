"""MBC: bands of the spectrum as channels of one MDenseNet (thesis, Section 4.4.1, Figure 4.6, Table 4.9)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from remixer.networks.magnitudes import MagnitudeSeparator
from remixer.networks.mdensenet import SQUARE, MDenseNet, OutputHead, Shape, conv
from remixer.networks.mmdensenet import Output, separator


class MultiBandChannels(nn.Module):
    """Low and high half side by side as two channels, and apart again before the last dense block.

    Args:
        outputs: sources.
        growth: k at every scale (16).
        layers: L at every scale (4).
        first: maps of the input convolution (96).
        band_maps: maps for each band out of the convolution that assigns maps to bands (16).
        bands: parts of equal size.
    """

    def __init__(
        self,
        outputs: int = 1,
        growth: int = 16,
        layers: int = 4,
        first: int = 96,
        band_maps: int = 16,
        bands: int = 2,
    ) -> None:
        super().__init__()
        self.bands = bands
        self.trunk = MDenseNet(Shape(growth, (layers,) * 4, first=first, channels=bands))
        self.assign = conv(growth, bands * band_maps, SQUARE)
        self.head = OutputHead(band_maps, outputs)

    def forward(self, magnitude: Tensor) -> Tensor:
        """Magnitudes of the sources `(batch, outputs, F, T)` from those of the mixture `(batch, 1, F, T)`."""
        batch, _, bins, steps = magnitude.shape
        folded = magnitude.reshape(batch, self.bands, bins // self.bands, steps)
        maps = self.assign(self.trunk(folded))
        apart = maps.reshape(batch, self.bands, -1, bins // self.bands, steps).transpose(1, 2)
        return torch.relu(self.head(apart.reshape(batch, -1, bins, steps)))


def build(
    stems: int = 1,
    channels: int = 1,
    context: int = 64,
    window: int = 2048,
    hop: int = 512,
    **config: int,
) -> MagnitudeSeparator:
    """The network of Table 4.9 with its signal chain."""
    output: Output = "ReLU"
    return separator(MultiBandChannels(stems, **config), output, stems, channels, context, window, hop)
