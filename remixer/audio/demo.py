"""The demo song: half a minute in A minor, made by rule, with its four stems known exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from remixer.audio.demo_voices import Stem, bass_note, chord, hat, kick, melody, reverb, snare, strummed

DEMO_SECONDS = 30
DEMO_HZ = 44_100

_BEAT_SECONDS = 60 / 96
_BEATS = 48
_CHORDS = ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62))
_ROOTS = (45, 41, 36, 43)
_VERSE = (
    (0.0, 1.0, 69, "a"), (1.0, 0.5, 72, "o"), (1.5, 1.5, 71, "e"), (3.0, 1.0, 69, "i"),
    (4.0, 1.5, 69, "a"), (5.5, 0.5, 67, "o"), (6.0, 1.5, 65, "u"),
    (8.0, 1.0, 67, "e"), (9.0, 0.5, 67, "a"), (9.5, 1.5, 72, "o"), (11.0, 1.0, 71, "i"),
    (12.0, 1.5, 71, "a"), (13.5, 0.5, 69, "e"), (14.0, 1.8, 67, "o"),
)  # fmt: skip
_CHORUS = (
    (0.0, 1.5, 76, "a"), (1.5, 0.5, 74, "o"), (2.0, 1.0, 72, "e"), (3.0, 1.0, 69, "a"),
    (4.0, 1.0, 72, "i"), (5.0, 1.0, 74, "e"), (6.0, 1.8, 72, "a"),
    (8.0, 1.5, 76, "o"), (9.5, 0.5, 74, "a"), (10.0, 1.0, 72, "e"), (11.0, 1.0, 67, "i"),
    (12.0, 1.0, 71, "a"), (13.0, 1.0, 72, "o"), (14.0, 1.9, 69, "a"),
)  # fmt: skip


def render_demo() -> dict[str, NDArray[np.float32]]:
    """Return the stems of the demo song; they add up to it exactly.

    Always the same samples: multiples of 2**-16, the sum within full scale.

    Returns:
        "vocals", "drums", "bass" and "other", each (frames, 2) float32 at `DEMO_HZ`.
    """
    stems = {"vocals": _vocals(), "drums": _drums(), "bass": _bass(), "other": _other()}
    loudness = {"vocals": 0.30, "drums": 0.42, "bass": 0.30, "other": 0.24}
    scaled = {name: stem * (loudness[name] / np.abs(stem).max()) for name, stem in stems.items()}
    peak = np.abs(sum(scaled.values())).max()
    grid = 2.0**16
    return {
        name: (np.rint(_faded(stem) * (0.89 / peak) * grid) / grid).astype(np.float32)
        for name, stem in scaled.items()
    }


def mix_demo(stems: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the song the stems add up to, (frames, 2) float32."""
    return sum(stems.values(), start=np.zeros_like(stems["vocals"]))


def write_demo(path: Path, stems: bool = False, overwrite: bool = False) -> list[Path]:
    """Write the demo song in the format its file name asks for, 24 bits where that matters.

    Args:
        path: the file; its ending chooses the format.
        stems: write the four stems too, into a folder beside it that is called like it.
        overwrite: replace files of these names.

    Returns:
        every file written.

    Raises:
        UsageError: the ending is of no format that can be written.
        OutputError: a file exists or cannot be written.
    """
    from remixer.audio.encode import Encoder, Encoding, check
    from remixer.audio.tags import Tags

    encoding = Encoding(path.suffix.lower().lstrip(".") or "wav", "24")
    parts = render_demo()
    songs = {path: (mix_demo(parts), "Small Hours")}
    if stems:
        for name, stem in parts.items():
            songs[path.with_suffix("") / f"{name}{path.suffix}"] = (stem, f"Small Hours ({name})")
        _make_folder(path.with_suffix(""))
    check(songs, overwrite)
    for file, (audio, title) in songs.items():
        tags = Tags((("title", title), ("artist", "Stem Remixer")))
        with Encoder(file, DEMO_HZ, encoding, tags, overwrite) as encoder:
            encoder.write(audio)
    return list(songs)


