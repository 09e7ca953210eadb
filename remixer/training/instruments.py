"""Sounds of the sequencer: sampled instruments, drum kits and a few synthetic voices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from remixer.training.pool import POOL_RATE_HZ, read_stereo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.random import Generator
    from numpy.typing import NDArray

    Wave = NDArray[np.float32]

NOTE_NAME = re.compile(r"(?:^|_)([A-Ga-g])(#|s|b)?(-?\d)(?=[_v.\-a-z]|$)")
SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
RELEASE_FRAMES = 2600


class Voice(Protocol):
    """Anything that plays a pitch."""

    def play(self, pitch: int, velocity: int, seconds: float, rng: Generator) -> Wave:
        """A note as `(frames, 2)`."""


@dataclass(frozen=True)
class Sampled:
    """An instrument made of recordings of single notes: `(pitch, frames x 2)`."""

    notes: tuple[tuple[int, Wave], ...]
    reach_semitones: int = 8

    def play(self, pitch: int, velocity: int, seconds: float, rng: Generator) -> Wave:
        """The nearest recordings, one at random, brought to the pitch by playing speed."""
        wanted = pitch
        while wanted > self.notes[-1][0] + 6:
            wanted -= 12
        while wanted < self.notes[0][0] - self.reach_semitones:
            wanted += 12
        gap = min(abs(own - wanted) for own, _ in self.notes)
        near = [note for note in self.notes if abs(note[0] - wanted) == gap]
        own, wave = near[rng.integers(len(near))]
        factor = 2.0 ** ((wanted - own + rng.normal(0.0, 0.03)) / 12.0)
        frames = min(int(seconds * POOL_RATE_HZ) + RELEASE_FRAMES, int((len(wave) - 2) / factor))
        return stretch(wave, factor, frames) * np.float32((velocity / 127.0) ** 1.3)


@dataclass(frozen=True)
class Synthetic:
    """A voice of detuned oscillators through a falling low-pass, as in electronic music."""

    harmonics: int
    decay_seconds: float
    brightness: float
    detune_cents: float
    odd: bool

    def play(self, pitch: int, velocity: int, seconds: float, rng: Generator) -> Wave:
        """Harmonics that fade the faster the higher they are."""
        frames = int(seconds * POOL_RATE_HZ) + RELEASE_FRAMES
        time = np.arange(frames, dtype=np.float32) / POOL_RATE_HZ
        root_hz = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
        out = np.zeros((frames, 2), np.float32)
        for number in range(1, self.harmonics + 1, 2 if self.odd else 1):
            if number * root_hz > 15_000:
                break
            level = number ** -(2.0 - self.brightness)
            fade = np.exp(-time * (0.4 + 0.25 * number * abs(1 - self.brightness)) / self.decay_seconds)
            for channel in range(2):
                cents = self.detune_cents * (channel - 0.5)
                phase = rng.uniform(0.0, 6.28)
                hz = number * root_hz * 2.0 ** (cents / 1200.0)
                out[:, channel] += level * fade * np.sin(2 * np.pi * hz * time + phase)
        out[:200] *= np.linspace(0.0, 1.0, 200, dtype=np.float32)[: len(out), None]
        return _released(out) * np.float32((velocity / 127.0) ** 1.2)


def random_synthetic(rng: Generator, brightest: float = 1.1) -> Synthetic:
    """A synthetic voice with random timbre, from dull (0) to as bright as a saw (1)."""
    return Synthetic(
        int(rng.integers(4, 24)), float(rng.uniform(0.15, 2.5)),
        float(rng.uniform(0.2 * brightest, brightest)),
        float(rng.uniform(0.0, 14.0)), bool(rng.random() < 0.3),
    )  # fmt: skip


def stretch(wave: Wave, factor: float, frames: int) -> Wave:
    """Play `(n, 2)` at `factor` times its speed; the end is faded."""
    frames = max(frames, 16)
    place = np.arange(frames, dtype=np.float32) * np.float32(factor)
    whole = np.minimum(place.astype(np.int64), len(wave) - 2)
    part = (place - whole)[:, None].astype(np.float32)
    return _released(wave[whole] * (1 - part) + wave[whole + 1] * part)


def _released(wave: Wave) -> Wave:
    count = min(RELEASE_FRAMES, len(wave))
    wave[-count:] *= np.linspace(1.0, 0.0, count, dtype=np.float32)[:, None] ** 2
    return wave


def load_sampled(files: Iterable[Path], reach_semitones: int = 8) -> Sampled:
    """A sampled instrument from files named after their notes; it reaches below its lowest recording."""
    notes = []
    for path in files:
        pitch = pitch_of(path.stem)
        if pitch is not None and "release" not in path.stem.lower():
            wave = _begun(read_stereo(path)[0])
            if len(wave) > 2000:
                notes.append((pitch, wave))
    return Sampled(tuple(sorted(notes, key=lambda note: note[0])), reach_semitones)


def pitch_of(name: str) -> int | None:
    """MIDI number in a file name such as `pizz_bb1_fa`, `Ds4v8`, `027-D#1-MP` or `45_A2_FF`."""
    leading = re.match(r"(\d{2,3})[-_]", name)
    if leading:
        return int(leading[1])
    found = NOTE_NAME.findall(name)
    if not found:
        return None
    letter, accidental, octave = found[-1]
    shift = {"": 0, "#": 1, "s": 1, "b": -1}[accidental]
    return SEMITONES[letter.lower()] + shift + 12 * (int(octave) + 1)


def _begun(wave: Wave) -> Wave:
    """Cut leading silence and scale to a peak of one half."""
    level = np.abs(wave).max(axis=1)
    peak = float(level.max(initial=1e-6))
    first = int(np.argmax(level > 0.02 * peak))
    return wave[max(0, first - 40) :] * np.float32(0.5 / peak)


@dataclass(frozen=True)
class Kit:
    """A drum kit: for every piece its recordings from soft to hard."""

    pieces: dict[str, tuple[Wave, ...]]

    def play(self, piece: str, velocity: int, speed: float, rng: Generator) -> Wave:
        """A stroke; harder strokes take harder recordings."""
        layers = self.pieces.get(piece) or self.pieces[FALLBACK.get(piece, "snare")]
        place = velocity / 127.0 * len(layers) + rng.uniform(-0.4, 0.4)
        wave = layers[int(np.clip(place, 0, len(layers) - 1))]
        frames = min(int(len(wave) / speed) - 2, 3 * POOL_RATE_HZ)
        return stretch(wave, speed, frames) * np.float32((velocity / 127.0) ** 0.9)


FALLBACK = {
    "open": "closed",
    "pedal": "closed",
    "ride": "crash",
    "crash": "open",
    "side": "snare",
    "low": "snare",
}
FALLBACK |= {"high": "low", "mid": "low"}
PIECE_OF_NOTE = {
    36: "kick", 35: "kick", 38: "snare", 40: "snare", 37: "side",
    48: "high", 50: "high", 45: "mid", 47: "mid",
    43: "low", 58: "low", 41: "low", 46: "open", 26: "open", 42: "closed", 22: "closed", 44: "pedal",
    49: "crash", 55: "crash", 57: "crash", 52: "crash", 51: "ride", 59: "ride", 53: "ride", 39: "snare",
}  # fmt: skip
ROCK = {
    "kick": "Kick", "snare": "Snare", "side": "SideStick", "high": "Tom1", "mid": "Tom2", "low": "TomFloor",
    "open": "HatOpen", "closed": "HatClosed", "pedal": "HatPedal", "crash": "Crash", "ride": "Ride",
}  # fmt: skip
LAYERS = ("Softest", "Soft", "Med", "Hard", "Hardest")
LOOSE = {
    "kick": ("bd_", "808_Kick", "drum_heavy_kick", "drum_bass", "elec_soft_kick", "elec_hollow_kick"),
    "snare": ("sn_", "drum_snare", "elec_snare", "elec_hi_snare", "elec_lo_snare", "808_Snare", "808_Clap"),
    "closed": ("hat_", "drum_cymbal_closed", "808_Hat_Closed"),
    "open": ("drum_cymbal_open", "808_Hat_Open"),
    "crash": ("drum_splash", "drum_cymbal_hard", "808_Cymbal", "elec_cymbal"),
    "ride": ("drum_cymbal_soft", "drum_cymbal_pedal"),
    "low": ("drum_tom_lo", "808_Tom_Low", "elec_fuzz_tom"),
    "mid": ("drum_tom_mid", "808_Tom_Mid"),
    "high": ("drum_tom_hi", "808_Tom_Hi"),
}


class Drums:
    """All drum recordings of the samples folder; makes kits from them."""

    def __init__(self, folder: Path) -> None:
        """Decode every recording."""
        self._waves = {path.stem: _begun(read_stereo(path)[0]) for path in sorted(folder.rglob("*.ogg"))}

    def kit(self, rng: Generator) -> Kit:
        """The acoustic kit, or one put together from loose recordings, or pieces of both."""
        rock = {
            piece: tuple(
                self._waves[f"{name}-{layer}"] for layer in LAYERS if f"{name}-{layer}" in self._waves
            )
            for piece, name in ROCK.items()
        }
        loose = {}
        for piece, starts in LOOSE.items():
            names = [name for name in self._waves if name.startswith(starts)]
            if names:
                loose[piece] = (self._waves[names[rng.integers(len(names))]],)
        share = rng.choice([0.0, 0.35, 1.0], p=[0.4, 0.35, 0.25])
        chosen = {k: v for k, v in rock.items() if v}
        chosen |= {
            piece: waves for piece, waves in loose.items() if rng.random() < share or piece not in chosen
        }
        return Kit(chosen)
