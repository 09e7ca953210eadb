"""The background thread: what it says, what it does first, how it stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from song_maker import make_song, noise, set_decoded

from remixer.errors import Cancelled, ModelError
from remixer.separation.card import ModelCard
from remixer.separation.classic import CLASSIC
from remixer.separation.inference import InferenceThread, SeparationStatus
from remixer.separation.separator import ClassicSeparator, Separator
from remixer.song.take import TILE_FRAMES

TILES = 8
CARD = replace(CLASSIC, segment_frames=TILE_FRAMES, context_frames=100)


class Stepped(ClassicSeparator):
    """Separates one span each time the test allows it; an interrupt breaks in."""

    def __init__(self, card: ModelCard) -> None:
        super().__init__(card)
        self.allowed = threading.Semaphore(0)
        self.windows: list[np.ndarray] = []
        self.closed = False

    def separate(self, mixture: np.ndarray) -> np.ndarray:
        while not self.allowed.acquire(timeout=0.005):
            if self._interrupted:
                self._interrupted = False
                raise Cancelled
        self.windows.append(mixture)
        return np.repeat(mixture[None], 4, axis=0)

    def close(self) -> None:
        self.closed = True


class Bench:
    """A thread under test, the separators it opened, and a way to wait for what it says."""

    def __init__(self) -> None:
        self.opened: list[Stepped] = []
        self.fault: Exception | None = None
        self.thread = InferenceThread(opener=self._open)

    def _open(self, card: ModelCard, device: str, threads: int) -> Separator:
        if self.fault is not None:
            raise self.fault
        self.opened.append(Stepped(card))
        return self.opened[-1]

    def wait(self, wanted: Callable[[SeparationStatus], bool]) -> SeparationStatus:
        deadline = time.monotonic() + 60
        while not wanted(self.thread.status()):
            assert time.monotonic() < deadline, self.thread.status()
            time.sleep(0.002)
        return self.thread.status()

    def state(self, name: str) -> SeparationStatus:
        return self.wait(lambda status: status.state == name)

    def allow(self, spans: int) -> None:
        self.opened[-1].allowed.release(spans)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.thread.close()
    assert made.thread._thread is None or not made.thread._thread.is_alive()


def test_a_song_is_separated_and_its_progress_told(bench: Bench, tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * TILES))
    assert bench.thread.status() == SeparationStatus()
    bench.thread.start(song, CARD)
    running = bench.state("running")
    assert (running.song_id, running.model_id, running.take_id) == (song.id, "classic", CARD.take_id)
    assert running.device == "cpu"
    assert running.seconds_left is None
    bench.allow(2)
    half = bench.wait(lambda status: status.fraction == 2 / TILES)
    assert half.rtf is not None
    assert half.seconds_left is not None
    bench.allow(TILES)
    done = bench.state("done")
    assert done.fraction == 1.0
    take = song.take(CARD.take_id)
    assert take is not None
    np.testing.assert_array_equal(take.audio[0], song.mixture)


def test_a_finished_song_is_done_without_opening_the_model(bench: Bench, tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * 2))
    take = song.create_take(CARD.take_id, CARD.id, CARD.stems)
    take.write(0, np.zeros((4, TILE_FRAMES * 2, 2), np.float32))
    bench.thread.start(song, CARD)
    assert bench.state("done").fraction == 1.0
    assert bench.opened == []


def test_the_playhead_and_the_loop_come_first(bench: Bench, tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * TILES))
    bench.thread.focus(TILE_FRAMES * 5 + 1)
    bench.thread.set_loop(TILE_FRAMES * 2, TILE_FRAMES * 3)
    bench.thread.start(song, CARD)
    bench.state("running")
    seen = []
    take = song.take(CARD.take_id)
    assert take is not None
    for count in range(1, 4):
        bench.allow(1)
        bench.wait(lambda status, count=count: status.fraction == count / TILES)  # type: ignore[misc]
        seen.append(set(np.flatnonzero(take.coverage)) - set().union(*seen))
    assert seen == [{5}, {2}, {6}]
    bench.thread.set_loop(None)


def test_cancel_stops_within_a_second_and_keeps_the_tiles(bench: Bench, tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * TILES))
    bench.thread.start(song, CARD)
    bench.state("running")
    bench.allow(1)
    bench.wait(lambda status: status.fraction > 0)
    started = time.monotonic()
    bench.thread.cancel()
    assert bench.thread.status().state == "idle"
    bench.thread.close()
    assert time.monotonic() - started < 1.0
    take = song.take(CARD.take_id)
    assert take is not None
    assert take.coverage.sum() == 1


def test_pause_rests_after_the_span_and_resume_goes_on(bench: Bench, tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * TILES))
    bench.thread.start(song, CARD)
    bench.state("running")
    bench.thread.pause()
    assert bench.thread.status().state == "paused"
    bench.allow(TILES)
    bench.wait(lambda status: status.fraction == 1 / TILES)
    assert bench.thread.status().state == "paused"
    assert len(bench.opened[0].windows) == 1
    bench.thread.resume()
    bench.state("done")


def test_another_song_of_the_same_model_needs_no_loading(bench: Bench, tmp_path: Path) -> None:
    first = make_song(tmp_path / "a", noise(TILE_FRAMES * TILES))
    second = make_song(tmp_path / "b", noise(TILE_FRAMES * 2, seed=2))
    bench.thread.start(first, CARD)
    bench.state("running")
    bench.thread.start(second, CARD)
    bench.allow(TILES)
    bench.state("done")
    assert len(bench.opened) == 1
    other = replace(CARD, sha256="0" * 64)
    bench.thread.start(second, other)
    bench.state("running")
    assert len(bench.opened) == 2
    assert bench.opened[0].closed
    bench.allow(2)
    bench.state("done")


def test_a_device_that_fails_is_said_and_nothing_else_is_tried(bench: Bench, tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * 2))
    bench.fault = ModelError("The device “cuda:0” did not start: choose another device.")
    bench.thread.start(song, CARD, "cuda:0")
    assert bench.state("failed").error == "The device “cuda:0” did not start: choose another device."
    assert bench.opened == []
    bench.fault = None
    bench.thread.start(song, CARD, "cpu")
    bench.state("running")
    bench.allow(2)
    bench.state("done")


def test_a_model_that_failed_is_opened_anew(bench: Bench, tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * 2))
    bench.thread.start(song, replace(CARD, stems=("vocals", "other")))
    bench.state("running")
    bench.allow(1)
    assert "do not fit" in bench.state("failed").error
    assert bench.opened[0].closed
    bench.thread.start(song, replace(CARD, stems=("vocals", "other")))
    bench.state("running")
    assert len(bench.opened) == 2


def test_a_song_that_outgrows_its_take_gets_a_longer_one(bench: Bench, tmp_path: Path) -> None:
    sound = noise(TILE_FRAMES * TILES)
    song = make_song(tmp_path, sound[: TILE_FRAMES * 3 + 5], decoded=TILE_FRAMES * 3)
    bench.thread.start(song, CARD)
    bench.state("running")
    bench.allow(TILES * 3)
    bench.wait(lambda status: status.fraction > 0)
    with (song.folder / "mixture.f32").open("r+b") as mixture:  # longer, and at no moment empty
        sound.tofile(mixture)
    set_decoded(song.folder, len(sound), final=True)
    bench.state("done")
    take = song.take(CARD.take_id)
    assert take is not None
    np.testing.assert_array_equal(take.audio[0], sound)


def test_an_unexpected_fault_is_one_sentence(bench: Bench, tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * 2))
    bench.fault = RuntimeError("boom")
    bench.thread.start(song, CARD)
    assert bench.state("failed").error == "“Song” could not be separated: boom."


def test_a_song_is_followed_while_it_is_decoding(bench: Bench, tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(TILE_FRAMES * TILES), decoded=TILE_FRAMES * 4)
    bench.thread.start(song, CARD)
    bench.state("running")
    bench.allow(TILES)
    bench.wait(lambda status: status.fraction >= 2 / TILES)
    assert bench.thread.status().fraction <= 4 / TILES
    set_decoded(song.folder, TILE_FRAMES * TILES, final=True)
    assert bench.state("done").fraction == 1.0


def test_closing_a_thread_that_never_started_is_nothing() -> None:
    InferenceThread().close()


def test_after_closing_nothing_starts(tmp_path: Path) -> None:
    thread = InferenceThread()
    thread.close()
    thread.start(make_song(tmp_path, noise(100)), CARD)
    assert thread.status().state == "idle"
