"""What the lanes draw, and which take is heard where."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from song_maker import make_song, make_take, noise

from remixer.errors import UsageError
from remixer.mixing.controls import STEMS
from remixer.session.background import heard_spans
from remixer.session.residual import ResidualPeaks
from remixer.session.waveforms import StemWaveform, read_part
from remixer.song.take import TILE_FRAMES

FRAMES = 4 * TILE_FRAMES + 1000


def _parts(level: float) -> np.ndarray:
    return np.full((4, FRAMES, 2), level, np.float32)


def test_the_best_take_that_covers_is_heard(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    make_take(song, "good", _parts(0.5), tiles=[1, 4])
    make_take(song, "fast", _parts(0.25), tiles=[0, 1, 2])
    assert heard_spans(song, ("good", "none", "fast"), TILE_FRAMES) == (
        (0, TILE_FRAMES, "fast"),
        (TILE_FRAMES, 2 * TILE_FRAMES, "good"),
        (2 * TILE_FRAMES, 3 * TILE_FRAMES, "fast"),
        (3 * TILE_FRAMES, 4 * TILE_FRAMES, ""),
        (4 * TILE_FRAMES, FRAMES, "good"),
    )


def test_a_lane_shows_the_stem_that_is_heard(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    make_take(song, "good", _parts(0.5), tiles=[1])
    make_take(song, "fast", _parts(0.25), tiles=[0, 1])
    columns = StemWaveform(song, ("good", "fast"), "vocals").columns(0, 3 * TILE_FRAMES, 3)
    np.testing.assert_allclose(columns[:, 1], [0.25, 0.5, 0.0])


def test_a_lane_is_silent_beyond_the_song_and_for_unknown_stems(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    make_take(song, "good", _parts(0.5))
    assert not StemWaveform(song, ("good",), "guitar").columns(0, FRAMES, 10).any()
    assert not StemWaveform(song, ("good",), "vocals").columns(2 * FRAMES, 3 * FRAMES, 10).any()
    assert StemWaveform(song, ("good",), "vocals").columns(5, 5, 10).shape == (10, 2)


def test_the_rest_is_drawn_as_stems_arrive(tmp_path: Path) -> None:
    song = make_song(tmp_path, np.full((FRAMES, 2), 0.5, np.float32))
    take = make_take(song, "good", _parts(0.0625), tiles=[0])
    rest = ResidualPeaks(song, ("good",))
    assert rest.due()
    rest.update()
    assert not rest.due() and rest.tiles == 1
    np.testing.assert_allclose(rest.columns(0, 2 * TILE_FRAMES, 2), [[0.25, 0.25], [0, 0]])
    take.write(TILE_FRAMES, _parts(0.125)[:, TILE_FRAMES : 2 * TILE_FRAMES])
    assert rest.due()
    rest.update()
    np.testing.assert_allclose(rest.columns(TILE_FRAMES, 2 * TILE_FRAMES, 1), [[0, 0]])


def test_parts_add_up_to_the_song(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    make_take(song, "good", np.stack([noise(FRAMES, seed) for seed in range(4)]))
    whole = read_part(song, ("good",), "mix", 100, 9000)
    parts = [read_part(song, ("good",), name, 100, 9000) for name in (*STEMS, "residual")]
    np.testing.assert_allclose(sum(parts), whole, atol=1e-6)
    assert read_part(song, ("good",), "mix", FRAMES - 10, FRAMES + 10).shape == (10, 2)
    assert not read_part(song, (), "vocals", 0, 10).any()
    with pytest.raises(UsageError, match="guitar"):
        read_part(song, ("good",), "guitar", 0, 10)
