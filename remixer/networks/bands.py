"""Cutting spectra into overlapping bands and joining them again."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Bands(nn.Module):
    """Bands of a spectrum; where two overlap, each fades linearly into the other.

    Args:
        edges: between the bands, as parts of the whole.
        overlap: overlapping bins, as a part of the edge's own bin.
        bins: of the spectrum at the smallest scale; all cuts lie on its grid, so that bands can be pooled.
        scale: how many times as many bins there are here.
    """

    def __init__(self, edges: tuple[float, ...], overlap: float, bins: int, scale: int) -> None:
        super().__init__()
        cuts = [round(edge * bins) for edge in edges]
        halves = [-int(-overlap * cut // 2) for cut in cuts]
        starts = [0, *(cut - half for cut, half in zip(cuts, halves, strict=True))]
        ends = [*(cut + half for cut, half in zip(cuts, halves, strict=True)), bins]
        self.spans = [(start * scale, end * scale) for start, end in zip(starts, ends, strict=True)]
        self.bins = bins * scale
        self.weights: Tensor
        self.register_buffer("weights", self._weights(), persistent=False)

    def _weights(self) -> Tensor:
        """`(bands, bins)`, one everywhere but falling where two bands overlap; each column sums to one."""
        place = torch.arange(self.bins) + 0.5
        weights = torch.ones(len(self.spans), self.bins)
        for band, (start, end) in enumerate(self.spans):
            if band:
                width = max(self.spans[band - 1][1] - start, 1)
                weights[band] *= ((place - start) / width).clamp(0.0, 1.0)
            if band + 1 < len(self.spans):
                width = max(end - self.spans[band + 1][0], 1)
                weights[band] *= ((end - place) / width).clamp(0.0, 1.0)
            weights[band, :start] = 0.0
            weights[band, end:] = 0.0
        return weights / weights.sum(dim=0)

    def cut(self, maps: Tensor) -> list[Tensor]:
        """Bands `(batch, channels, F_b, T)` of `(batch, channels, F, T)`."""
        return [maps[:, :, start:end] for start, end in self.spans]

    def join(self, bands: list[Tensor]) -> Tensor:
        """One spectrum `(batch, channels, F, T)` from bands of equally many channels."""
        total = None
        for weight, (start, end), band in zip(self.weights, self.spans, bands, strict=True):
            padded = nn.functional.pad(
                band * weight[None, None, start:end, None], (0, 0, start, self.bins - end)
            )
            total = padded if total is None else total + padded
        if total is None:
            raise ValueError("there are no bands to join")
        return total
