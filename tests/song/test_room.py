"""What a song will take on the disk is known, and refused, before the work begins."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from remixer.errors import OutputError
from remixer.song.importing import decode_song
from remixer.song.library import Library
from remixer.song.room import require_room, room_for
from remixer.song.song import Song
from remixer.song.take import TILE_FRAMES

Disk = namedtuple("Disk", "total used free")
FRAMES = 100_000


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Say how much of the disk is free."""

    def say(count: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(count, 0, count))

    return say


def test_room_is_for_what_is_not_there_yet(library: Library, source: Callable[..., Path]) -> None:
    song = library.open(source())
    assert room_for(song).needed_bytes == FRAMES * 8
    assert room_for(song, "model-1", 4).needed_bytes == 5 * FRAMES * 8
    decode_song(song)
    assert room_for(song).needed_bytes == 0
    take = song.create_take("model-1", "model", ("a", "b", "c", "d"))
    take.write(0, np.zeros((4, 8 * TILE_FRAMES, 2), np.float32))
    assert room_for(song, "model-1", 4).needed_bytes == round(4 * FRAMES * 8 * 5 / 13)


def test_a_song_that_finds_no_room_is_refused_before_it_is_decoded(
    library: Library, source: Callable[..., Path], free: Callable[[int], None]
) -> None:
    song = library.open(source())
    free(FRAMES * 8 - 1)
    with pytest.raises(OutputError, match=r"“song” needs 0.0 GB of disk .* free some space"):
        decode_song(song)
    assert song.decoded_frames == 0
    free(FRAMES * 8)
    decode_song(song)
    assert song.complete


def test_stems_that_find_no_room_are_refused(song: Song, free: Callable[[int], None]) -> None:
    free(4 * FRAMES * 8 - 1)
    assert not require_room(song).needed_bytes
    with pytest.raises(OutputError, match="needs"):
        require_room(song, "model-1", 4)


def test_a_cache_that_is_gone_is_said(song: Song) -> None:
    shutil.rmtree(song.folder)
    with pytest.raises(OutputError, match="cannot be written"):
        room_for(song)
