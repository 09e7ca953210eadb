"""What no mask beats by much: stems cut out of the mixture by the ideal ratio mask, made from the stems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remixer.separation.spectrum import istft, stft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Stereo = NDArray[np.float32]

WINDOW_FRAMES = 4096
HOP_FRAMES = 1024


def ideal_ratio_masked(stems: Mapping[str, Stereo]) -> dict[str, Stereo]:
    """Estimates `(frames, 2)` of all stems of a song: the mixture under |S| over the sum of all |S|."""
    spectra = {name: stft(wave.T, WINDOW_FRAMES, HOP_FRAMES) for name, wave in stems.items()}
    mixture = np.sum(list(spectra.values()), axis=0)
    total = np.sum([np.abs(one) for one in spectra.values()], axis=0) + np.float32(1e-9)
    return {
        name: istft(mixture * (np.abs(one) / total), WINDOW_FRAMES, HOP_FRAMES, len(stems[name])).T
        for name, one in spectra.items()
    }
