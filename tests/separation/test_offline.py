"""Whole songs, span by span: nothing lost, nothing doubled, what is heard first."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from song_maker import make_song, noise, tone
from tiny_models import filtered, kernels

from remixer.errors import Cancelled, ModelError
from remixer.separation.card import ModelCard
from remixer.separation.classic import CLASSIC
from remixer.separation.network_separator import finish, fold
from remixer.separation.offline import (
    CROSSFADE_FRAMES,
    TileOrder,
    Window,
    joining,
    separate_span,
    windowing,
)
from remixer.separation.separator import ClassicSeparator, Separator, open_separator
from remixer.separation.song_run import SongRun, separate_song
from remixer.separation.streaming import Streamer
from remixer.song.song import Song
from remixer.song.take import TILE_FRAMES, Take, tile_count

Tiny = Callable[..., ModelCard]


class Identity(ClassicSeparator):
    """Every stem is the mixture; remembers how long the windows were."""

    lengths: list[int]

    def separate(self, mixture: np.ndarray) -> np.ndarray:
        self.lengths = [*getattr(self, "lengths", []), mixture.shape[-1]]
        return np.repeat(mixture[None], len(self.card.stems), axis=0)


def _identity(rate: int = 44_100, segment: int = 20_000, context: int = 3_000) -> Identity:
    return Identity(replace(CLASSIC, rate=rate, segment_frames=segment, context_frames=context))


def _fill(song: Song, separator: Separator, focus: int = 0) -> Take:
    take = song.create_take(separator.card.take_id, separator.card.id, separator.card.stems)
    run = SongRun(song, take, separator)
    while run.step(focus):
        pass
    return take


@pytest.mark.parametrize("frames", [1, 100, TILE_FRAMES, TILE_FRAMES * 9 + 77])
@pytest.mark.parametrize("focus_tile", [0, 4])
def test_with_an_identity_model_the_join_returns_the_song(
    tmp_path: Path, frames: int, focus_tile: int
) -> None:
    song = make_song(tmp_path, noise(frames))
    take = _fill(song, _identity(), focus_tile * TILE_FRAMES)
    assert take.complete
    np.testing.assert_array_equal(take.audio, np.repeat(song.mixture[None], 4, axis=0))


def test_at_another_rate_the_stems_have_the_rate_and_length_of_the_song(tmp_path: Path) -> None:
    for rate in (48_000, 96_000, 22_050, 44_101):
        sound = tone(rate // 2 + 13, 440.0, rate=rate)
        song = make_song(tmp_path / str(rate), sound, rate)
        take = _fill(song, _identity())
        assert take.audio.shape == (4, len(sound), 2)
        assert np.abs(take.audio - sound)[:, 500:-500].max() < 2e-4


def test_windows_keep_their_length_within_a_song() -> None:
    for rate in (44_100, 48_000):
        lengths = set()
        for start in range(0, 400_000, 40_000):
            window = windowing((start, start + 40_000), 440_000, rate, _identity().card)
            assert 0 <= window.start <= window.span_start < window.span_end <= window.end <= 440_000
            assert window.start * 44_100 % rate == 0
            lengths.add(window.end - window.start)
        assert max(lengths) - min(lengths) < 1200


def test_the_context_is_given_on_both_sides() -> None:
    window = windowing((100_000, 120_000), 1_000_000, 44_100, _identity(context=5_000).card)
    assert window.start <= 95_000
    assert window.end >= 125_000


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_tiles_of_any_length_give_the_same_stems(tiny: Tiny, tmp_path: Path, rate: int) -> None:
    pytest.importorskip("onnxruntime")
    sound = noise(TILE_FRAMES * 12 + 333)
    takes = []
    for segment in (8_192, 30_000, 70_000, 500_000):
        card = tiny("whole", id=f"tiny-{segment}", segment=segment)
        song = make_song(tmp_path / str(segment), sound, rate)
        takes.append(np.array(_fill(song, open_separator(card)).audio))
    for take in takes[1:]:
        limit = 1e-6 if rate == 44_100 else 2e-5
        assert np.abs(take - takes[0])[:, 100:-100].max() < limit
    if rate == 44_100:
        wanted = filtered(sound.T, kernels()).transpose(0, 2, 1)
        np.testing.assert_allclose(takes[0], wanted, atol=1e-6)


def test_a_seam_between_different_estimates_has_no_step() -> None:
    span = TILE_FRAMES, 3 * TILE_FRAMES
    window = Window(0, 4 * TILE_FRAMES, *span)
    made = np.full((1, 4 * TILE_FRAMES, 2), 0.5, np.float32)
    before = np.full((1, CROSSFADE_FRAMES, 2), 0.3, np.float32)
    after = np.full((1, CROSSFADE_FRAMES, 2), 0.8, np.float32)
    joined = joining(made, window, before, after)
    assert joined.shape == (1, 2 * TILE_FRAMES, 2)
    whole = np.concatenate([before, joined, after], axis=1)
    assert np.abs(np.diff(whole, axis=1)).max() < 5e-4
    np.testing.assert_array_equal(joined[:, CROSSFADE_FRAMES:-CROSSFADE_FRAMES], np.float32(0.5))


def test_a_span_is_led_over_to_what_is_covered(tmp_path: Path) -> None:
    song = make_song(tmp_path, tone(TILE_FRAMES * 4, 100.0))
    separator = _identity()
    take = song.create_take(separator.card.take_id, "classic", separator.card.stems)
    take.write(0, np.zeros((4, TILE_FRAMES, 2), np.float32))
    stems = separate_span(song, separator, 1, 3, take)
    assert np.abs(stems[:, 0] - take.audio[:, TILE_FRAMES - 1]).max() < 0.005
    np.testing.assert_array_equal(
        stems[0, CROSSFADE_FRAMES:], song.mixture[TILE_FRAMES:][CROSSFADE_FRAMES : 2 * TILE_FRAMES]
    )


def test_nothing_covered_is_ever_computed_twice(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * 10))
    separator = _identity(segment=TILE_FRAMES * 3)
    take = song.create_take(separator.card.take_id, "classic", separator.card.stems)
    marked = np.full((4, TILE_FRAMES * 2, 2), 0.25, np.float32)
    take.write(TILE_FRAMES * 4, marked)
    _fill(song, separator, TILE_FRAMES * 8)
    np.testing.assert_array_equal(take.audio[:, TILE_FRAMES * 4 : TILE_FRAMES * 6], marked)
    assert len(separator.lengths) == 4
    separator.lengths.clear()
    assert _fill(Song.load(song.folder), separator).complete
    assert separator.lengths == []


def _order(
    coverage: str, focus: int = 0, loop: tuple[int, int] | None = None, span: int = 2
) -> list[tuple[int, int]]:
    tiles = np.array([int(mark) for mark in coverage], np.uint8)
    order, found = TileOrder(span), []
    while (one := order.next_span(tiles, len(tiles), focus, loop)) is not None:
        found.append(one)
        tiles[one[0] : one[1]] = 1
    return found


def test_the_tile_under_the_playhead_comes_first_then_onward_then_the_beginning() -> None:
    assert _order("000000", focus=3) == [(3, 5), (5, 6), (0, 2), (2, 3)]


def test_a_loop_comes_before_the_rest() -> None:
    assert _order("00000000", focus=4, loop=(3, 6)) == [(4, 6), (3, 4), (6, 8), (0, 2), (2, 3)]
    assert _order("00000000", focus=0, loop=(5, 7)) == [(0, 1), (5, 7), (1, 3), (3, 5), (7, 8)]


def test_covered_tiles_are_left_out() -> None:
    assert _order("01101000", focus=1, span=9) == [(3, 4), (5, 8), (0, 1)]
    assert _order("1111") == []


def test_a_playhead_or_loop_beyond_the_song_does_no_harm() -> None:
    assert _order("00", focus=9, loop=(7, 12)) == [(0, 2)]


def test_only_what_is_decoded_is_separated(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * 10), decoded=TILE_FRAMES * 5)
    separator = _identity(segment=TILE_FRAMES)
    take = _fill(song, separator)
    done = int(take.coverage.sum())
    assert 1 <= done < 5
    np.testing.assert_array_equal(take.audio[0, : done * TILE_FRAMES], song.mixture[: done * TILE_FRAMES])


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_a_streaming_model_over_a_song_equals_the_stream(tiny: Tiny, tmp_path: Path, rate: int) -> None:
    pytest.importorskip("onnxruntime")
    song = make_song(tmp_path, noise(TILE_FRAMES * 7 + 99), rate)
    card = tiny("streaming")
    take = separate_song(song, card)
    stream = Streamer(card, rate)
    wanted = np.concatenate([stream.process(song.read(0, song.frames)), stream.flush()], axis=1)
    assert take.complete
    np.testing.assert_allclose(take.audio, wanted, atol=1e-6)


def test_a_streaming_model_may_begin_anywhere(tiny: Tiny, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    song = make_song(tmp_path, noise(TILE_FRAMES * 9 + 99))
    take = _fill(song, open_separator(tiny("streaming")), TILE_FRAMES * 5)
    wanted = filtered(song.mixture.T, kernels()).transpose(0, 2, 1)
    np.testing.assert_allclose(take.audio, wanted, atol=1e-5)


def test_a_cancelled_run_keeps_its_tiles_and_goes_on_there(tiny: Tiny, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    song = make_song(tmp_path, noise(TILE_FRAMES * 12))
    card = tiny("whole")

    def stop(fraction: float) -> None:
        if fraction > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        separate_song(song, card, report=stop)
    take = song.take(card.take_id)
    assert take is not None
    kept = take.coverage.copy()
    assert 0 < kept.sum() < tile_count(song.frames)
    before = take.read(0, song.frames)
    separate_song(song, card)
    assert take.complete
    covered = np.repeat(kept.astype(bool), TILE_FRAMES)[: song.frames]
    np.testing.assert_array_equal(take.audio[:, covered], before[:, covered])


def test_a_mono_model_hears_the_mean_and_fills_both_channels() -> None:
    card = replace(CLASSIC, channels=1)
    sound = noise(300).T
    np.testing.assert_allclose(fold(sound, 1), sound.mean(axis=0, keepdims=True))
    stems = finish(card, sound, np.arange(4 * 300, dtype=np.float32).reshape(4, 1, 300))
    assert stems.shape == (4, 2, 300)
    np.testing.assert_array_equal(stems[:, 0], stems[:, 1])


def test_a_network_that_returns_another_shape_is_refused() -> None:
    with pytest.raises(ModelError, match="returned audio of shape"):
        finish(CLASSIC, noise(300).T, np.zeros((4, 2, 299), np.float32))


def test_the_report_is_called_while_the_model_works_and_can_stop_it(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * 200))
    calls: list[float] = []

    def stop(fraction: float) -> None:
        calls.append(time.monotonic())
        if len(calls) > 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        separate_song(song, replace(CLASSIC, segment_frames=100 * TILE_FRAMES), report=stop)
    assert max(np.diff(calls)) < 0.5
    take = song.take(CLASSIC.take_id)
    assert take is not None
    assert not take.complete


CRASHING = """
import sys
from dataclasses import replace
from pathlib import Path
from remixer.separation.classic import CLASSIC
from remixer.separation.song_run import separate_song
from remixer.song.song import Song

card = replace(CLASSIC, segment_frames=8192, context_frames=4096)
separate_song(Song.load(Path(sys.argv[1])), card, report=lambda fraction: print(fraction, flush=True))
"""


def test_a_killed_run_leaves_whole_tiles_and_the_next_one_goes_on(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * 60))
    command = [sys.executable, "-c", CRASHING, str(song.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if float(line) > 0.05:
                process.kill()
                break
    take = song.take(CLASSIC.take_id)
    assert take is not None
    covered = np.flatnonzero(take.coverage)
    assert 0 < len(covered) < 60
    for tile in covered:
        start = tile * TILE_FRAMES
        off = (
            take.audio[:, start : start + TILE_FRAMES].sum(axis=0) - song.mixture[start : start + TILE_FRAMES]
        )
        assert np.abs(off).max() < 1e-6
    kept = take.read(0, TILE_FRAMES * len(covered))
    separate_song(song, CLASSIC)
    assert take.complete
    np.testing.assert_array_equal(take.read(0, TILE_FRAMES * len(covered)), kept)
