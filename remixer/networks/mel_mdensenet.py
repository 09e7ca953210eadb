"""Mel-MDenseNet: Mel masks from Mel magnitudes, the efficient networks of the thesis (Chapter 5).

Mel-MDenseNet-DC 238,517 parameters and 108.862 M multiply-accumulates for eight frames (Table 5.6);
-NoDSConvs-BC, its norms folded, 169,095 and 76.677 M (Table 5.8).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from remixer.networks.magnitudes import MagnitudeSeparator
from remixer.networks.mdensenet import EmbeddingHead, MDenseNet, OutputHead, Shape, fold_batch_norms
from remixer.networks.pruning import Kept, drop
from remixer.networks.spectral import mel_filters


class MelMDenseNet(nn.Module):
    """From Mel magnitudes to Mel masks (Figure 5.4).

    Args:
        outputs: sources; one in the thesis, and 27 parameters more for four.
        growth: k of every block.
        layers: L of every block.
        down_convs: a point-wise convolution before each pooling; NoDSConvs has none.
        bottleneck: compress in the dense layers (BC).
        embedding: size of the deep-clustering head's embedding (20); 0 leaves the head out, as at inference.
    """

    def __init__(
        self,
        outputs: int = 1,
        growth: int = 18,
        layers: int = 4,
        down_convs: bool = False,
        bottleneck: bool = True,
        embedding: int = 0,
    ) -> None:
        super().__init__()
        shape = Shape(growth, (layers,) * 4, bottleneck=bottleneck, down_convs=down_convs)
        self.trunk = MDenseNet(shape)
        self.head = OutputHead(growth, outputs, bottleneck)
        self.embed = EmbeddingHead(growth, embedding) if embedding else None

    def forward(self, mel: Tensor) -> Tensor:
        """Masks `(batch, outputs, bands, T)` from `(batch, 1, bands, T)`; T is a multiple of eight."""
        return torch.sigmoid(self.head(self.trunk(mel)))

    def with_embedding(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Masks as of `forward`, and embeddings `(batch, K, bands, T)`, for the chimera loss."""
        if self.embed is None:
            raise ValueError("this network has no embedding head; build it with an embedding size")
        features = self.trunk(mel)
        return torch.sigmoid(self.head(features)), self.embed(features)


class MelMasks(nn.Module):
    """Linear masks by way of Mel masks (Equation 5.2): `mask = F^T network(F magnitude)`.

    Args:
        network: Mel magnitudes to Mel masks.
        bands: Mel bands.
        rate: of the audio, in Hz.
        window: samples in a frame of the transform.
    """

    def __init__(self, network: nn.Module, bands: int, rate: int, window: int) -> None:
        super().__init__()
        self.network = network
        self.filters: Tensor
        self.register_buffer("filters", mel_filters(window // 2, bands, rate, window), persistent=False)

    def mel(self, magnitude: Tensor) -> Tensor:
        """`(batch, 1, F, T)` to `(batch, 1, bands, T)`."""
        return torch.matmul(self.filters, magnitude)

    def linear(self, masks: Tensor) -> Tensor:
        """`(batch, stems, bands, T)` to `(batch, stems, F, T)`."""
        return torch.matmul(self.filters.T, masks)

    def forward(self, magnitude: Tensor) -> Tensor:
        """Magnitudes `(batch, 1, F, T)` to masks `(batch, stems, F, T)`."""
        return self.linear(self.network(self.mel(magnitude)))


def mel_masks(stems: int, bands: int, rate: int, window: int, config: dict[str, int | bool]) -> MelMasks:
    """A Mel-MDenseNet of `stems` outputs between its filters."""
    network = MelMDenseNet(outputs=stems, **config)  # type: ignore[arg-type]
    return MelMasks(network, bands, rate, window)


def build(
    stems: int = 1,
    channels: int = 1,
    context: int = 8,
    bands: int = 128,
    rate: int = 32_000,
    window: int = 2048,
    hop: int = 512,
    dropped: Kept | None = None,
    folded: bool = False,
    **config: int | bool,
) -> MagnitudeSeparator:
    """Mel-MDenseNet with its signal chain; one source as published, or more from the same last block.

    With `dropped` it has the shape of one whose channels were pruned, with `folded` of one whose norms were
    folded, which fits inference only.
    """
    masks = mel_masks(stems, bands, rate, window, dict(config))
    separator = MagnitudeSeparator(masks, stems, channels, context, window, hop)
    if dropped:
        drop(separator, dropped)
    if folded:
        fold_batch_norms(separator.eval())
    return separator


def as_used(network: MagnitudeSeparator) -> int:
    """Take off a trained Mel-MDenseNet what only training needs: its second head and its norms.

    Returns:
        How many norms were folded.
    """
    for part in network.modules():
        if isinstance(part, MelMDenseNet):
            part.embed = None
    return fold_batch_norms(network.eval())
