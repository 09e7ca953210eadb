"""MMDenseNet: one MDenseNet for the low band, one for the high band, one for the whole spectrum.

Takahashi and Mitsufuji 2017, Table 1, as fitted to the thesis (Sections 3.2 and 4.1 to 4.3): 255,481
parameters, 4.168 G multiply-accumulates over 64 frames; Table 4.1 with its zero-padded merge 255,777.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from remixer.networks.magnitudes import FLOOR, MagnitudeSeparator
from remixer.networks.mdensenet import EmbeddingHead, MDenseNet, OutputHead, Shape, conv

Merge = Literal["point-wise", "zero-pad"]
Output = Literal["ReLU", "sigmoid", "learned", "joint"]
MERGED = 10


class MMDenseNet(nn.Module):
    """From magnitudes to the estimates of one or more sources.

    Args:
        outputs: sources estimated by one head.
        heads: separate heads, each with a last dense block of its own; the second one of the multi-task form
            (Figure 4.4) estimates the accompaniment.
        output: `ReLU` estimates magnitudes; `sigmoid` masks; `learned` masked magnitudes (Section 4.2);
            `joint` shares the mixture out by the squared estimates of all sources (joint mask computation).
        merge: how the 16 maps of the low band meet the 10 of the high one: a point-wise convolution to 10, or
            six empty maps added to the high ones (Section 3.2.1).
        kernel: side of the input convolution; 3, 7 or 19 in Table 4.1.
        embedding: size of the chimera head's embedding; 0 for none.
        sizes: k of the low, high and full band.
    """

    def __init__(
        self,
        outputs: int = 1,
        heads: int = 1,
        output: Output = "ReLU",
        merge: Merge = "point-wise",
        kernel: int = 3,
        embedding: int = 0,
        sizes: tuple[int, int, int] = (16, 10, 6),
    ) -> None:
        super().__init__()
        self.output, self.merge = output, merge
        low, high, full = sizes
        self.low = MDenseNet(Shape(low, (4, 4, 4, 4), kernel=kernel))
        self.high = MDenseNet(Shape(high, (3, 3, 3, 3), kernel=kernel))
        self.full = MDenseNet(Shape(full, (2, 2, 2, 4), kernel=kernel))
        self.missing = low - high
        self.match = conv(low, high, (1, 1)) if merge == "point-wise" else nn.Identity()
        self.width = full + (high if merge == "point-wise" else low)
        self.heads = nn.ModuleList(OutputHead(self.width, outputs) for _ in range(heads))
        self.embed = EmbeddingHead(self.width, embedding) if embedding else None

    def features(self, magnitude: Tensor) -> Tensor:
        """What the heads see: `(batch, 1, F, T)` to `(batch, width, F, T)`."""
        half = magnitude.shape[2] // 2
        low, high = self.match(self.low(magnitude[:, :, :half])), self.high(magnitude[:, :, half:])
        if self.merge == "zero-pad":
            high = nn.functional.pad(high, (0, 0, 0, 0, 0, self.missing))
        return torch.cat([torch.cat([low, high], dim=2), self.full(magnitude)], dim=1)

    def forward(self, magnitude: Tensor) -> Tensor:
        """Estimates `(batch, heads * outputs, F, T)` from magnitudes `(batch, 1, F, T)`."""
        return self.finish(self.features(magnitude), magnitude)

    def with_embedding(self, magnitude: Tensor) -> tuple[Tensor, Tensor]:
        """Estimates as of `forward`, and embeddings `(batch, K, F, T)`, for the chimera loss."""
        if self.embed is None:
            raise ValueError("this network has no embedding head; build it with an embedding size")
        features = self.features(magnitude)
        return self.finish(features, magnitude), self.embed(features)

    def finish(self, features: Tensor, magnitude: Tensor) -> Tensor:
        """The heads and the output operation."""
        raw = torch.cat([head(features) for head in self.heads], dim=1)
        if self.output == "sigmoid":
            return torch.sigmoid(raw)
        if self.output == "learned":
            return torch.sigmoid(raw) * magnitude
        estimate = torch.relu(raw)
        if self.output == "joint":
            power = estimate.square()
            return power / (power.sum(dim=1, keepdim=True) + FLOOR) * magnitude
        return estimate


class Masks(nn.Module):
    """Whatever a network estimates, as masks of the first `stems` sources.

    Args:
        network: an `MMDenseNet` or its like, with an attribute `output`.
        stems: how many of its estimates are wanted.
    """

    def __init__(self, network: nn.Module, stems: int, are_masks: bool) -> None:
        super().__init__()
        self.network, self.stems, self.are_masks = network, stems, are_masks

    def forward(self, magnitude: Tensor) -> Tensor:
        """`(batch, 1, F, T)` to masks `(batch, stems, F, T)`."""
        estimate: Tensor = self.network(magnitude)[:, : self.stems]
        return estimate if self.are_masks else estimate / (magnitude + FLOOR)


def separator(
    network: nn.Module, output: Output, stems: int, channels: int, context: int, window: int, hop: int
) -> MagnitudeSeparator:
    """A network of magnitudes with the signal chain around it."""
    masks = Masks(network, stems, output == "sigmoid")
    return MagnitudeSeparator(masks, stems, channels, context, window, hop)


def build(
    stems: int = 1,
    channels: int = 1,
    context: int = 64,
    window: int = 2048,
    hop: int = 512,
    output: Output = "ReLU",
    **config: int | str | tuple[int, int, int],
) -> MagnitudeSeparator:
    """The baseline of the thesis for one source, or with changes; `stems` sources share the last block."""
    network = MMDenseNet(outputs=stems, output=output, **config)  # type: ignore[arg-type]
    return separator(network, output, stems, channels, context, window, hop)
