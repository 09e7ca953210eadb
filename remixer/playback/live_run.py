"""The live engine over a file or over live sound, and what it measured: behind `remixer live`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from remixer.errors import UsageError
from remixer.jobs import Report, ignore
from remixer.playback.live_engine import LiveResult, LiveRun

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard

__all__ = ["LiveResult", "live_run"]

Audio = NDArray[np.float32]


def live_run(
    song_path: Path | None,
    card: ModelCard,
    out_dir: Path,
    realtime: bool = False,
    block_frames: int = 512,
    cushion: int = 0,
    input_device: str | None = None,
    seconds: float | None = None,
    report: Report = ignore,
    overwrite: bool = False,
) -> LiveResult:
    """Send a file or live sound through a causal model block by block, and write stems and mix.

    Args:
        song_path: the file, or None for live sound.
        card: a streaming model.
        out_dir: `<stem>.wav` and `mix.wav` are written to `out_dir/<song>/`.
        realtime: give the blocks at their pace, as a sound card would; a block that comes too late is missed.
        block_frames: frames in a block.
        cushion: how many blocks' time the model has, 1 to 4; 0 for one, or on live sound for as many as keep
            the whole way from sound to ear below 60 ms.
        input_device: an id of `portaudio.inputs`; "" is the system's default.
        seconds: stop after so much; None means at the file's end, or when the report says so.
        report: told the fraction done.
        overwrite: replace files of the same names.

    Raises:
        InputError: the file cannot be read.
        ModelError: the model cannot run live, or broke off.
        OutputError: a file cannot be written, or a device cannot be opened.
        UsageError: neither a file nor live sound was asked for.
        Cancelled: the report said so, before the end of the file.
    """
    if not 1 <= block_frames <= 16_384:
        raise UsageError(f"A block of {block_frames} frames was asked for; it has 1 to 16384.")
    if song_path is None:
        from remixer.playback.live_input import listen

        return listen(card, out_dir, block_frames, input_device or "", seconds, report, overwrite, cushion)
    from remixer.audio.decode import blocks, probe

    info = probe(song_path)
    frames = info.frames if seconds is None else min(info.frames, round(seconds * info.rate))
    source = _cut(blocks(song_path), block_frames, None if seconds is None else frames)
    run = LiveRun(card, info.rate, block_frames, out_dir, song_path.stem, overwrite, cushion)
    with run.recorded():
        run.feed(source, realtime, lambda fed: report(min(1.0, fed / max(1, frames))))
    return run.result()


def _cut(source: Iterator[Audio], block_frames: int, frames: int | None) -> Iterator[Audio]:
    """Cut blocks of any length into blocks of one length, the last one shorter."""
    rest, left = np.zeros((0, 2), np.float32), frames
    for block in source:
        rest = np.concatenate([rest, block])
        whole = len(rest) // block_frames * block_frames
        for start in range(0, whole, block_frames):
            if left is not None and left <= 0:
                return
            piece = rest[start : start + block_frames]
            yield piece if left is None else piece[:left]
            left = None if left is None else left - len(piece)
        rest = rest[whole:]
    if len(rest) and (left is None or left > 0):
        yield rest if left is None else rest[:left]
