"""The sequencer's parts: notes from bytes, pitches from names, chords from text, sounds that end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from remixer.errors import InputError
from remixer.training import effects
from remixer.training.instruments import Sampled, pitch_of, random_synthetic, stretch
from remixer.training.midi import read_notes
from remixer.training.sequencer import Band, Scores, parse_chords, render_song

pytestmark = pytest.mark.torch


def midi_file(track: bytes) -> bytes:
    body = track + bytes([0, 0xFF, 0x2F, 0])
    head = b"MThd" + (6).to_bytes(4, "big") + bytes([0, 0, 0, 1, 0, 96])
    return head + b"MTrk" + len(body).to_bytes(4, "big") + body


def test_notes_are_timed_by_the_tempo() -> None:
    tempo = bytes([0, 0xFF, 0x51, 3]) + (1_000_000).to_bytes(3, "big")
    name = bytes([0, 0xFF, 0x03, 5]) + b"PIANO"
    notes = read_notes(midi_file(tempo + name + bytes([96, 0x90, 60, 100, 48, 60, 0])))
    assert len(notes) == 1
    note = notes[0]
    assert (note.start_seconds, note.end_seconds) == pytest.approx((1.0, 1.5))
    assert (note.pitch, note.velocity, note.part) == (60, 100, "PIANO")


@pytest.mark.parametrize("content", [b"", b"RIFF", midi_file(bytes([0, 0x90, 60]))[:24]])
def test_bytes_that_are_no_midi_file_are_refused_or_empty(content: bytes) -> None:
    try:
        assert read_notes(content) == []
    except InputError as error:
        assert "MIDI" in error.message


@pytest.mark.parametrize(
    ("name", "pitch"),
    [
        ("pizz_bb1_fa", 34),
        ("Ds4v8", 63),
        ("027-D#1-MP", 27),
        ("45_A2_FF", 45),
        ("E2_A3_mp_1", 57),
        ("kick", None),
    ],
)
def test_pitches_are_read_from_file_names(name: str, pitch: int | None) -> None:
    assert pitch_of(name) == pitch


def test_chords_are_read_and_rests_skipped() -> None:
    chords = parse_chords("0.5\t1.0\tN\n1.0\t2.0\tF#:min7\n2.0\t3.0\tBb:maj\n")
    assert [(chord.root, chord.minor) for chord in chords] == [(6, True), (10, False)]


def test_a_note_an_octave_up_is_half_as_long() -> None:
    wave = np.ones((44_100, 2), np.float32)
    piano = Sampled(((60, wave),))
    rng = np.random.default_rng(0)
    assert len(piano.play(66, 100, 9.0, rng)) < len(piano.play(60, 100, 9.0, rng)) < 46_000
    assert stretch(wave, 2.0, 100).shape == (100, 2)


def test_synthetic_notes_are_finite_and_fade_out() -> None:
    rng = np.random.default_rng(2)
    wave = random_synthetic(rng).play(40, 100, 0.2, rng)
    assert np.isfinite(wave).all()
    assert np.abs(wave[-1]).max() < 1e-6


def test_effects_keep_length_and_level() -> None:
    rng = np.random.default_rng(3)
    wave = rng.standard_normal((9000, 2)).astype(np.float32)
    for made in (effects.reverb(wave, rng, 0.1, 0.3), effects.chorus(wave, rng), effects.drive(wave, 12.0)):
        assert made.shape == wave.shape
        assert np.isfinite(made).all()
    assert np.sqrt(np.square(effects.level(wave, -20.0)).mean()) == pytest.approx(0.1, rel=1e-3)


@pytest.mark.slow
def test_a_rendered_song_has_three_sounding_stems(data: Path) -> None:
    band, scores = Band(data / "samples"), Scores(data / "midi")
    stems = render_song(band, scores, 8.0, np.random.default_rng(5))
    assert set(stems) == {"drums", "bass", "other"}
    for wave in stems.values():
        assert wave.shape == (8 * 44_100, 2)
        assert np.sqrt(np.square(wave).mean()) == pytest.approx(0.1, rel=0.01)
