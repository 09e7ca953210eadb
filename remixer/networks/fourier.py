"""The discrete Fourier transform of real frames as matrix products.

Exported graphs may hold real operations only, and complex kernels differ between runtimes. For a length that
is the product of two equal factors the transform is two small matrix products with a twist in between
(4096 = 64 x 64: about one million multiplications a frame).
"""

from __future__ import annotations

import math
from typing import Protocol

import torch
from torch import Tensor, nn


class Fourier(Protocol):
    """A transform of real frames in real and imaginary parts."""

    def __call__(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary parts `(..., length // 2 + 1)` of frames `(..., length)`."""

    def inverse(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """The newest samples of the frames with this spectrum."""


class FastFourier(nn.Module):
    """Forward and inverse transform of real frames by the fast algorithm, in real and imaginary parts.

    Args:
        length: samples in a frame.
        kept: newest samples that the inverse returns; all by default.
    """

    def __init__(self, length: int, kept: int | None = None) -> None:
        """Nothing is computed ahead."""
        super().__init__()
        self.length, self.kept = length, kept or length

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary parts `(..., length // 2 + 1)` of frames `(..., length)`."""
        spectrum = torch.fft.rfft(frames)
        return spectrum.real, spectrum.imag

    def inverse(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """The newest `kept` samples of the frames with this spectrum."""
        frames: Tensor = torch.fft.irfft(torch.complex(real, imaginary), n=self.length)
        return frames[..., -self.kept :]


def even_root(length: int) -> int:
    """The square root of a length if it is a whole, even number, else 0."""
    side = math.isqrt(length)
    return 0 if side * side != length or side % 2 else side


class MatrixFourier(nn.Module):
    """Forward and inverse transform of frames of `length` samples, `length` being a square.

    Args:
        length: samples in a frame; its square root must be whole and even.
        kept: newest samples that the inverse returns; all by default.
    """

    rows: Tensor
    columns: Tensor
    back_rows: Tensor
    back_columns: Tensor
    twist_cos: Tensor
    twist_sin: Tensor
    weights: Tensor

    def __init__(self, length: int, kept: int | None = None) -> None:
        """Compute the matrices in double precision."""
        super().__init__()
        side = even_root(length)
        if not side:
            raise ValueError(f"{length} is not the square of an even number")
        self.length, self.side = length, side
        self.kept = kept or length
        self.columns_kept = side // 2 + 1
        steps = torch.arange(side, dtype=torch.float64)
        inner = 2 * math.pi / side * torch.outer(steps, steps)
        twist = 2 * math.pi / length * torch.outer(steps, steps)
        outer = inner[:, : self.columns_kept]
        cos, sin = inner.cos(), inner.sin()
        self._keep("rows", torch.cat([cos, -sin]))
        self._keep("twist_cos", twist.cos())
        self._keep("twist_sin", twist.sin())
        real = torch.cat([outer.cos(), -outer.sin()], dim=1)
        imaginary = torch.cat([outer.sin(), outer.cos()], dim=1)
        self._keep("columns", torch.cat([real, imaginary]))
        self._keep("back_columns", self._back_columns(outer))
        self._keep("weights", self._weights())
        first = side - self.kept // side
        self._keep("back_rows", torch.cat([cos, -sin], dim=1)[first:] / length)

    def _keep(self, name: str, value: Tensor) -> None:
        self.register_buffer(name, value.float(), persistent=False)

    def _back_columns(self, outer: Tensor) -> Tensor:
        turned = outer.T
        real = torch.cat([turned.cos(), turned.sin()], dim=1)
        imaginary = torch.cat([-turned.sin(), turned.cos()], dim=1)
        return torch.cat([real, imaginary])

    def _weights(self) -> Tensor:
        """How often each bin, at `[k % side, k // side]`, stands for itself and its mirror."""
        bins = torch.arange(self.side)[:, None] + self.side * torch.arange(self.columns_kept)[None]
        weights = torch.full(bins.shape, 2.0, dtype=torch.float64)
        weights[(bins == 0) | (bins == self.length // 2)] = 1.0
        weights[bins > self.length // 2] = 0.0
        return weights

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary parts `(..., length // 2 + 1)` of frames `(..., length)`."""
        side = self.side
        square = frames.reshape(*frames.shape[:-1], side, side)
        mixed = torch.matmul(self.rows, square)
        real, imaginary = mixed[..., :side, :], mixed[..., side:, :]
        turned = torch.cat(
            [
                real * self.twist_cos + imaginary * self.twist_sin,
                imaginary * self.twist_cos - real * self.twist_sin,
            ],
            dim=-1,
        )
        spectrum = torch.matmul(turned, self.columns).transpose(-1, -2)
        count = self.length // 2 + 1
        real = spectrum[..., : self.columns_kept, :].flatten(-2)[..., :count]
        return real, spectrum[..., self.columns_kept :, :].flatten(-2)[..., :count]

    def inverse(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """The newest `kept` samples of the frames with this spectrum."""
        side = self.side
        spectrum = torch.cat([self._grid(real), self._grid(imaginary)], dim=-1)
        mixed = torch.matmul(spectrum, self.back_columns)
        re, im = mixed[..., :side], mixed[..., side:]
        turned = torch.cat(
            [re * self.twist_cos - im * self.twist_sin, re * self.twist_sin + im * self.twist_cos], dim=-2
        )
        return torch.matmul(self.back_rows, turned).flatten(-2)

    def _grid(self, part: Tensor) -> Tensor:
        """Bins `(..., count)` as `(..., k % side, k // side)`, weighted for the inverse."""
        padded = nn.functional.pad(part, (0, self.side * self.columns_kept - part.shape[-1]))
        grid = padded.reshape(*part.shape[:-1], self.columns_kept, self.side)
        return grid.transpose(-1, -2) * self.weights
