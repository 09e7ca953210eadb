"""Mixtures of two voices, as SuDoRM-RF was trained and judged on (Tzinis et al. 2020, Sections 3.1 and 3.2).

Voices are recordings of one person each; a mixture takes stretches of two people at random levels. While a
network learns, each stretch also plays faster or slower: few people sound like more.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from remixer.errors import InputError
from remixer.training.collection import MANIFEST, is_collection
from remixer.training.pool import AUDIO_SUFFIXES, read_sound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.random import Generator
    from numpy.typing import NDArray

    Mono = NDArray[np.float32]

RATE_HZ = 8_000
APART_DB = 5.0
LOUD_DB = (-35.0, -15.0)
SILENT_RMS = 0.01
SPEED_SEMITONES = 4.0
KINDS = ("singing", "song")


def voice_files(folder: Path) -> dict[str, Path]:
    """Recordings by person: `<person>.*` in a folder, or the singers of a collection and of its songs.

    Raises:
        InputError: there are not two people.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; a folder of voices, one file a person, was expected.")
    if is_collection(folder):
        with (folder / MANIFEST).open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file, delimiter="\t") if row["split"] == "train"]
        paths = [folder / row["path"] for row in rows if row["kind"] in KINDS and row["stem"] == "vocals"]
    else:
        paths = [path for path in folder.iterdir() if path.suffix.lower() in AUDIO_SUFFIXES]
    if len(paths) < 2:
        raise InputError(f"{folder} holds no voices of two people, one file each, that could be mixed.")
    return {_person(path): path for path in sorted(paths)}


def _person(path: Path) -> str:
    return path.parent.name if path.stem == "vocals" else path.stem.removesuffix("-voice")


class Voices:
    """Recordings of several people in memory, and mixtures of any two.

    Args:
        files: a recording of each person.

    Raises:
        InputError: one cannot be decoded.
    """

    def __init__(self, files: dict[str, Path]) -> None:
        """Decode everything to mono at `RATE_HZ`."""
        self.people = tuple(files)
        self._audio = {person: _read(path) for person, path in files.items()}

    def mixture(self, rng: Generator, people: Sequence[str], frames: int, semitones: float = 0.0) -> Mono:
        """Two voices `(2, frames)`, the second up to 5 dB above or below the first, at varied speeds."""
        pair = np.stack([self._stretch(rng, person, frames, semitones) for person in people])
        half_db = rng.uniform(-APART_DB, APART_DB) / 2.0
        levels_db = rng.uniform(*LOUD_DB) + np.array([half_db, -half_db])
        return np.asarray(pair * (10.0 ** (levels_db / 20.0))[:, None], np.float32)

    def batch(self, seed: int, number: int, rows: int, frames: int) -> Mono:
        """Mixtures `(rows, 2, frames)` of people drawn anew; a function of seed and number."""
        rng = np.random.default_rng((seed, number))
        pairs = [rng.choice(len(self.people), 2, replace=False) for _ in range(rows)]
        return np.stack(
            [
                self.mixture(rng, [self.people[int(one)] for one in pair], frames, SPEED_SEMITONES)
                for pair in pairs
            ]
        )

    def every_pair(self, each: int, frames: int, seed: int = 0) -> dict[str, Mono]:
        """`each` fixed mixtures `(2, frames)` of every two people, by name."""
        found: dict[str, Mono] = {}
        for place, first in enumerate(self.people):
            for second in self.people[place + 1 :]:
                for number in range(each):
                    rng = np.random.default_rng((seed, len(found)))
                    found[f"{first}+{second} {number + 1}"] = self.mixture(rng, (first, second), frames)
        return found

    def _stretch(self, rng: Generator, person: str, frames: int, semitones: float) -> Mono:
        """A stretch in which the person sings, of RMS one."""
        audio = self._audio[person]
        wanted = round(frames * 2.0 ** (rng.uniform(-semitones, semitones) / 12.0))
        while True:
            start = int(rng.integers(max(1, len(audio) - wanted)))
            stretch = audio[start : start + wanted]
            rms = float(np.sqrt(np.square(stretch).mean()))
            if rms > SILENT_RMS:
                break
        return at_length(np.pad(stretch, (0, wanted - len(stretch))), frames) / np.float32(rms)


def at_length(wave: Mono, frames: int) -> Mono:
    """A wave played at the speed at which it lasts `frames`."""
    if len(wave) == frames:
        return wave
    spectrum = np.zeros(frames // 2 + 1, np.complex64)
    found = np.fft.rfft(wave)[: len(spectrum)]
    spectrum[: len(found)] = found
    return np.asarray(np.fft.irfft(spectrum, frames) * (frames / len(wave)), np.float32)


def _read(path: Path) -> Mono:
    """A file as mono at `RATE_HZ`.

    Raises:
        InputError: it cannot be decoded, or holds silence.
    """
    import soxr

    audio, rate = read_sound(path)
    mono: Mono = soxr.resample(audio.mean(axis=1), rate, RATE_HZ).astype(np.float32)
    if float(np.sqrt(np.square(mono).mean())) <= SILENT_RMS:
        raise InputError(f"{path} is all but silent; a voice was expected.")
    return mono
