"""Short-time Fourier transforms in real operations: they export to ONNX and run as matrix products."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class RealDft(nn.Module):
    """The Fourier transform of real frames, factored into two small matrix stages.

    With `size = P * Q`, sample `n = Q * a + b` and bin `k = p + P * q`:

        X[k] = sum_b W_size^(b p) W_Q^(b q) sum_a x[Q a + b] W_P^(a p)

    The inner sum is one `(2 (P/2+1), P)` product: the residues above P/2 follow by conjugation. The outer
    sum, its twiddle factors included, is one `(2Q, 2Q)` product for each residue p. For 1,024 samples that is
    105,000 multiplications instead of 1,050,000, and 300 kB of constants instead of 4 MB.

    Args:
        size: frame length, a power of two, at least 4.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        if size < 4 or size & (size - 1):
            raise ValueError(
                f"a transform of {size} samples was asked for; powers of two from 4 on are known"
            )
        self.size = size
        self.bins = size // 2 + 1
        self.rows = 1 << (int(math.log2(size)) // 2)
        self.columns = size // self.rows
        self.residues = self.rows // 2 + 1
        inner = _inner(self.rows)
        outer = _outer(self.rows, self.columns)
        wanted, wanted_back, weight = _orders(self.rows, self.columns)
        self.inner: Tensor
        self.outer: Tensor
        self.inner_back: Tensor
        self.outer_back: Tensor
        self.wanted: Tensor
        self.wanted_back: Tensor
        back = outer.transpose(1, 2) * weight.reshape(self.residues, -1, 1)
        for name, value in (
            ("inner", inner),
            ("outer", outer),
            ("inner_back", inner.T),
            ("outer_back", back),
        ):
            self.register_buffer(name, value.float().contiguous(), persistent=False)
        self.register_buffer("wanted", wanted, persistent=False)
        self.register_buffer("wanted_back", wanted_back, persistent=False)

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary parts `(..., size / 2 + 1)` of frames `(..., size)`."""
        lead = frames.shape[:-1]
        grid = frames.reshape(-1, self.rows, self.columns)
        first = torch.matmul(self.inner, grid)
        first = first.reshape(-1, self.residues, 2 * self.columns).transpose(0, 1)
        second = torch.matmul(first, self.outer).transpose(0, 1)
        flat = second.reshape(-1, self.residues * 2 * self.columns)
        parts = flat.index_select(-1, self.wanted)
        real = parts[:, : self.bins].reshape(*lead, self.bins)
        return real, parts[:, self.bins :].reshape(*lead, self.bins)

    def inverse(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Frames `(..., size)` from the real and imaginary parts `(..., size / 2 + 1)`."""
        lead = real.shape[:-1]
        parts = torch.cat([real, imaginary], dim=-1).reshape(-1, 2 * self.bins)
        spread = parts.index_select(-1, self.wanted_back)
        spread = spread.reshape(-1, self.residues, 2 * self.columns).transpose(0, 1)
        first = torch.matmul(spread, self.outer_back).transpose(0, 1)
        first = first.reshape(-1, 2 * self.residues, self.columns)
        return torch.matmul(self.inner_back, first).reshape(*lead, self.size)


def _inner(rows: int) -> Tensor:
    """`(2 (P/2+1), P)`: real and imaginary row of every residue p, one after the other."""
    residue = torch.arange(rows // 2 + 1, dtype=torch.float64)[:, None]
    angle = 2 * math.pi / rows * residue * torch.arange(rows, dtype=torch.float64)
    return torch.stack([angle.cos(), -angle.sin()], dim=1).reshape(-1, rows)


def _outer(rows: int, columns: int) -> Tensor:
    """`(P/2+1, 2Q, 2Q)`: from parts of b to parts of q, twiddled; bins above half are conjugated."""
    residue = torch.arange(rows // 2 + 1, dtype=torch.float64)[:, None, None]
    sample = torch.arange(columns, dtype=torch.float64)[None, :, None]
    bins = residue + rows * torch.arange(columns, dtype=torch.float64)[None, None, :]
    angle = 2 * math.pi / (rows * columns) * sample * bins
    sign = torch.where(bins > rows * columns // 2, -1.0, 1.0).expand_as(angle)
    cos, sin = angle.cos(), angle.sin()
    from_real = torch.cat([cos, -sin * sign], dim=2)
    from_imaginary = torch.cat([sin, cos * sign], dim=2)
    return torch.cat([from_real, from_imaginary], dim=1)


def _orders(rows: int, columns: int) -> tuple[Tensor, Tensor, Tensor]:
    """Where each wanted part lies, which part each place takes on the way back, and with what weight."""
    size = rows * columns
    places: dict[tuple[int, int], int] = {}
    parts: list[int] = []
    weights: list[float] = []
    for residue in range(rows // 2 + 1):
        for part in range(2):
            for column in range(columns):
                bin_number = residue + rows * column
                folded = min(bin_number, size - bin_number)
                new = (folded, part) not in places
                places.setdefault((folded, part), len(parts))
                parts.append(folded + part * (size // 2 + 1))
                edge = folded in (0, size // 2)
                weights.append((1.0 if edge else 2.0) / size if new and not (edge and part) else 0.0)
    wanted = [places[folded, part] for part in range(2) for folded in range(size // 2 + 1)]
    return torch.tensor(wanted), torch.tensor(parts), torch.tensor(weights, dtype=torch.float64)


def mel_filters(bins: int, bands: int, rate: int, size: int) -> Tensor:
    """Triangular Mel filters `(bands, bins)` of peak 1, for bins 1, 2, … of a transform of `size` samples.

    The Slaney scale is linear below 1 kHz and logarithmic above; the highest band ends at half the rate.
    """
    linear_hz, step = 1000.0, math.log(6.4) / 27.0

    def mel(hz: float) -> float:
        return hz * 3 / 200 if hz < linear_hz else 15.0 + math.log(hz / linear_hz) / step

    points = torch.linspace(0.0, mel(rate / 2), bands + 2, dtype=torch.float64)
    edges = torch.where(points < 15.0, points * 200 / 3, linear_hz * torch.exp(step * (points - 15.0)))
    centre = torch.arange(1, bins + 1, dtype=torch.float64)[None] * rate / size
    rising = (centre - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - centre) / (edges[2:] - edges[1:-1])[:, None]
    return torch.minimum(rising, falling).clamp(min=0.0).float()
