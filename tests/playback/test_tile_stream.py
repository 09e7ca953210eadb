from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_stream import FakeStream, separated
from song_maker import Audio, make_song, noise, set_decoded

from remixer.playback.tile_stream import TileStream
from remixer.song.song import Song
from remixer.song.take import TILE_FRAMES

FRAMES = 40 * TILE_FRAMES + 1000


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return make_song(tmp_path, noise(FRAMES))


def tiles_of(stream: TileStream, count: int) -> dict[int, Audio]:
    made: dict[int, Audio] = {}
    for _ in range(10_000):
        tiles, fed = stream.step()
        made |= dict(tiles)
        if len(made) >= count or not fed:
            break
    return made


def check(made: dict[int, Audio], song: Song) -> None:
    expected = separated(song.read(0, song.frames))
    for tile, audio in made.items():
        assert np.array_equal(audio, expected[:, tile * TILE_FRAMES : (tile + 1) * TILE_FRAMES]), tile


def test_a_whole_song_comes_out_in_tiles_to_its_last_frame(song: Song) -> None:
    stream = TileStream(FakeStream(), song, 4)
    stream.go_to(0, 0)
    made = tiles_of(stream, 100)
    assert sorted(made) == list(range(41))
    assert made[40].shape == (4, 1000, 2)
    check(made, song)


def test_begun_in_the_middle_it_warms_up_and_loses_nothing(song: Song) -> None:
    source = FakeStream()
    stream = TileStream(source, song, 4)
    stream.go_to(10, 2 * TILE_FRAMES)
    made = tiles_of(stream, 2)
    assert min(made) == 10
    check(made, song)


def test_a_place_it_has_been_is_taken_up_exactly_without_warming_up(song: Song) -> None:
    source = FakeStream()
    stream = TileStream(source, song, 4)
    stream.go_to(0, 0)
    tiles_of(stream, 20)
    stream.go_to(35, 0)
    tiles_of(stream, 2)
    fed = source.total_fed
    stream.go_to(17, 3 * TILE_FRAMES)
    made = tiles_of(stream, 2)
    assert min(made) == 16
    assert source.total_fed - fed < 3 * TILE_FRAMES
    check(made, song)


def test_a_small_step_forward_goes_on_instead_of_starting_anew(song: Song) -> None:
    source = FakeStream()
    stream = TileStream(source, song, 4)
    stream.go_to(0, 0)
    tiles_of(stream, 3)
    stream.go_to(5, 4 * TILE_FRAMES)
    assert stream.next_tile == 3
    check(tiles_of(stream, 4), song)


def test_it_waits_for_the_decoder(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES), decoded=TILE_FRAMES)
    stream = TileStream(FakeStream(), song, 4)
    stream.go_to(0, 0)
    assert tiles_of(stream, 100) == {}
    set_decoded(song.folder, 3 * TILE_FRAMES, final=False)
    assert sorted(tiles_of(stream, 100)) == [0, 1]
    set_decoded(song.folder, FRAMES, final=True)
    made = tiles_of(stream, 100)
    assert sorted(made) == list(range(2, 41))
    check(made, song)
