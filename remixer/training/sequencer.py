"""Renders songs from MIDI files and samples, so that drums, bass and accompaniment are not scarce.

A song of POP909 gives the harmony: its chords become a bass line and guitars, its piano and melody tracks are
played by keys, guitars and synthetic voices; a human drum take, repeated at the song's tempo, plays a kit.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from remixer.training import effects
from remixer.training.instruments import PIECE_OF_NOTE, Drums, Voice, load_sampled, pitch_of, random_synthetic
from remixer.training.midi import Note, read_notes
from remixer.training.pool import POOL_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.random import Generator
    from numpy.typing import NDArray

    Wave = NDArray[np.float32]

ROOTS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True)
class Chord:
    """A chord: times in seconds, its root as pitch class, minor or not."""

    start_seconds: float
    end_seconds: float
    root: int
    minor: bool


@dataclass(frozen=True)
class Score:
    """One song's notes by part, its chords and the length of a beat in seconds."""

    notes: tuple[Note, ...]
    chords: tuple[Chord, ...]
    beats: tuple[float, ...]


class Scores:
    """The MIDI archives: songs and drum takes."""

    def __init__(self, folder: Path) -> None:
        """Open both archives and list what they hold."""
        self._songs = zipfile.ZipFile(folder / "pop909.zip")
        self._takes = zipfile.ZipFile(folder / "groove-drums.zip")
        self.songs = sorted({name.split("/")[0] for name in self._songs.namelist() if name.endswith(".mid")})
        self.takes = sorted(n for n in self._takes.namelist() if "beat" in n and n.endswith("4-4.mid"))

    def song(self, name: str) -> Score:
        """Read one song."""
        notes = read_notes(self._songs.read(f"{name}/{name}.mid"))
        chords = parse_chords(self._songs.read(f"{name}/chord_midi.txt").decode())
        lines = self._songs.read(f"{name}/beat_midi.txt").decode().split("\n")
        return Score(
            tuple(notes), tuple(chords), tuple(float(line.split()[0]) for line in lines if line.strip())
        )

    def take(self, name: str) -> tuple[list[Note], float]:
        """A drum take and the seconds of its beat, which its name tells."""
        tempo = re.search(r"_(\d+)_beat", name)
        return read_notes(self._takes.read(name)), 60.0 / float(tempo[1] if tempo else 120)


def parse_chords(text: str) -> list[Chord]:
    """Chords from lines of start, end and a name such as `F#:min7`."""
    chords = []
    for line in text.split("\n"):
        fields = line.split()
        if len(fields) < 3 or fields[2][0] not in ROOTS:
            continue
        name = fields[2]
        root = ROOTS[name[0]] + name[1:2].count("#") - name[1:2].count("b")
        chords.append(Chord(float(fields[0]), float(fields[1]), root % 12, ":min" in name))
    return chords


class Band:
    """All instruments of the samples folder."""

    def __init__(self, folder: Path) -> None:
        """Decode the samples."""
        other, bass = folder / "other", folder / "bass"
        self.drums = Drums(folder / "drums")
        double = bass / "smpldsnds-dsmolken-double-bass"
        guitar = sorted((other / "nyanshell-strat").rglob("*_1.ogg"))
        self.guitar = load_sampled(guitar)
        low_guitar = [path for path in guitar if (pitch_of(path.stem) or 99) < 60]
        self.basses: list[Voice] = [
            load_sampled(low_guitar, 20),
            load_sampled((double / "pizz").glob("*.ogg")),
        ]
        self.bowed = load_sampled((double / "arco").glob("*.ogg"))
        self.keys: list[Voice] = [load_sampled((other / "felixroos-dough-samples-piano").rglob("*.ogg"))]
        self.keys += [
            load_sampled(d.rglob("*.ogg")) for d in sorted((other / "greg-sullivan-e-pianos").iterdir())
        ]

    def bass(self, rng: Generator) -> Voice:
        """A bass: guitar an octave down, plucked or bowed double bass, synthetic."""
        chance = rng.random()
        if chance < 0.5:
            return self.basses[0]
        if chance < 0.62:
            return self.basses[1]
        return random_synthetic(rng, 0.5) if chance < 0.95 else self.bowed

    def key(self, rng: Generator) -> Voice:
        """A piano, an electric piano or a synthetic voice."""
        return self.keys[rng.integers(len(self.keys))] if rng.random() < 0.65 else random_synthetic(rng)


