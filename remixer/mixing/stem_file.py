"""Mix and stems as tracks of one file, for DJ programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from remixer.audio.encode import Encoder, Encoding, check
from remixer.audio.stem_file import STEM_FORMAT, STEM_ORDER
from remixer.audio.tags import Tags
from remixer.errors import UsageError
from remixer.jobs import Report, ignore
from remixer.mixing.blocks import Selection, stem_blocks
from remixer.mixing.controls import RESIDUAL, Controls
from remixer.mixing.measuring import (
    Audio,
    Clip,
    clip_gain,
    counting,
    first_half,
    highest,
    pour,
    region,
    second_half,
)
from remixer.song.song import Song
from remixer.song.take import Take


def bounce_stem_file(
    song: Song,
    take: Take,
    path: Path,
    selection: Selection | None = None,
    controls: Controls | None = None,
    clip: Clip = "keep",
    tags: Tags | None = None,
    overwrite: bool = False,
    report: Report = ignore,
) -> Path:
    """Write the mix and the four stems as tracks of one file; see `StemFile` and `stem_file_blocks`.

    Args:
        song: the song.
        take: whose stems.
        path: the file.
        selection: the region; None for the whole song.
        controls: None for the stems as they are, which add up to the song, else each behind its fader.
        clip: as for `bounce_mix`; lowering lowers all tracks alike.
        tags: what the file says about the song.
        overwrite: replace a file of that name.
        report: told the fraction done.

    Raises:
        UsageError: the take has other stems, or the selection is empty.
        OutputError: the file cannot be written, or would clip and that was refused.
        Cancelled: the report said so; nothing half-written stays.
    """
    check_stem_file(take.stems)
    check([path], overwrite)
    span, gain = region(song, selection), 1.0
    if clip != "keep":
        blocks = stem_file_blocks(song, take, span, controls)
        gain = clip_gain(highest(blocks, first_half(span, report)), clip)
        report = second_half(report)
    with Encoder(path, song.rate, Encoding(STEM_FORMAT), tags, overwrite) as encoder:
        pour(encoder, stem_file_blocks(song, take, span, controls, gain), counting(span, report))
    return path


def check_stem_file(stems: Sequence[str]) -> None:
    """See that stems are those of a stem file, no more and no fewer.

    Raises:
        UsageError: they are not.
    """
    if set(stems) != set(STEM_ORDER):
        raise UsageError(
            f"A {STEM_FORMAT} file holds {', '.join(STEM_ORDER)}; this model makes {', '.join(stems)}."
        )


def stem_file_blocks(
    song: Song, take: Take, span: Selection, controls: Controls | None = None, gain: float = 1.0
) -> Iterator[Audio]:
    """Yield the tracks of a stem file block by block, (n, 10): the mix, then the stems in `STEM_ORDER`.

    What no stem claims goes with “other”, so that the stems add up to the mix.
    """
    names = [*STEM_ORDER, RESIDUAL]
    for block in stem_blocks(song, take, names, span, Encoding(STEM_FORMAT), controls, gain):
        stems, rest = block[:-1], block[-1]
        stems[STEM_ORDER.index("other")] += rest
        tracks = np.concatenate([stems.sum(axis=0, keepdims=True), stems])
        yield tracks.transpose(1, 0, 2).reshape(tracks.shape[1], -1)
