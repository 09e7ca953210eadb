"""Batches of mixtures as waveforms: what `Batch` leaves to be done to spectra is done here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from remixer.errors import InputError
from remixer.training.losses import curve_matrix
from remixer.training.pool import POOL_RATE_HZ, STEMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from remixer.training.mixtures import Batch


def require_stems(names: Iterable[str]) -> None:
    """Check the stems that [objective] names.

    Raises:
        InputError: there is no such stem.
    """
    unknown = set(names) - set(STEMS)
    if unknown:
        raise InputError(f"[objective] names the stem “{min(unknown)}”; there are {', '.join(STEMS)}.")


@torch.no_grad()
def waveforms(batch: Batch, rate_hz: int = POOL_RATE_HZ) -> Tensor:
    """Equalised and band-limited stems `(batch, stems, 2, frames)` at a rate up to the pool's.

    One transform over the whole length does all three; what it wraps around is of the length of the
    equaliser's response, a few milliseconds.
    """
    frames = batch.stems.shape[-1]
    kept = frames * rate_hz // POOL_RATE_HZ
    bins = kept // 2 + 1
    hz = torch.arange(bins) * (POOL_RATE_HZ / frames)
    curves = curve_matrix(bins, frames, POOL_RATE_HZ)
    out = []
    for stems, curve, limit_hz in zip(batch.stems, batch.equaliser_db, batch.limit_hz, strict=True):
        gains = 10.0 ** (curve @ curves / 20.0) * (hz < limit_hz)
        spectrum = torch.fft.rfft(stems)[..., :bins] * gains[:, None]
        out.append(torch.fft.irfft(spectrum, kept) * (kept / frames))
    return torch.stack(out)
