"""Decoding a file into its song folder, so that it plays while it is being decoded."""

from __future__ import annotations

import time

import numpy as np

from remixer.audio.decode import blocks
from remixer.jobs import Report, ignore
from remixer.song.arrays import Writer, exclusive, grow
from remixer.song.room import require_room
from remixer.song.song import FRAME_BYTES, Song

BLOCK_FRAMES = 65536
_POLL_SECONDS = 0.05


def decode_song(song: Song, report: Report = ignore) -> None:
    """Fill the song's mixture and peaks from its source.

    A finished song returns at once; an unfinished one starts over. If another
    process is at it, this one waits for it.

    Raises:
        InputError: the source is gone, damaged or cut off; what could be decoded stays playable.
        OutputError: the disk of the cache is full, or will be.
        Cancelled: the report asked to stop.

    Thread: worker.
    """
    while not song.complete:
        with exclusive(song.folder / "decoding") as mine:
            if song.complete:
                return
            if mine:
                _decode(song, report)
                return
        report(_fraction(song))
        time.sleep(_POLL_SECONDS)


def _decode(song: Song, report: Report) -> None:
    require_room(song)
    progress = Writer(song.folder / "decoded.u64")
    progress.write(0, np.array([0], "<u8"))
    writer = Writer(song.folder / "mixture.f32")
    done = 0
    try:
        for block in blocks(song.source, BLOCK_FRAMES):
            if done + len(block) > len(song.mixture):
                grow(song.folder / "mixture.f32", (done + max(len(block), done // 4)) * FRAME_BYTES)
                song.refresh()
            writer.write(done * FRAME_BYTES, block.astype("<f4", copy=False))
            song.pyramid.update(done, block[np.newaxis])
            done += len(block)
            progress.write(0, np.array([done], "<u8"))
            report(_fraction(song))
        writer.sync()
        progress.write(8, np.array([done], "<u8"))
        report(1.0)
    finally:
        writer.close()
        progress.close()
        song.pyramid.finish()


def _fraction(song: Song) -> float:
    return min(1.0, song.decoded_frames / max(1, song.frames))
