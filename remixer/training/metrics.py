"""Scores of separated stems; audio is `(frames, 2)` or any equal shape, float32."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from remixer.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SILENT_ENERGY = 1e-8
LEAST_ENERGY = 1e-20
DITHER = 3e-3


def utterance_sdr(reference: NDArray[np.float32], estimate: NDArray[np.float32]) -> float:
    """Energy of the reference over that of the error in dB, over all samples and channels."""
    wanted = float(np.square(reference, dtype=np.float64).sum())
    error = float(np.square(reference - estimate, dtype=np.float64).sum())
    return 10.0 * float(np.log10((wanted + SILENT_ENERGY) / (error + SILENT_ENERGY)))


def si_sdr(reference: NDArray[np.float32], estimate: NDArray[np.float32]) -> float:
    """Scale-invariant SDR in dB: the reference is scaled to fit the estimate best.

    An estimate with nothing of the reference in it, silence too, is at the bottom of the scale: −120 dB or
    less.
    """
    wanted = reference.astype(np.float64).ravel()
    found = estimate.astype(np.float64).ravel()
    energy = float(wanted @ wanted)
    target = wanted * (float(found @ wanted) / (energy + SILENT_ENERGY))
    error = found - target
    return 10.0 * float(np.log10((target @ target + LEAST_ENERGY) / (error @ error + SILENT_ENERGY)))


def best_order(references: NDArray[np.float32], estimates: NDArray[np.float32]) -> tuple[int, ...]:
    """Which estimate belongs to each reference, where nothing but likeness tells: by the mean SI-SDR."""
    orders = permutations(range(len(references)))
    return max(orders, key=lambda order: sum(map(si_sdr, references, estimates[list(order)])))


def bss_eval(
    references: NDArray[np.float32], estimates: NDArray[np.float32], rate_hz: int
) -> dict[str, list[float]]:
    """BSSEval v4 of stems `(stems, frames, 2)`: SDR, ISR, SIR and SAR, each a median over seconds, by stem.

    Seconds in which a stem is silent have no score and do not count. A stem whose estimate is silent
    throughout has none, and does not keep the others from theirs.

    Raises:
        UsageError: museval, or the ffmpeg it asks for when it is loaded, is not installed.
    """
    try:
        from museval.metrics import bss_eval as frames_scores
    except (ImportError, RuntimeError) as error:
        raise UsageError(
            "BSSEval needs the package museval, and that the program ffmpeg; one of them is missing.",
            str(error),
        ) from error
    if not hasattr(np.linalg, "linalg"):  # museval looks for LinAlgError at this place of older numpy
        setattr(np.linalg, "linalg", np.linalg)  # noqa: B010
    right, found = _dithered(references), estimates.astype(np.float64)
    silent = ~found.sum(axis=2).any(axis=1)  # as museval tells it, which takes no such estimate
    found[silent] = right[silent]
    sdr, isr, sir, sar, _ = frames_scores(right, found, window=rate_hz, hop=rate_hz)
    named = {"sdr": sdr, "isr": isr, "sir": sir, "sar": sar}
    return {
        name: [float("nan") if none else _median(row) for row, none in zip(rows, silent, strict=True)]
        for name, rows in named.items()
    }


def _median(values: NDArray[np.float64]) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")


def _dithered(references: NDArray[np.float32]) -> NDArray[np.float64]:
    """Stems with noise 50 dB below them where they sound.

    Band-limited or mono stems make the equations of BSSEval's filters singular, and its scores meaningless.
    """
    stems = references.astype(np.float64)
    rms = np.sqrt(np.square(stems).mean(axis=(1, 2), keepdims=True))
    noise = np.random.default_rng(0).standard_normal(stems.shape)
    return np.asarray(stems + DITHER * rms * noise * (stems.any(axis=2, keepdims=True)))


@dataclass(frozen=True)
class SongScores:
    """Scores in dB of songs by stem: `table[song][stem]`."""

    table: dict[str, dict[str, float]]

    def median(self, stem: str) -> float:
        """Median over the songs that have the stem."""
        values = [scores[stem] for scores in self.table.values() if np.isfinite(scores.get(stem, np.nan))]
        return float(np.median(values)) if values else float("nan")

    @property
    def stems(self) -> tuple[str, ...]:
        """Stems in order of first appearance."""
        return tuple(dict.fromkeys(stem for scores in self.table.values() for stem in scores))

    @property
    def mean(self) -> float:
        """Mean over stems of the medians over songs."""
        return float(np.mean([self.median(stem) for stem in self.stems]))

    def __str__(self) -> str:
        """Mean and medians on one line."""
        parts = "  ".join(f"{stem} {self.median(stem):.2f}" for stem in self.stems)
        return f"{self.mean:.2f} dB ({parts})"
