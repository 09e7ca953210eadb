"""Endless random mixtures from a pool of stems, each batch a pure function of seed and step.

Half of the mixtures keep a song's stems together, half draw every stem from anywhere; a stem may be layered
with a second one of its kind. Levels, panning, width, channel swap, polarity, playing speed, production,
equalisation and band limits are drawn anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from remixer.errors import InputError
from remixer.training.pool import POOL_RATE_HZ, STEMS
from remixer.training.studio import produced

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from remixer.training.pool import Pool, Track

SILENCE_RMS = 1e-3
TRIES = 8
NO_LIMIT_HZ = 30_000.0
LAYER_DB = (-12.0, 0.0)


@dataclass(frozen=True)
class MixtureConfig:
    """What the mixtures look like; levels in dB, chances from 0 to 1."""

    seconds: float = 3.0
    batch: int = 16
    together: float = 0.5
    singing: float = 0.15
    rendered: float = 0.3
    silent: float = 0.08
    layered: float = 0.0
    spread_db: float = 5.0
    together_spread_db: float = 2.5
    natural: float = 0.85
    loudness_db: float = -18.0
    loudness_spread_db: float = 4.0
    speed_semitones: float = 2.0
    equalise: float = 0.4
    equalise_db: float = 4.0
    produced: float = 0.0


@dataclass(frozen=True)
class Batch:
    """Stems `(batch, stems, 2, frames)` and what is still to be done to their spectra.

    Gains in dB `(batch, stems, points)` on a logarithmic frequency axis, and a limit in Hz for each mixture.
    """

    stems: Tensor
    equaliser_db: Tensor
    limit_hz: Tensor


class Mixtures:
    """Draws batches; equal seeds and steps give equal batches.

    Args:
        pool: the decoded stems.
        config: chances and ranges.
        seed: first half of what decides a batch; the step is the other.
    """

    def __init__(self, pool: Pool, config: MixtureConfig, seed: int) -> None:
        """Sort the tracks by stem and kind."""
        self.pool, self.config, self.seed = pool, config, seed
        self.frames = round(config.seconds * POOL_RATE_HZ)
        self._groups: dict[tuple[str, str], list[Track]] = {}
        self._songs: dict[str, dict[str, Track]] = {}
        for track in pool.tracks:
            self._groups.setdefault((track.stem, track.kind), []).append(track)
            if track.kind in ("song", "rendered"):
                self._songs.setdefault(track.song, {})[track.stem] = track
        for stem in STEMS:
            if not any(track.stem == stem for track in pool.tracks):
                raise InputError(
                    f"The training songs hold no {stem} at all; at least one of each stem is needed."
                )
        self._weights = {key: _weights(tracks) for key, tracks in self._groups.items()}
        self._whole = {
            kind: [s for s, tracks in self._songs.items() if len(tracks) > 1 and _kind(tracks) == kind]
            for kind in ("song", "rendered")
        }
        self._chances = {kind: self._song_chances(songs) for kind, songs in self._whole.items()}

    def _song_chances(self, songs: list[str]) -> NDArray[np.float64]:
        """Longer songs and those with more stems come more often."""
        worth = [
            len(self._songs[s]) ** 2 * max(t.frames for t in self._songs[s].values()) ** 0.2 for s in songs
        ]
        return np.asarray(np.asarray(worth, np.float64) / max(sum(worth), 1e-9))

    def batch(self, step: int) -> Batch:
        """The batch of one step."""
        rng = np.random.default_rng((self.seed, step))
        config = self.config
        stems = np.zeros((config.batch, len(STEMS), 2, self.frames), np.float32)
        limits = np.full(config.batch, NO_LIMIT_HZ, np.float32)
        for row in range(config.batch):
            limits[row] = self._fill(rng, stems[row])
        curves = self._equalisers(rng)
        return Batch(torch.from_numpy(stems), torch.from_numpy(curves), torch.from_numpy(limits))

    def _fill(self, rng: Generator, out: NDArray[np.float32]) -> float:
        config = self.config
        limit_hz = NO_LIMIT_HZ
        song = self._whole_song(rng)
        together = bool(song) and rng.random() < config.together
        factor = 2.0 ** (rng.uniform(-config.speed_semitones, config.speed_semitones) / 12.0)
        first = self._start(rng, song[_richest(song)], factor) if together else 0
        natural = together and rng.random() < config.natural
        for index, stem in enumerate(STEMS):
            if rng.random() < config.silent:
                continue
            if together and stem not in song and rng.random() < 0.4:
                continue
            if together and stem in song:
                wave, highest_hz = self._take(rng, song[stem], first, factor)
            else:
                wave, highest_hz = self._anywhere(rng, stem)
            spread = config.together_spread_db if natural and stem in song else config.spread_db
            wave *= _level(rng, wave, natural and stem in song, spread)
            out[index] = _place(rng, wave, stem)
            limit_hz = min(limit_hz, highest_hz)
            if config.layered and rng.random() < config.layered:
                second, highest_hz = self._anywhere(rng, stem)
                gain_db = rng.uniform(*LAYER_DB)
                out[index] += _place(rng, second * _gain(second, _rms(wave), gain_db), stem)
                limit_hz = min(limit_hz, highest_hz)
        _set_loudness(rng, out, config)
        if limit_hz > 20_000 and rng.random() < 0.15:
            limit_hz = rng.uniform(10_000, 17_000)
        return limit_hz

    def _anywhere(self, rng: Generator, stem: str) -> tuple[NDArray[np.float32], float]:
        """A stretch of any stem of this kind, and the highest frequency that is in it, in Hz."""
        factor = 2.0 ** (rng.uniform(-self.config.speed_semitones, self.config.speed_semitones) / 12.0)
        track = self._draw(rng, stem)
        return self._take(rng, track, self._start(rng, track, factor), factor)

    def _take(
        self, rng: Generator, track: Track, first: int, factor: float
    ) -> tuple[NDArray[np.float32], float]:
        wave = self._read(track, first, factor)
        dry = track.kind == "singing"
        if rng.random() < (1.0 if dry else 0.4) * self.config.produced:
            wave = produced(rng, wave, dry)
        highest_hz = track.band_hz * factor
        return wave, highest_hz * 0.98 if highest_hz < 12_000 else NO_LIMIT_HZ

    def _whole_song(self, rng: Generator) -> dict[str, Track]:
        kind = "rendered" if rng.random() < self.config.rendered else "song"
        kind = kind if self._whole[kind] else "song"
        songs = self._whole[kind]
        return self._songs[songs[rng.choice(len(songs), p=self._chances[kind])]] if songs else {}

    def _draw(self, rng: Generator, stem: str) -> Track:
        chance = rng.random()
        kind = "song"
        if stem == "vocals" and chance < self.config.singing and (stem, "singing") in self._groups:
            kind = "singing"
        elif chance > 1.0 - self.config.rendered and (stem, "rendered") in self._groups:
            kind = "rendered"
        if (stem, kind) not in self._groups:
            kind = next(k for s, k in self._groups if s == stem)
        tracks = self._groups[(stem, kind)]
        return tracks[rng.choice(len(tracks), p=self._weights[(stem, kind)])]

    def _start(self, rng: Generator, track: Track, factor: float) -> int:
        span = max(1, track.frames - int(self.frames * factor))
        first = 0
        for _ in range(TRIES):
            first = int(rng.integers(span))
            second = first // POOL_RATE_HZ
            if max(track.levels[second : second + 3], default=0.0) > SILENCE_RMS:
                break
        return first

    def _read(self, track: Track, first: int, factor: float) -> NDArray[np.float32]:
        wave = self.pool.crop(track, first, int(self.frames * factor) + 2)
        faster = torch.nn.functional.interpolate(
            torch.from_numpy(wave)[None], size=self.frames, mode="linear", align_corners=True
        )
        return np.asarray(faster[0].numpy())

    def _equalisers(self, rng: Generator) -> NDArray[np.float32]:
        """Random smooth gains in dB at 16 points of a logarithmic frequency axis."""
        shape = (self.config.batch, len(STEMS), 1)
        axis = np.linspace(0.0, 1.0, 16)[None, None]
        curves = np.zeros((*shape[:2], 16))
        for _ in range(2):
            centre, width = rng.uniform(0.0, 1.0, shape), rng.uniform(0.08, 0.4, shape)
            gain = rng.normal(0.0, self.config.equalise_db, shape)
            curves += gain * np.exp(-0.5 * ((axis - centre) / width) ** 2)
        curves += rng.normal(0.0, self.config.equalise_db, shape) * (axis - 0.5)
        curves *= rng.random(shape) < self.config.equalise
        return curves.clip(-18.0, 12.0).astype(np.float32)


def _kind(song: dict[str, Track]) -> str:
    return next(iter(song.values())).kind


def _weights(tracks: list[Track]) -> NDArray[np.float64]:
    loud = [max(1, sum(level > SILENCE_RMS for level in track.levels)) for track in tracks]
    roots = np.asarray(loud, np.float64) ** 0.25
    return np.asarray(roots / roots.sum())


def _richest(song: dict[str, Track]) -> str:
    for stem in ("vocals", "drums", "bass"):
        if stem in song:
            return stem
    return "other"


def _level(rng: Generator, wave: NDArray[np.float32], natural: bool, spread_db: float) -> np.float32:
    """A gain: about the stem's own level, or one that brings its RMS near a common level."""
    gain_db = rng.normal(0.0, spread_db)
    return np.float32(10.0 ** (gain_db / 20.0)) if natural else _gain(wave, 0.1, gain_db)


