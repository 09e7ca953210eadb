from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fake_stream import FakeStream, separated
from song_maker import make_song, make_take, noise, parts

from remixer.errors import ModelError
from remixer.mixing.controls import STEMS
from remixer.playback.ahead import AHEAD_SECONDS, Ahead
from remixer.song.song import Song
from remixer.song.take import TILE_FRAMES

FRAMES = 60 * TILE_FRAMES
CARD: Any = SimpleNamespace(
    id="fake", take_id="fake-1", stems=STEMS, hop_frames=512, rate=44_100, latency_ms=23.2, kind="streaming"
)
PAUSE = threading.Event()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        PAUSE.wait(0.005)


class Bench:
    """A live thread over a fake model."""

    def __init__(self) -> None:
        self.streams: list[FakeStream] = []
        self.ahead = Ahead(CARD, lambda card: object(), self._open)  # type: ignore[arg-type,return-value]

    def _open(self, card: Any, rate: int, hops: Any) -> Any:
        self.streams.append(FakeStream(rate))
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
    until(lambda: bench.covered() == list(range(20, 60)))
    until(lambda: bench.ahead.status().state == "ahead")
    take = song.take("fake-1")
    assert take is not None
    expected = separated(song.read(0, FRAMES))[:, 20 * TILE_FRAMES :]
    assert np.abs(take.read(20 * TILE_FRAMES, FRAMES) - expected).max() < 1e-6


def test_while_playing_it_begins_with_the_tile_that_can_still_be_heard(bench: Bench, song: Song) -> None:
    bench.ahead.attach(song)
    bench.ahead.focus(20 * TILE_FRAMES + 5, playing=True, jumped=True)
    bench.ahead.begin()
    until(lambda: bench.covered()[-1:] == [59])
    assert 21 <= bench.covered()[0] <= 24
    assert bench.covered() == list(range(bench.covered()[0], 60))


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


def test_nothing_is_computed_twice(bench: Bench, song: Song) -> None:
    bench.ahead.attach(song)
    bench.ahead.focus(30 * TILE_FRAMES, playing=False, jumped=True)
    bench.ahead.begin()
    until(lambda: bench.covered() == list(range(30, 60)))
    fed = bench.streams[0].total_fed
    bench.ahead.focus(40 * TILE_FRAMES, playing=False, jumped=True)
    until(lambda: bench.ahead.status().state == "ahead")
    assert bench.streams[0].total_fed == fed
    bench.ahead.focus(0, playing=False, jumped=True)
    until(lambda: bench.covered() == list(range(60)))
    assert bench.streams[0].total_fed <= fed + 31 * TILE_FRAMES


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
    assert bench.ahead.status().missed == 2


def test_a_model_that_fails_is_said_in_a_sentence() -> None:
    def refuse(card: Any) -> Any:
        raise ModelError("The weights are damaged.")

    ahead = Ahead(CARD, refuse)
    ahead.begin()
    until(lambda: ahead.status().state == "failed")
    assert ahead.status().message == "The weights are damaged."
    ahead.close()


def test_without_a_model_it_is_off() -> None:
    ahead = Ahead(None)
    ahead.begin()
    assert ahead.status().state == "off"
    ahead.close()