def render_song(band: Band, scores: Scores, seconds: float, rng: Generator) -> dict[str, Wave]:
    """Drums, bass and other of a random song, each `(frames, 2)` and about equally loud."""
    score = scores.song(scores.songs[rng.integers(len(scores.songs))])
    first = float(rng.uniform(0.1, 0.6)) * (score.beats[-1] if score.beats else 60.0)
    frames = int(seconds * POOL_RATE_HZ)
    shift = int(rng.integers(-5, 6))
    return {
        "drums": _drums(band, scores, score, first, frames, rng),
        "bass": _bass(band, score, first, frames, shift, rng),
        "other": _other(band, score, first, frames, shift, rng),
    }


def _add(out: Wave, wave: Wave, start_seconds: float) -> None:
    first = int(start_seconds * POOL_RATE_HZ)
    if first < 0 or first >= len(out):
        return
    count = min(len(wave), len(out) - first)
    out[first : first + count] += wave[:count]


def _drums(band: Band, scores: Scores, score: Score, first: float, frames: int, rng: Generator) -> Wave:
    kit = band.drums.kit(rng)
    strokes, beat = scores.take(scores.takes[rng.integers(len(scores.takes))])
    own = float(np.median(np.diff(score.beats))) if len(score.beats) > 2 else 0.5
    factor = np.clip(own / beat, 0.7, 1.4) if 0.5 < own / beat < 2 else 1.0
    out = np.zeros((frames, 2), np.float32)
    speeds = {piece: float(rng.uniform(0.85, 1.2)) for piece in set(PIECE_OF_NOTE.values())}
    places = {piece: float(np.clip(rng.normal(0, 0.35), -0.9, 0.9)) for piece in speeds} | {
        "kick": 0.0,
        "snare": 0.05,
    }
    gains = {piece: float(10 ** (rng.normal(0, 3) / 20)) for piece in speeds}
    for piece, gain in {
        "kick": 1.3,
        "closed": 0.22,
        "open": 0.25,
        "pedal": 0.2,
        "crash": 0.35,
        "ride": 0.25,
    }.items():
        gains[piece] *= gain
    length = max(4 * beat, round((strokes[-1].end_seconds if strokes else 4.0) / (4 * beat)) * 4 * beat)
    repeat = 0.0
    while strokes and repeat * factor < frames / POOL_RATE_HZ:
        for note in strokes:
            piece = PIECE_OF_NOTE.get(note.pitch, "")
            if not piece:
                continue
            wave = kit.play(piece, note.velocity, speeds[piece], rng) * np.float32(gains[piece])
            pan = places[piece]
            _add(out, wave * np.array([1 - pan, 1 + pan], np.float32), (repeat + note.start_seconds) * factor)
        repeat += length
    if rng.random() < 0.6:
        out = effects.reverb(out, rng, rng.uniform(0.2, 1.2), rng.uniform(0.05, 0.35))
    if rng.random() < 0.5:
        out = 0.5 * effects.level(out, -20) + 0.5 * effects.level(effects.drive(out, rng.uniform(0, 12)), -20)
    return effects.level(out, -20)


def _bass(band: Band, score: Score, first: float, frames: int, shift: int, rng: Generator) -> Wave:
    voice = band.bass(rng)
    beat = float(np.median(np.diff(score.beats))) if len(score.beats) > 2 else 0.5
    step = beat * float(rng.choice([0.5, 0.5, 1.0, 2.0]))
    hold = float(rng.uniform(0.5, 1.0))
    leaps = rng.random(16) < rng.uniform(0.0, 0.35)
    rests = rng.random(16) < rng.uniform(0.0, 0.3)
    out = np.zeros((frames, 2), np.float32)
    for chord in score.chords:
        low = 28 + (chord.root + shift - 4) % 12
        count = max(1, round((chord.end_seconds - chord.start_seconds) / step))
        for index in range(count):
            start = chord.start_seconds + index * step - first
            if start < 0 or start * POOL_RATE_HZ > frames or (rests[index % 16] and index):
                continue
            pitch = low + (int(rng.choice([12, 7, 5, 3])) if leaps[index % 16] and index else 0)
            _add(out, voice.play(pitch, int(rng.integers(75, 120)), step * hold, rng), start)
    if rng.random() < 0.5:
        out = effects.drive(out, rng.uniform(-6, 14))
    return effects.level(
        effects.low_pass(out, rng.uniform(900, 8000)).mean(axis=1, keepdims=True).repeat(2, 1), -20
    )


