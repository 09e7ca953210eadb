from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fake_stream import FakeStream, separated
from song_maker import make_song, make_take, noise, parts, set_decoded
from waiting import PAUSE, until

from remixer.errors import ModelError, OutputError
from remixer.mixing.controls import STEMS
from remixer.playback.ahead import Ahead
from remixer.playback.plan import AHEAD_SECONDS
from remixer.song.song import Song
from remixer.song.take import FINAL, PROVISIONAL, TILE_FRAMES

FRAMES = 60 * TILE_FRAMES
CARD: Any = SimpleNamespace(
    id="fake", take_id="fake-1", stems=STEMS, hop_frames=512, rate=44_100, latency_ms=23.2, kind="streaming"
)


class Bench:
    """A live thread over a fake model."""

    def __init__(self, lasting: float = 0.0) -> None:
        self.lasting = lasting
        self.streams: list[FakeStream] = []
        self.ahead = Ahead(CARD, lambda card: object(), self._open)  # type: ignore[arg-type,return-value]

    def _open(self, card: Any, rate: int, hops: Any) -> Any:
        self.streams.append(FakeStream(rate, self.lasting))
        return self.streams[-1]

    def covered(self) -> list[int]:
        take = self.ahead.take
        return [] if take is None else np.flatnonzero(take.coverage).tolist()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.ahead.close()


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return make_song(tmp_path, noise(FRAMES))


def test_it_begins_at_the_playhead_and_covers_what_lies_ahead(bench: Bench, song: Song) -> None:
    bench.ahead.attach(song)
    bench.ahead.focus(20 * TILE_FRAMES + 5, playing=False, jumped=True)
    assert bench.ahead.status().state == "loading"
    bench.ahead.begin()
    until(lambda: bench.covered()[-40:] == list(range(20, 60)))
    until(lambda: bench.ahead.status().state == "ahead")
    take = song.take("fake-1")
    assert take is not None
    expected = separated(song.read(0, FRAMES))[:, 20 * TILE_FRAMES :]
    assert np.abs(take.read(20 * TILE_FRAMES, FRAMES) - expected).max() < 1e-6


def test_while_playing_it_begins_with_the_tile_that_can_still_be_heard(bench: Bench, song: Song) -> None:
    bench.ahead.attach(song)
    bench.ahead.focus(20 * TILE_FRAMES + 5, playing=True, jumped=True)
    bench.ahead.begin()
    until(lambda: len(bench.covered()) > 0)
    assert 21 <= bench.covered()[0] <= 24
    until(lambda: bench.covered()[-36:] == list(range(24, 60)))


def test_the_beginning_of_a_loop_comes_before_what_follows_its_end(bench: Bench, song: Song) -> None:
    bench.ahead.attach(song)
    bench.ahead.focus(30 * TILE_FRAMES, playing=False, jumped=True)
    bench.ahead.set_loop((20 * TILE_FRAMES, 35 * TILE_FRAMES))
    bench.ahead.begin()
    until(lambda: bench.covered()[:15] == list(range(20, 35)))
    assert max(bench.covered()) < 45


def test_what_a_better_take_covers_is_passed_over(bench: Bench, song: Song) -> None:
    better = make_take(song, "better", parts(FRAMES), tiles=list(range(5, 60)))
    bench.ahead.attach(song)
    bench.ahead.set_better([better])
    bench.ahead.begin()
    until(lambda: bench.covered() == [0, 1, 2, 3, 4])
    until(lambda: bench.ahead.status().state == "ahead")
    assert bench.streams[0].total_fed < 7 * TILE_FRAMES


def test_where_the_song_was_heard_from_its_beginning_nothing_is_computed_twice(
    bench: Bench, song: Song
) -> None:
    bench.ahead.attach(song)
    bench.ahead.begin()
    until(lambda: bench.covered() == list(range(60)) and bench.ahead.status().state == "ahead")
    fed = bench.streams[0].total_fed
    bench.ahead.focus(40 * TILE_FRAMES, playing=False, jumped=True)
    bench.ahead.focus(0, playing=False, jumped=True)
    until(lambda: bench.ahead.status().state == "ahead")
    assert bench.streams[0].total_fed == fed


@pytest.mark.parametrize("seed", range(4))
def test_after_any_seeks_the_stems_are_those_of_the_whole_song(song: Song, seed: int) -> None:
    bench, random = Bench(lasting=1e-4), np.random.default_rng(seed)
    expected = separated(song.read(0, FRAMES), bench.lasting)
    bench.ahead.attach(song)
    bench.ahead.begin()
    for _ in range(5):
        bench.ahead.focus(int(random.integers(FRAMES)), playing=bool(random.integers(2)), jumped=True)
        PAUSE.wait(random.uniform(0.0, 0.2))
    bench.ahead.focus(0, playing=False, jumped=True)
    take = bench.ahead.take
    assert take is not None
    until(lambda: bool((take.coverage == FINAL).all()))
    bench.ahead.close()
    assert np.abs(take.read(0, FRAMES) - expected).max() < 1e-4


