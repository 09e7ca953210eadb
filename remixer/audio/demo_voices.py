"""The instruments of the demo song, and its singer: each returns one sound as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Stem = NDArray[np.float64]
Tune = Sequence[tuple[float, float, int, str]]

_FORMANTS_HZ = {
    "a": ((800, 1.0, 90), (1200, 0.6, 110), (2700, 0.28, 160), (3500, 0.2, 190)),
    "e": ((420, 1.0, 70), (2000, 0.35, 120), (2750, 0.25, 150), (3600, 0.15, 190)),
    "i": ((320, 1.0, 60), (2300, 0.30, 130), (3000, 0.25, 160), (3700, 0.15, 190)),
    "o": ((480, 1.0, 70), (850, 0.55, 90), (2600, 0.12, 150), (3400, 0.10, 190)),
    "u": ((340, 1.0, 60), (700, 0.35, 80), (2500, 0.07, 150), (3300, 0.05, 190)),
}
_CONTROL_STEP = 64


def pitch_hz(midi: float) -> float:
    """Return the frequency of a MIDI note number."""
    return float(440.0 * 2 ** ((midi - 69) / 12))


def kick(rate: int) -> Stem:
    """A bass drum: a sine that falls from 160 to 48 Hz, with a click."""
    t = np.arange(int(0.35 * rate)) / rate
    sweep = 2 * np.pi * (48 * t + 112 * 0.03 * (1 - np.exp(-t / 0.03)))
    return np.asarray(
        np.sin(sweep) * np.exp(-t / 0.11) + 0.3 * np.sin(2 * np.pi * 1800 * t) * np.exp(-t / 0.002)
    )


def snare(rate: int, noise: np.random.Generator) -> Stem:
    """A snare: two modes of its skin and the rattle under it."""
    t = np.arange(int(0.3 * rate)) / rate
    skin = np.sin(2 * np.pi * 185 * t) * np.exp(-t / 0.05) + 0.5 * np.sin(2 * np.pi * 330 * t) * np.exp(
        -t / 0.03
    )
    rattle = banded(noise.standard_normal(len(t)), rate, 1200, 9000) * np.exp(-t / 0.08)
    return np.asarray(0.5 * skin + 0.5 * rattle)


def hat(rate: int, noise: np.random.Generator, opened: bool) -> Stem:
    """A hi-hat, closed or half open."""
    t = np.arange(int((0.25 if opened else 0.08) * rate)) / rate
    hiss = banded(noise.standard_normal(len(t)), rate, 6500, 16000)
    return np.asarray(0.5 * hiss * np.exp(-t / (0.09 if opened else 0.02)))


def bass_note(rate: int, midi: float, seconds: float) -> Stem:
    """A picked bass string: harmonics that fade the faster the higher they are."""
    t = np.arange(int((seconds + 0.05) * rate)) / rate
    sound = np.zeros(len(t))
    for n in range(1, 9):
        sound += np.sin(2 * np.pi * n * pitch_hz(midi) * t + n) / n**1.3 * np.exp(-t * (0.9 + 1.1 * n))
    return sound * edges(t, seconds, 0.004, 0.05)


def chord(rate: int, notes: Sequence[int], seconds: float) -> Stem:
    """A soft, wide keyboard chord: a few detuned partials a note, slightly apart left and right. Stereo."""
    t = np.arange(int((seconds + 0.4) * rate)) / rate
    sides = []
    for detune in (-0.06, 0.06):
        sound = np.zeros(len(t))
        for note in notes:
            for n, loud in enumerate((1.0, 0.35, 0.18, 0.08, 0.05), start=1):
                sound += loud * np.sin(2 * np.pi * n * pitch_hz(note + detune) * t + note + n * detune)
        sides.append(sound * edges(t, seconds, 0.12, 0.4))
    return np.stack(sides, axis=1) / len(notes)


def strummed(rate: int, midi: float, seconds: float) -> Stem:
    """A plucked string."""
    t = np.arange(int(seconds * rate)) / rate
    sound = np.zeros(len(t))
    for n in range(1, 13):
        stretched = n * pitch_hz(midi) * np.sqrt(1 + 0.0002 * n * n)
        if stretched < 0.45 * rate:
            sound += (
                np.sin(np.pi * n * 0.21)
                / n
                * np.sin(2 * np.pi * stretched * t)
                * np.exp(-t * (2.2 + 0.9 * n))
            )
    return sound * edges(t, seconds - 0.02, 0.002, 0.02)


def melody(rate: int, tune: Tune, beat_seconds: float) -> Iterator[tuple[float, Stem]]:
    """Sing a tune of (beat, beats, MIDI note, vowel), note by note; give each note's beat and sound."""
    breath = np.random.default_rng(11)
    before = float(tune[0][2]) - 2
    for start, length, midi, vowel in tune:
        yield start, sung(rate, before, midi, length * beat_seconds, vowel, breath)
        before = midi


