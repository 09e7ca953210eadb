"""Models of any rate and kind are scored on what they make of the sound at their own rate."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from remixer.separation.card import ModelCard
from remixer.separation.spectrum import Audio
from remixer.training.evaluate import separate_whole
from remixer.training.pool import POOL_RATE_HZ

pytestmark = pytest.mark.torch
RATE_HZ = 22_050


class Echo:
    """A separator whose only stem is what it hears."""

    device = "cpu"

    def __init__(self, kind: Literal["streaming", "whole"]) -> None:
        self.card = ModelCard(
            "echo", "Echo", "none", "live", False, ("vocals",), RATE_HZ, 2, kind, 0, "-", "-", (),
            segment_frames=RATE_HZ, context_frames=512, sha256="", hop_frames=512,
        )  # fmt: skip
        self.heard_frames: list[int] = []

    def separate(self, mixture: Audio) -> Audio:
        """See `Separator`."""
        self.heard_frames.append(mixture.shape[-1])
        return mixture[None]

    def interrupt(self) -> None:
        """See `Separator`."""

    def close(self) -> None:
        """See `Separator`."""


@pytest.mark.parametrize(("kind", "calls"), [("streaming", 1), ("whole", 2)])
def test_a_model_of_another_rate_hears_the_song_at_its_own(
    kind: Literal["streaming", "whole"], calls: int
) -> None:
    time = np.arange(2 * POOL_RATE_HZ) / POOL_RATE_HZ
    song = np.sin(2 * np.pi * 440.0 * time)[:, None].repeat(2, 1).astype(np.float32)
    echo = Echo(kind)
    stems = separate_whole(echo, song)
    assert stems.shape == (1, *song.shape)
    assert np.abs(stems[0] - song)[2000:-2000].max() < 0.01
    assert len(echo.heard_frames) == calls
    assert max(echo.heard_frames) <= 2 * RATE_HZ
