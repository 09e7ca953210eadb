"""What is heard, written to files: the mixer pulled into encoders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from remixer.audio.encode import Encoder, Encoding, check
from remixer.audio.tags import Tags
from remixer.errors import UsageError
from remixer.jobs import Report, ignore
from remixer.mixing.blocks import Moves, Selection, mix_blocks, stem_blocks
from remixer.mixing.controls import RESIDUAL, STEMS, Controls
from remixer.mixing.measuring import (
    Audio,
    Clip,
    clip_gain,
    common_gain,
    counting,
    first_half,
    highest,
    pour,
    region,
    scaled,
    second_half,
)
from remixer.song.song import Song
from remixer.song.take import Take

__all__ = [
    "Selection",
    "bounce_mix",
    "bounce_stems",
    "common_gain",
    "measure_mix",
    "measure_stems",
    "mix_blocks",
    "stem_blocks",
]


def bounce_mix(
    song: Song,
    takes: Sequence[Take],
    controls: Controls,
    path: Path,
    encoding: Encoding,
    selection: Selection | None = None,
    moves: Moves = (),
    clip: Clip = "keep",
    tags: Tags | None = None,
    overwrite: bool = False,
    stems: Sequence[str] = STEMS,
    gain: float = 1.0,
    report: Report = ignore,
) -> Path:
    """Write the mix that is heard.

    Args:
        song: the song.
        takes: best first; where none covers, the song itself is written.
        controls: the faders at the beginning.
        path: the file.
        encoding: how it is written.
        selection: the region; None for the whole song.
        moves: (frame, controls) in order: the faders from that frame on.
        clip: what to do about peaks above full scale: keep them (a float file holds them, an integer
            file holds them at full scale), lower the file, or refuse.
        tags: what the file says about the song.
        overwrite: replace a file of that name.
        stems: the stems there are faders for.
        gain: a factor on everything, for files that have to be lowered together.
        report: told the fraction done.

    Raises:
        UsageError: the selection is empty.
        OutputError: the file cannot be written, or would clip and that was refused.
        Cancelled: the report said so; nothing half-written stays.
    """
    check([path], overwrite)
    span = region(song, selection)

    def blocks() -> Iterator[Audio]:
        return mix_blocks(song, takes, controls, span, moves, stems)

    if clip != "keep":
        peak = highest(blocks(), first_half(span, report))
        gain *= clip_gain(peak * gain, clip)
        report = second_half(report)
    with Encoder(path, song.rate, encoding, tags, overwrite) as encoder:
        pour(encoder, (scaled(block, gain) for block in blocks()), counting(span, report))
    return path


def bounce_stems(
    song: Song,
    take: Take,
    files: Sequence[tuple[str, Path]],
    encoding: Encoding,
    selection: Selection | None = None,
    controls: Controls | None = None,
    clip: Clip = "keep",
    tags: Tags | None = None,
    overwrite: bool = False,
    gain: float = 1.0,
    report: Report = ignore,
) -> list[Path]:
    """Write stems, each to a file of its own.

    The residual is the song minus the stems as their files hold them, those
    that are not written included: in a lossless format all files add up to the song.

    Args:
        song: the song.
        take: whose stems.
        files: (stem, file); the stem `residual` is what no stem claims.
        encoding: how they are written.
        selection: the region; None for the whole song.
        controls: None for the stems as they are, else each behind its fader.
        clip: as for `bounce_mix`; lowering lowers all files alike.
        tags: what the files say about the song.
        overwrite: replace files of those names.
        gain: a factor on everything, for files that have to be lowered together.
        report: told the fraction done.

    Raises:
        UsageError: the take has no such stem, or the selection is empty.
        OutputError: a file cannot be written, or would clip and that was refused.
        Cancelled: the report said so; nothing half-written stays.
    """
    names = [name for name, _ in files]
    paths = [path for _, path in files]
    unknown = [name for name in names if name not in (*take.stems, RESIDUAL)]
    if unknown:
        raise UsageError(f"There is no stem “{unknown[0]}”; there are {', '.join(take.stems)}.")
    check(paths, overwrite)
    span = region(song, selection)

    def blocks() -> Iterator[Audio]:
        return stem_blocks(song, take, names, span, encoding, controls, gain)

    if clip != "keep":
        peak = highest(blocks(), first_half(span, report))
        gain *= clip_gain(peak, clip)
        report = second_half(report)
    _write_all(song, paths, encoding, tags, overwrite, span, blocks, report)
    return paths


def measure_mix(
    song: Song,
    takes: Sequence[Take],
    controls: Controls,
    selection: Selection | None = None,
    moves: Moves = (),
    stems: Sequence[str] = STEMS,
    report: Report = ignore,
) -> float:
    """Return the highest magnitude the mix would have.

    Raises:
        Cancelled: the report said so.
    """
    span = region(song, selection)
    return highest(mix_blocks(song, takes, controls, span, moves, stems), counting(span, report))


def measure_stems(
    song: Song,
    take: Take,
    names: Sequence[str],
    selection: Selection | None = None,
    controls: Controls | None = None,
    report: Report = ignore,
) -> float:
    """Return the highest magnitude the named stems would have.

    Raises:
        Cancelled: the report said so.
    """
    span = region(song, selection)
    return highest(
        stem_blocks(song, take, names, span, Encoding("wav", "float"), controls), counting(span, report)
    )


def _write_all(
    song: Song,
    paths: Sequence[Path],
    encoding: Encoding,
    tags: Tags | None,
    overwrite: bool,
    span: Selection,
    blocks: Callable[[], Iterator[Audio]],
    report: Report,
) -> None:
    with ExitStack() as stack:
        encoders = [
            stack.enter_context(Encoder(path, song.rate, encoding, tags, overwrite)) for path in paths
        ]
        done = 0
        for block in blocks():
            for encoder, stem in zip(encoders, block, strict=True):
                encoder.write(stem)
            done += block.shape[1]
            report(done / (span.end - span.start))