def sung(
    rate: int, from_midi: float, midi: float, seconds: float, vowel: str, breath: np.random.Generator
) -> Stem:
    """Sing one note: it glides in from the note before, vibrato sets in, the vowel's formants shape it."""
    n = int((seconds + 0.06) * rate)
    t = np.arange(n) / rate
    glide = midi + (from_midi - midi) * np.exp(-t / 0.035)
    depth = 0.28 * np.clip((t - 0.22) / 0.3, 0, 1)
    note = glide + depth * np.sin(2 * np.pi * 5.3 * t) + 0.05 * np.sin(2 * np.pi * 1.7 * t + midi)
    hz = 440.0 * 2 ** ((note - 69) / 12)
    phase = 2 * np.pi * np.cumsum(hz) / rate
    sound = np.zeros(n)
    for harmonic in range(1, int(5200 / hz.min()) + 1):
        loud = _loudness(hz[::_CONTROL_STEP] * harmonic, vowel) / harmonic**0.6
        sound += np.interp(np.arange(n), np.arange(len(loud)) * _CONTROL_STEP, loud) * np.sin(
            harmonic * phase
        )
    air = banded(breath.standard_normal(n), rate, 2500, 9000)
    sound += 0.02 * air * (1 + 2 * np.exp(-t / 0.04))
    return sound * edges(t, seconds, 0.045, 0.07)


def _loudness(hz: Stem, vowel: str) -> Stem:
    """Return how loud a vowel lets each frequency through."""
    total = np.full_like(hz, 0.004)
    for centre, gain, width in _FORMANTS_HZ[vowel]:
        total += gain / np.sqrt(1 + ((hz - centre) / width) ** 2) ** 1.6
    return total


def edges(t: Stem, seconds: float, rise: float, fall: float) -> Stem:
    """Return an envelope that rises at the start and falls from `seconds` on."""
    up = np.clip(t / rise, 0, 1)
    down = np.clip((seconds + fall - t) / fall, 0, 1) if fall else np.ones_like(t)
    return np.asarray(np.sin(up * np.pi / 2) ** 2 * np.sin(np.minimum(down, 1) * np.pi / 2) ** 2)


def banded(signal: Stem, rate: int, low_hz: float, high_hz: float) -> Stem:
    """Keep one band of a short signal, with soft borders; its loudest sample becomes 1."""
    spectrum = np.fft.rfft(signal)
    hz = np.fft.rfftfreq(len(signal), 1 / rate)
    spectrum *= 1 / (1 + (low_hz / np.maximum(hz, 1)) ** 6) / (1 + (hz / high_hz) ** 6)
    out = np.fft.irfft(spectrum, len(signal))
    return np.asarray(out / np.abs(out).max())


def reverb(stem: Stem, rate: int, seconds: float, wet: float, seed: int) -> Stem:
    """Add a room: decaying noise, different left and right, darker than the sound itself."""
    noise = np.random.default_rng(seed)
    n = int(seconds * rate)
    t = np.arange(n) / rate
    size = 1 << int(np.ceil(np.log2(len(stem) + n)))
    out = stem.copy()
    for side in range(2):
        room = banded(noise.standard_normal(n), rate, 250, 5500) * np.exp(-t * 6.9 / seconds)
        room /= np.sqrt(np.sum(room**2))
        spectrum = np.fft.rfft(stem[:, side], size) * np.fft.rfft(room, size)
        out[:, side] += wet * np.fft.irfft(spectrum, size)[: len(stem)]
    return out