def _gain(wave: NDArray[np.float32], rms: float, gain_db: float) -> np.float32:
    """What brings a wave near a level, and from there up by `gain_db`; what is all but silent stays so."""
    return np.float32(10.0 ** (gain_db / 20.0) * rms / max(_rms(wave), 3e-3))


def _rms(wave: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.square(wave).mean()))


def _place(rng: Generator, wave: NDArray[np.float32], stem: str) -> NDArray[np.float32]:
    """Swap, flip, widen and pan a stereo stem `(2, frames)`."""
    matrix: NDArray[np.floating] = np.eye(2, dtype=np.float32)
    if rng.random() < 0.5:
        matrix = matrix[::-1].copy()
    if rng.random() < 0.5:
        matrix = -matrix
    if rng.random() < 0.4:
        side = rng.uniform(0.0, 1.4)
        matrix = np.array([[1 + side, 1 - side], [1 - side, 1 + side]], np.float32) / 2 @ matrix
    if rng.random() < 0.3:
        reach_db = 9.0 if stem == "other" else 3.0
        pan_db = rng.uniform(-reach_db, reach_db)
        matrix = np.diag(10.0 ** (np.array([pan_db, -pan_db]) / 40.0)).astype(np.float32) @ matrix
    return np.asarray(matrix.astype(np.float32) @ wave)


def _set_loudness(rng: Generator, stems: NDArray[np.float32], config: MixtureConfig) -> None:
    """Scale all stems so that the sum has a random RMS."""
    rms = _rms(stems.sum(axis=0))
    stems *= 10.0 ** (rng.normal(config.loudness_db, config.loudness_spread_db) / 20.0) / max(rms, 1e-5)