def _other(band: Band, score: Score, first: float, frames: int, shift: int, rng: Generator) -> Wave:
    out = np.zeros((frames, 2), np.float32)
    parts = 0
    if rng.random() < 0.55:
        out += effects.level(_played(band.key(rng), score, ("PIANO",), first, frames, shift, rng), -20)
        parts += 1
    if rng.random() < 0.55 or not parts:
        out += effects.level(_guitar(band, score, first, frames, shift, rng), -20 + rng.uniform(-6, 3))
        parts += 1
    if rng.random() < 0.4:
        voice: Voice = band.guitar if rng.random() < 0.4 else band.key(rng)
        lead = _played(
            voice, score, ("BRIDGE", "MELODY"), first, frames, shift + int(rng.choice([0, 12])), rng
        )
        if rng.random() < 0.5:
            lead = effects.band_pass(effects.drive(lead, rng.uniform(0, 26)), 90, rng.uniform(3000, 8000))
        pan = rng.uniform(-0.7, 0.7)
        out += effects.level(lead, -23) * np.array([1 - pan, 1 + pan], np.float32)
    if rng.random() < 0.6:
        out = effects.reverb(out, rng, rng.uniform(0.3, 2.5), rng.uniform(0.05, 0.5))
    return effects.level(out, -20)


def _played(
    voice: Voice, score: Score, parts: tuple[str, ...], first: float, frames: int, shift: int, rng: Generator
) -> Wave:
    out = np.zeros((frames, 2), np.float32)
    width = rng.uniform(0.0, 0.5)
    for note in score.notes:
        start = note.start_seconds - first
        if note.part not in parts or start < 0 or start * POOL_RATE_HZ > frames:
            continue
        pan = width * (note.pitch - 64) / 24
        wave = voice.play(note.pitch + shift, note.velocity, note.end_seconds - note.start_seconds, rng)
        _add(out, wave * np.array([1 - pan, 1 + pan], np.float32), start)
    return effects.chorus(out, rng) if rng.random() < 0.25 else out


def _guitar(band: Band, score: Score, first: float, frames: int, shift: int, rng: Generator) -> Wave:
    """Strummed chords or power chords; doubled left and right when distorted."""
    distorted = rng.random() < 0.6
    beat = float(np.median(np.diff(score.beats))) if len(score.beats) > 2 else 0.5
    step = beat * float(rng.choice([0.5, 0.5, 1.0, 2.0, 4.0]))
    hold = float(rng.uniform(0.3, 1.0))
    rests = rng.random(16) < rng.uniform(0.0, 0.4)
    octave = int(rng.choice([0, 0, 12]))
    takes = []
    for _ in range(2 if distorted and rng.random() < 0.6 else 1):
        out = np.zeros((frames, 2), np.float32)
        for chord in score.chords:
            low = 40 + octave + (chord.root + shift - 4) % 12
            pitches = (0, 7, 12) if distorted else (0, 7, 12, 15 if chord.minor else 16, 19)
            count = max(1, round((chord.end_seconds - chord.start_seconds) / step))
            for index in range(count):
                start = chord.start_seconds + index * step - first
                if start < 0 or start * POOL_RATE_HZ > frames or rests[index % 16]:
                    continue
                for number, interval in enumerate(pitches):
                    wave = band.guitar.play(low + interval, int(rng.integers(70, 120)), step * hold, rng)
                    _add(out, wave, start + 0.012 * number * rng.random() + 0.01 * rng.random())
        takes.append(_amplified(out, distorted, rng))
    if len(takes) == 1:
        pan = rng.uniform(-0.8, 0.8)
        return takes[0] * np.array([1 - pan, 1 + pan], np.float32)
    return np.stack([takes[0][:, 0], takes[1][:, 1]], axis=1)


def _amplified(wave: Wave, distorted: bool, rng: Generator) -> Wave:
    if distorted:
        return effects.band_pass(
            effects.drive(wave, rng.uniform(12, 36)), rng.uniform(60, 120), rng.uniform(3500, 7000)
        )
    return effects.chorus(wave, rng) if rng.random() < 0.4 else wave
