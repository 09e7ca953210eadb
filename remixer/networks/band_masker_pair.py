"""Two band maskers that hear the same mixture; the stems are a weighted mean of theirs.

Their errors differ, since one looks both ways through wide windows and the other through a short synthesis
window only backwards, so the mean is nearer to the stems than either. It still sums to the mixture.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from remixer.networks import band_masker

if TYPE_CHECKING:
    from collections.abc import Mapping


class BandMaskerPair(nn.Module):
    """The weighted mean of two band maskers for whole songs.

    Args:
        first: settings of one masker.
        second: settings of the other; the same stems.
        share: weight of the first, 0 to 1.
    """

    def __init__(self, first: Mapping[str, Any], second: Mapping[str, Any], share: float = 0.5) -> None:
        """Build both; weights are random."""
        super().__init__()
        self.channels = 2
        self.share = share
        self.first = band_masker.build(**first)
        self.second = band_masker.build(**second)
        self.hop = self.first.hop
        if self.first.config.stems != self.second.config.stems:
            raise ValueError("the two maskers give different stems")

    def forward(self, mixture: Tensor) -> Tensor:
        """Separate `(batch, 2, frames)` into `(batch, stems, 2, frames)`, aligned with the mixture."""
        one: Tensor = self.first(mixture)
        other: Tensor = self.second(mixture)
        return self.share * one + (1.0 - self.share) * other

    def exportable(self) -> BandMaskerPair:
        """A copy whose transforms use real matrix products only."""
        twin = copy.deepcopy(self).eval()
        twin.first, twin.second = self.first.exportable(), self.second.exportable()
        return twin


def build(**settings: Any) -> BandMaskerPair:
    """A `BandMaskerPair` from plain settings, as a file gives them."""
    return BandMaskerPair(**settings)
