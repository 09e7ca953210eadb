"""MagNet and PhaseNet: magnitude and phase by voting over codebooks (thesis, Section 4.5, Figure 4.9)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from remixer.networks.layers import overlap_add
from remixer.networks.magnitudes import FLOOR, Chain
from remixer.networks.mdensenet import DenseBlock, MDenseNet, Shape
from remixer.networks.mmdensenet import MMDenseNet

MAGNITUDES = (0.0, 1.0, 2.0)


class PhaseNet(nn.Module):
    """A small MDenseNet (three scales, L = 3, k = 4, 16 maps first) that votes for a phase.

    Args:
        codes: size P of the codebook, spread evenly over the circle.
        growth: k.
        layers: L.
        first: maps of the input convolution.
    """

    def __init__(self, codes: int = 8, growth: int = 4, layers: int = 3, first: int = 16) -> None:
        super().__init__()
        self.trunk = MDenseNet(Shape(growth, (layers,) * 3, first=first, channels=2))
        self.block = DenseBlock(growth + 1, growth, 2)
        self.out = nn.Conv2d(growth, codes, (2, 1))
        angles = torch.arange(codes) * (2 * math.pi / codes) - math.pi
        self.codebook: Tensor
        self.register_buffer("codebook", torch.stack([angles.cos(), angles.sin()]), persistent=False)

    def forward(self, gradients: Tensor, ratio: Tensor) -> Tensor:
        """Unit vectors and phase gradients are `(batch, 2, F, T)`, the log ratio is `(batch, 1, F, T)`.

        Equation (4.4): the mean of the codebook under the votes, on the unit circle.
        """
        maps = self.block(torch.cat([self.trunk(gradients), ratio], dim=1))
        votes = self.out(nn.functional.pad(maps, (0, 0, 0, 1))).softmax(dim=1)
        mean = torch.einsum("cp,bpft->bcft", self.codebook, votes)
        unit: Tensor = mean / (mean.square().sum(dim=1, keepdim=True) + FLOOR).sqrt()
        return unit


class MagNetPhaseNet(nn.Module):
    """Both networks around the transform: one source of a mono mixture, or each channel by itself.

    The phase that is voted for is the turn from the mixture's phase to the source's.

    Args:
        channels: channels of the mixture; each is separated by itself.
        context: frames the networks see at a time.
        window: samples in a frame.
        hop: samples between frames.
        sizes: k of MagNet's low, high and full band.
    """

    def __init__(
        self,
        channels: int = 1,
        context: int = 64,
        window: int = 2048,
        hop: int = 512,
        sizes: tuple[int, int, int] = (16, 10, 6),
    ) -> None:
        super().__init__()
        self.stems, self.channels, self.context = 1, channels, context
        self.chain = Chain(window, hop)
        self.magnet = MMDenseNet(outputs=len(MAGNITUDES), sizes=sizes)
        self.phasenet = PhaseNet()
        self.levels: Tensor
        self.register_buffer("levels", torch.tensor(MAGNITUDES), persistent=False)
        step = 2 * math.pi * hop / window
        self.advance: Tensor
        self.register_buffer(
            "advance", 2 * step * torch.arange(1, window // 2 + 1)[:, None], persistent=False
        )

    def forward(self, mixture: Tensor) -> Tensor:
        """Separate `(batch, channels, frames)` into `(batch, 1, channels, frames)`."""
        frames, chain = mixture.shape[-1], self.chain
        past, piece = chain.window - chain.hop, chain.hop * self.context
        padded = nn.functional.pad(mixture.reshape(-1, 1, frames), (past, past + piece - 1))
        whole = (padded.shape[-1] - past) // piece * piece + past
        real, imaginary = chain.analyse(padded[..., :whole])
        turn = self.masks(_pieces(real[..., 1:], self.context), _pieces(imaginary[..., 1:], self.context))
        turn = turn.permute(0, 3, 2, 1).reshape(real.shape[0], -1, 2, real.shape[-1] - 1)
        re, im = turn[:, None, :, 0], turn[:, None, :, 1]
        re, im = nn.functional.pad(re, (1, 0)), nn.functional.pad(im, (1, 0))
        waves = chain.frames(re * real - im * imaginary, re * imaginary + im * real)
        audio = overlap_add(waves, chain.hop)[..., past : past + frames]
        return audio.reshape(mixture.shape[0], 1, self.channels, frames)

    def masks(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Complex masks `(pieces, F, 2, T)` from parts `(pieces, 1, F, T)` of the mixture."""
        magnitude = (real.square() + imaginary.square() + FLOOR**2).sqrt()
        features = self.magnet.features(magnitude)
        votes = self.magnet.heads[0](features).softmax(dim=1)
        gain = torch.einsum("m,bmft->bft", self.levels, votes).unsqueeze(1)
        unit = self.phasenet(self.gradients(real, imaginary), (gain + FLOOR).log())
        turn: Tensor = (gain * unit).transpose(1, 2)
        return turn

    def gradients(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Instantaneous frequency and group delay `(pieces, 2, F, T)`, centred differences of the phase.

        Differences are taken as angles of products, so that nothing needs unwrapping; the advance of a bin
        over two hops is taken off first (Equation 4.1).
        """
        time = _turned(real, imaginary, 3)
        cos, sin = self.advance.cos(), self.advance.sin()
        along = torch.atan2(time[1] * cos - time[0] * sin, time[0] * cos + time[1] * sin + FLOOR)
        over = _turned(real, imaginary, 2)
        return torch.cat([along, torch.atan2(over[1], over[0] + FLOOR)], dim=1)


def _pieces(part: Tensor, context: int) -> Tensor:
    """`(rows, 1, n, F)` to `(rows * n / context, 1, F, context)`."""
    return part.reshape(-1, 1, context, part.shape[-1]).transpose(2, 3)


def _turned(real: Tensor, imaginary: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Next bin times the conjugate of the one before, along an axis of `(pieces, 1, F, T)`; edges repeat."""
    size = real.shape[axis]
    pad = (1, 1, 0, 0) if axis == 3 else (0, 0, 1, 1)
    re = nn.functional.pad(real, pad, mode="replicate")
    im = nn.functional.pad(imaginary, pad, mode="replicate")
    before_re, after_re = re.narrow(axis, 0, size), re.narrow(axis, 2, size)
    before_im, after_im = im.narrow(axis, 0, size), im.narrow(axis, 2, size)
    return after_re * before_re + after_im * before_im, after_im * before_re - after_re * before_im


def build(channels: int = 1, **config: int | tuple[int, int, int]) -> MagNetPhaseNet:
    """MagNet and PhaseNet for one source, or with changes to their settings."""
    return MagNetPhaseNet(channels, **config)  # type: ignore[arg-type]
