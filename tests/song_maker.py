"""Songs with known stems, made of synthetic sound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from remixer.mixing.controls import STEMS
from remixer.song.song import Song, make_files, write_told
from remixer.song.take import TILE_FRAMES, Take, on_grid, tile_count

Audio = NDArray[np.float32]
RATE = 44_100


def make_song(folder: Path, mixture: Audio, rate: int = RATE, decoded: int | None = None) -> Song:
    """Return a song of that sound; not complete if `decoded` is given."""
    song_folder = folder / "songs" / "song"
    song_folder.mkdir(parents=True)
    told = {
        "version": 1, "id": "song", "title": "Song", "source": str(folder / "song.wav"), "rate": rate,
        "channels": 2, "format": "wav", "bits": 24, "note": "",
    }  # fmt: skip
    write_told(song_folder, told)
    make_files(song_folder, len(mixture))
    mixture.astype("<f4").tofile(song_folder / "mixture.f32")
    set_decoded(song_folder, len(mixture) if decoded is None else decoded, final=decoded is None)
    return Song.load(song_folder)


def set_decoded(song_folder: Path, frames: int, final: bool) -> None:
    """Say how far the song is decoded."""
    progress = np.memmap(song_folder / "decoded.u64", "<u8", "r+", shape=(2,))
    progress[0] = frames
    progress[1] = frames if final else 0


def make_take(
    song: Song, take_id: str, audio: Audio, stems: Sequence[str] = STEMS, tiles: Sequence[int] | None = None
) -> Take:
    """Return a take holding that sound, (stems, frames, 2), in the named tiles (all if None)."""
    take = song.create_take(take_id, take_id, stems)
    for tile in range(tile_count(song.frames)) if tiles is None else tiles:
        start = tile * TILE_FRAMES
        take.write(start, audio[:, start : start + TILE_FRAMES])
    return take


def noise(frames: int, seed: int = 1, level: float = 0.1) -> Audio:
    """Return stereo noise on the grid takes are written on."""
    made = np.random.default_rng(seed).standard_normal((frames, 2)) * level
    return on_grid(made.astype(np.float32))


def tone(frames: int, hz: float, level: float = 0.2, rate: int = RATE) -> Audio:
    """Return a steady stereo tone."""
    wave = level * np.sin(2 * np.pi * hz / rate * np.arange(frames))
    return on_grid(np.repeat(wave[:, None], 2, axis=1).astype(np.float32))


def parts(frames: int, level: float = 0.1) -> Audio:
    """Return four stems of noise, (4, frames, 2)."""
    return np.stack([noise(frames, seed, level) for seed in range(4)])
