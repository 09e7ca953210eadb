"""Sound to be written, block by block: the mix, or stems with what they leave over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remixer.audio.encode import Encoding, quantised
from remixer.mixing.controls import RESIDUAL, STEMS, Controls
from remixer.mixing.mixer import Mixer
from remixer.song.song import Song
from remixer.song.take import TILE_FRAMES, Take

Audio = NDArray[np.float32]
Moves = Sequence[tuple[int, Controls]]

_BLOCK_FRAMES = 8 * TILE_FRAMES
_RELEASE_FRAMES = 64 * _BLOCK_FRAMES


@dataclass(frozen=True)
class Selection:
    """A region of a song, in frames: `start` is in it, `end` is not."""

    start: int
    end: int


def mix_blocks(
    song: Song,
    takes: Sequence[Take],
    controls: Controls,
    span: Selection,
    moves: Moves,
    stems: Sequence[str] = STEMS,
) -> Iterator[Audio]:
    """Render the mix block by block; each block, (n, 2), is overwritten by the next."""
    before = [move for move in moves if move[0] <= span.start]
    later = [move for move in moves if span.start < move[0] < span.end]
    mixer = Mixer(song, takes, stems, before[-1][1] if before else controls)
    out = np.zeros((_BLOCK_FRAMES, 2), np.float32)
    position = span.start
    while position < span.end:
        while later and later[0][0] <= position:
            mixer.set_controls(later.pop(0)[1])
        frames = min(_BLOCK_FRAMES, (later[0][0] if later else span.end) - position)
        mixer.render(position, frames, out)
        yield out[:frames]
        position += frames
        if position % _RELEASE_FRAMES < frames:
            _release(song, takes)


def stem_blocks(
    song: Song,
    take: Take,
    names: Sequence[str],
    span: Selection,
    encoding: Encoding,
    controls: Controls | None = None,
    gain: float = 1.0,
) -> Iterator[Audio]:
    """Yield the named stems block by block, (names, n, 2); the residual as what the files leave over."""
    gains = (
        controls.gains(take.stems) if controls is not None else np.ones((len(take.stems) + 1, 2), np.float32)
    )
    factors = gains * np.float32(gain)
    bits = encoding.bits if encoding.lossless else "float"
    for start in range(span.start, span.end, _BLOCK_FRAMES):
        end = min(start + _BLOCK_FRAMES, span.end)
        stems = take.read(start, end) * factors[:-1, None, :]
        block = np.empty((len(names), end - start, 2), np.float32)
        for row, name in enumerate(names):
            if name == RESIDUAL:
                whole = (song.read(start, end) * np.float32(gain)).astype(np.float64)
                held = (
                    quantised(stems, bits) if controls is None else take.read(start, end) * np.float32(gain)
                )
                rest = whole - held.sum(axis=0, dtype=np.float64)
                block[row] = rest if controls is None else rest * gains[-1]
            else:
                block[row] = stems[take.stems.index(name)]
        yield block
        if end % _RELEASE_FRAMES == 0:
            _release(song, [take])


def _release(song: Song, takes: Sequence[Take]) -> None:
    song.release()
    for take in takes:
        take.release()