def _make_folder(folder: Path) -> None:
    from remixer.audio.naming import shown_name
    from remixer.errors import OutputError

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        reason = f"could not be made: {error.strerror}"
        raise OutputError(f"The folder “{shown_name(folder)}” {reason}.", repr(error)) from error


def _empty() -> Stem:
    return np.zeros((DEMO_SECONDS * DEMO_HZ, 2))


def _add(stem: Stem, beat: float, sound: Stem, gain: float = 1.0, pan: float = 0.0) -> None:
    """Add a mono or stereo sound at a beat, panned from −1 to 1 at equal power."""
    start = round(beat * _BEAT_SECONDS * DEMO_HZ)
    n = min(len(sound), len(stem) - start)
    if n <= 0:
        return
    angle = (pan + 1) * np.pi / 4
    sides = np.array([np.cos(angle), np.sin(angle)]) * np.sqrt(2) * gain
    stem[start : start + n] += (sound[:n, None] if sound.ndim == 1 else sound[:n]) * sides


def _faded(stem: Stem) -> Stem:
    n = DEMO_HZ
    stem = stem.copy()
    stem[-n:] *= np.cos(np.linspace(0, np.pi / 2, n))[:, None] ** 2
    return stem


def _drums() -> Stem:
    stem, noise = _empty(), np.random.default_rng(7)
    for beat in range(3, _BEATS):
        bar, place = divmod(beat, 4)
        if place in (0, 2):
            _add(stem, beat, kick(DEMO_HZ))
        if place == 2 and bar % 2:
            _add(stem, beat + 0.75, kick(DEMO_HZ), 0.7)
        if place in (1, 3):
            _add(stem, beat, snare(DEMO_HZ, noise), 0.8, 0.05)
        for half in (0.0, 0.5):
            swing = 0.04 * half
            loud = (0.5 if half else 0.32) * noise.uniform(0.8, 1.1)
            _add(stem, beat + half + swing, hat(DEMO_HZ, noise, place == 3 and half > 0), loud, 0.35)
    return reverb(stem, DEMO_HZ, 0.25, 0.10, seed=1)


def _bass() -> Stem:
    stem = _empty()
    pattern = ((0.0, 1.0, 0), (1.5, 0.5, 0), (2.0, 0.75, 7), (3.0, 0.5, 12), (3.5, 0.5, 7))
    for bar in range(1, _BEATS // 4):
        for beat, length, step in pattern:
            pitch = _ROOTS[bar % 4] + step
            _add(stem, bar * 4 + beat, bass_note(DEMO_HZ, pitch, length * _BEAT_SECONDS))
    return stem


def _other() -> Stem:
    stem = _empty()
    chords = [chord(DEMO_HZ, notes, 4 * _BEAT_SECONDS) for notes in _CHORDS]
    strings = {
        pitch + 12: strummed(DEMO_HZ, pitch + 12, 1.2)
        for notes in _CHORDS
        for pitch in (*notes, notes[1] + 12)
    }
    for bar in range(_BEATS // 4):
        notes = _CHORDS[bar % 4]
        _add(stem, bar * 4, chords[bar % 4], 0.55)
        for eighth in range(8):
            pitch = (notes[0], notes[1], notes[2], notes[1] + 12)[eighth % 4] + 12
            loud = 0.5 if eighth % 2 else 0.7
            _add(stem, bar * 4 + eighth / 2, strings[pitch], loud, -0.45)
    return reverb(stem, DEMO_HZ, 0.9, 0.25, seed=2)


def _vocals() -> Stem:
    stem = _empty()
    for bar, tune in ((2, _VERSE), (6, _CHORUS), (10, _CHORUS[:7])):
        for start, sung in melody(DEMO_HZ, tune, _BEAT_SECONDS):
            _add(stem, bar * 4 + start, sung)
    return reverb(stem, DEMO_HZ, 1.1, 0.18, seed=3)