def test_what_sounds_is_not_made_again_until_the_playhead_has_left(song: Song) -> None:
    bench = Bench(lasting=1e-3)
    bench.ahead.attach(song)
    bench.ahead.focus(40 * TILE_FRAMES, playing=True, jumped=True)
    bench.ahead.begin()
    until(lambda: bench.covered()[-1:] == [59] and bench.ahead.take is not None)
    take = bench.ahead.take
    assert take is not None
    bench.ahead.focus(50 * TILE_FRAMES, playing=True, jumped=True)
    until(lambda: bool((take.coverage[52:] == FINAL).all()) and take.coverage[48] == FINAL)
    assert take.coverage[49:52].tolist() == [PROVISIONAL] * 3
    bench.ahead.focus(0, playing=True, jumped=True)
    until(lambda: bool((take.coverage[40:] == FINAL).all()))
    bench.ahead.close()


def test_what_a_better_take_will_cover_is_not_made_again(bench: Bench, song: Song) -> None:
    better = make_take(song, "better", parts(FRAMES), tiles=[0])
    bench.ahead.attach(song)
    bench.ahead.set_better([better])
    bench.ahead.focus(30 * TILE_FRAMES, playing=False, jumped=True)
    bench.ahead.begin()
    until(lambda: bench.covered()[-1:] == [59] and bench.ahead.status().state == "ahead")
    assert bench.covered() == list(range(30, 60))


def test_it_rests_when_enough_lies_ahead(bench: Bench, tmp_path: Path) -> None:
    ahead_tiles = int(AHEAD_SECONDS * 44_100) // TILE_FRAMES
    song = make_song(tmp_path, noise((ahead_tiles + 40) * TILE_FRAMES))
    bench.ahead.attach(song)
    bench.ahead.begin()
    until(lambda: len(bench.covered()) >= ahead_tiles and bench.ahead.status().state == "ahead")
    assert len(bench.covered()) <= ahead_tiles + 1


def test_tiles_the_playhead_passes_uncovered_are_counted(bench: Bench, song: Song) -> None:
    bench.ahead.attach(song)
    for tile in range(3):
        bench.ahead.focus(tile * TILE_FRAMES, playing=True)
    assert bench.ahead.status().late == 2


def test_a_model_that_fails_is_said_in_a_sentence() -> None:
    def refuse(card: Any) -> Any:
        raise ModelError("The weights are damaged.")

    ahead = Ahead(CARD, refuse)
    ahead.begin()
    until(lambda: ahead.status().state == "failed")
    assert ahead.status().message == "The weights are damaged."
    ahead.close()


def test_a_song_that_fails_is_left_alone_and_the_next_one_gets_its_stems(
    bench: Bench, song: Song, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise OutputError("The disk is full.")

    monkeypatch.setattr(song, "create_take", refuse)
    bench.ahead.attach(song)
    bench.ahead.begin()
    until(lambda: bench.ahead.status().state == "failed")
    assert bench.ahead.status().message == "The disk is full."
    bench.ahead.attach(make_song(tmp_path / "other", noise(FRAMES, 2)))
    until(lambda: bench.covered() == list(range(60)) and bench.ahead.status().state == "ahead")
    assert bench.ahead.status().message == ""


def test_a_song_longer_than_its_header_said_gets_stems_to_its_end(bench: Bench, tmp_path: Path) -> None:
    whole, told_frames = noise(FRAMES), 20 * TILE_FRAMES
    song = make_song(tmp_path, whole[:told_frames], decoded=told_frames)
    bench.ahead.attach(song)
    bench.ahead.begin()
    until(lambda: len(bench.covered()) > 15)
    with (song.folder / "mixture.f32").open("ab") as file:
        file.write(whole[told_frames:].astype("<f4").tobytes())
    song.refresh()
    set_decoded(song.folder, FRAMES, final=True)
    until(lambda: bench.covered() == list(range(60)))
    take = song.take("fake-1")
    assert take is not None
    assert np.abs(take.read(0, FRAMES) - separated(whole)).max() < 1e-6


def test_without_a_model_it_is_off() -> None:
    ahead = Ahead(None)
    ahead.begin()
    assert ahead.status().state == "off"
    ahead.close()
