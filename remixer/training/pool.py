"""A pool of decoded stems: one memory-mapped file of 16-bit audio and a table of its tracks.

Training draws thousands of crops a minute; decoding compressed files each time would cost more than the
network. So every stem is decoded once, into `audio.i16`, and `tracks.json` says where each track lies.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from remixer.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

POOL_RATE_HZ = 44_100
STEMS = ("vocals", "drums", "bass", "other")
AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".aif", ".aiff", ".mp3")


@dataclass(frozen=True)
class Source:
    """A stem file that is to enter the pool."""

    path: Path
    stem: str
    song: str
    kind: str
    tier: str = "own"


@dataclass(frozen=True)
class Track:
    """One stem in the pool; `start` and `frames` count stereo frames, `levels` is the RMS of every second."""

    stem: str
    song: str
    kind: str
    tier: str
    start: int
    frames: int
    scale: float
    band_hz: float
    levels: tuple[float, ...]


class Pool:
    """The tracks of a pool and their audio, read through a memory map.

    Args:
        folder: where `write_pool` left `audio.i16` and `tracks.json`.

    Raises:
        InputError: the folder holds no pool.
    """

    def __init__(self, folder: Path) -> None:
        """Open the map; no audio is read yet."""
        table = folder / "tracks.json"
        if not table.is_file():
            raise InputError(f"{folder} holds no pool of stems: tracks.json was not found.")
        rows = json.loads(table.read_text(encoding="utf-8"))["tracks"]
        names = [one.name for one in fields(Track)]
        self.tracks = tuple(
            Track(**{**{name: row[name] for name in names}, "levels": tuple(row["levels"])}) for row in rows
        )
        self._audio = np.memmap(folder / "audio.i16", dtype=np.int16, mode="r").reshape(-1, 2)

    def crop(self, track: Track, first_frame: int, frames: int) -> NDArray[np.float32]:
        """Frames `first_frame...` of a track as float32 `(2, frames)`, padded with silence at its end."""
        count = max(0, min(frames, track.frames - first_frame))
        begin = track.start + first_frame
        out = np.zeros((2, frames), np.float32)
        np.multiply(self._audio[begin : begin + count].T, track.scale, out=out[:, :count])
        return out


def read_sound(path: Path) -> tuple[NDArray[np.float32], int]:
    """Decode a file to float32 `(frames, channels)`; also its rate in Hz.

    Samples that are no numbers are silence, as they are to the program.

    Raises:
        InputError: the file cannot be decoded.
    """
    import soundfile

    try:
        audio, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (RuntimeError, OSError) as error:
        raise InputError(f"{path} could not be decoded as audio.", str(error)) from error
    return np.nan_to_num(audio, copy=False, nan=0.0, posinf=0.0, neginf=0.0), int(rate_hz)


def read_stereo(path: Path) -> tuple[NDArray[np.float32], int]:
    """Decode a file to float32 `(frames, 2)` at `POOL_RATE_HZ`; also its own rate in Hz.

    Raises:
        InputError: the file cannot be decoded.
    """
    import soxr

    audio, rate_hz = read_sound(path)
    stereo = audio[:, :2] if audio.shape[1] >= 2 else np.repeat(audio, 2, axis=1)
    if rate_hz != POOL_RATE_HZ:
        stereo = soxr.resample(stereo, rate_hz, POOL_RATE_HZ).astype(np.float32)
    return np.ascontiguousarray(stereo), rate_hz


def song_sources(folder: Path, split: str = "train") -> list[Source]:
    """Stem files of `<song>/{vocals,drums,bass,other}.*` in a folder, or in the part of it called `split`.

    Raises:
        InputError: there is no such song.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; a folder of songs with their stems was expected.")
    root = folder / split if (folder / split).is_dir() else folder
    found = [
        Source(path, path.stem, song.name, "song")
        for song in sorted(root.iterdir())
        if song.is_dir()
        for path in sorted(song.iterdir())
        if path.stem in STEMS and path.suffix.lower() in AUDIO_SUFFIXES
    ]
    if not found:
        raise InputError(
            f"{folder} is not a data set: no <song>/vocals, drums, bass or other with one of "
            f"{', '.join(AUDIO_SUFFIXES)} was found in it."
        )
    return found


def kept_pool(folder: Path, sources: Sequence[Source], rendered_songs: int = 0) -> Pool | None:
    """The pool that was made from these sources and is kept in a folder; None if there is none yet.

    Raises:
        InputError: it was made from others.
    """
    if not (folder / "tracks.json").is_file():
        return None
    pool = Pool(folder)
    real = {(track.song, track.stem, track.tier) for track in pool.tracks if track.kind != "rendered"}
    rendered = {track.song for track in pool.tracks if track.kind == "rendered"}
    wanted = {(source.song, source.stem, source.tier) for source in sources}
    if real != wanted or len(rendered) != rendered_songs:
        raise InputError(
            f"{folder} was made from other songs than are asked for; delete it, or choose another --out."
        )
    return pool


def write_pool(
    sources: Sequence[Source],
    folder: Path,
    rendered: Iterable[tuple[Source, NDArray[np.float32]]] = (),
) -> Pool:
    """Decode sources into a pool; the table is written last, so a torn pool is none.

    Args:
        sources: the files.
        folder: where the pool goes.
        rendered: further stems as audio `(frames, 2)`; their paths name nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tracks: list[Track] = []
    aside = folder / "audio.i16.part"
    with aside.open("wb") as file:
        for source in sources:
            audio, rate_hz = read_stereo(source.path)
            band_hz = float(min(rate_hz, POOL_RATE_HZ)) / 2
            tracks.append(_append(file, audio, source, band_hz))
        for source, audio in rendered:
            tracks.append(_append(file, audio, source, POOL_RATE_HZ / 2))
    aside.replace(folder / "audio.i16")
    write_table(folder, tracks)
    return Pool(folder)


def write_table(folder: Path, tracks: Sequence[Track]) -> None:
    """Write `tracks.json` aside and rename it."""
    part = folder / "tracks.json.part"
    part.write_text(json.dumps({"tracks": [asdict(track) for track in tracks]}), encoding="utf-8")
    part.replace(folder / "tracks.json")


def _append(file: BinaryIO, audio: NDArray[np.float32], source: Source, band_hz: float) -> Track:
    peak = float(np.abs(audio).max(initial=1e-6))
    start = file.tell() // 4
    np.round(audio * (32767.0 / peak)).astype("<i2").tofile(file)
    track = Track(
        source.stem, source.song, source.kind, source.tier,
        start, len(audio), peak / 32767.0, band_hz, (),
    )  # fmt: skip
    return replace(track, levels=levels_a_second(audio))


def levels_a_second(audio: NDArray[np.float32]) -> tuple[float, ...]:
    """RMS of each whole or begun second of `(frames, 2)` audio."""
    power = np.square(audio, dtype=np.float64).mean(axis=1)
    return tuple(
        round(float(np.sqrt(power[first : first + POOL_RATE_HZ].mean())), 6)
        for first in range(0, len(power), POOL_RATE_HZ)
    )
