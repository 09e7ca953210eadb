"""What blocks of sound come to: their length and peak, and the gain that keeps them from clipping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from remixer.audio.encode import Encoder
from remixer.errors import OutputError, UsageError
from remixer.jobs import Report
from remixer.mixing.blocks import Selection
from remixer.song.song import Song

Audio = NDArray[np.float32]
Clip = Literal["keep", "lower", "refuse"]


def region(song: Song, selection: Selection | None) -> Selection:
    """Return the part of a selection that is song; all of the song for None.

    Raises:
        UsageError: nothing of it is.
    """
    span = selection or Selection(0, song.frames)
    span = Selection(max(0, span.start), min(span.end, song.frames))
    if span.end <= span.start:
        raise UsageError("The region to export is empty; mark a part of the song.")
    return span


def highest(blocks: Iterator[Audio], report: Callable[[int], None]) -> float:
    """Return the highest magnitude in blocks of (…, n, channels); the report is told the frames seen."""
    peak, done = 0.0, 0
    for block in blocks:
        peak = max(peak, float(block.max()), -float(block.min()))
        done += block.shape[-2]
        report(done)
    return peak


def common_gain(peaks: Sequence[float]) -> float:
    """Return the one factor, at most 1, that keeps all of these peaks within full scale."""
    peak = max(peaks, default=0.0)
    return 1.0 if peak <= 1.0 else 1.0 / peak


def clip_gain(peak: float, clip: Clip) -> float:
    """Return the gain for a peak.

    Raises:
        OutputError: it would clip, and that is refused.
    """
    if clip == "refuse" and peak > 1.0:
        raise OutputError(
            f"The export would clip by {20 * np.log10(peak):.1f} dB; lower the faders or allow lowering."
        )
    return common_gain([peak])


def scaled(block: Audio, gain: float) -> Audio:
    """Return the block times the gain; itself where that changes nothing."""
    return block if gain == 1.0 else block * np.float32(gain)


def pour(encoder: Encoder, blocks: Iterator[Audio], report: Callable[[int], None]) -> None:
    """Write blocks of (n, channels); the report is told the frames written."""
    done = 0
    for block in blocks:
        encoder.write(block)
        done += len(block)
        report(done)


def counting(span: Selection, report: Report) -> Callable[[int], None]:
    """Return a report of frames that tells the fraction of a region."""
    return lambda done: report(done / (span.end - span.start))


def first_half(span: Selection, report: Report) -> Callable[[int], None]:
    """Return a report of frames that tells half the fraction: measuring comes before writing."""
    return lambda done: report(0.5 * done / (span.end - span.start))


def second_half(report: Report) -> Report:
    """Return a report that goes on where `first_half` ends."""
    return lambda fraction: report(0.5 + 0.5 * fraction)
