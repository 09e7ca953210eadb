"""The cache finds songs again, remembers them in order and keeps within its size."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from remixer.audio.decode import read
from remixer.audio.encode import Encoder, Encoding
from remixer.audio.tags import Tags
from remixer.errors import InputError, OutputError
from remixer.song import library as library_module
from remixer.song.importing import decode_song
from remixer.song.library import Library
from remixer.song.song import Song, discard

Make = Callable[..., Path]


def test_the_same_file_is_the_same_song(library: Library, source: Make, tmp_path: Path) -> None:
    first = library.open(source())
    decode_song(first)
    moved = tmp_path / "elsewhere.wav"
    source().rename(moved)
    again = library.open(moved)
    assert (again.id, again.complete, again.source) == (first.id, True, moved)
    assert library.open(source(seed=1)).id != first.id


def test_a_large_file_is_known_by_samples_of_it(
    library: Library, source: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_module, "_HASHED_WHOLE_BYTES", 1000)
    monkeypatch.setattr(library_module, "_SAMPLE_BYTES", 100)
    path = source()
    first = library.open(path).id
    assert library.open(path).id == first
    os.utime(path, (1, 1))
    assert library.open(path).id != first


def test_a_known_song_opens_without_looking_into_its_file(
    library: Library, source: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode_song(library.open(source()))
    monkeypatch.setattr(library_module, "probe", None)
    song = library.open(source())
    assert song.complete and np.array_equal(song.mixture, read(source())[0])


def test_title_tags_and_cover_are_remembered(library: Library, tmp_path: Path) -> None:
    tags = Tags((("title", "Été"), ("artist", "Someone")), b"\xff\xd8\xff picture")
    with Encoder(tmp_path / "a.flac", 44_100, Encoding("flac"), tags) as encoder:
        encoder.write(np.zeros((1000, 2), np.float32))
    song = library.open(tmp_path / "a.flac")
    (tmp_path / "a.flac").unlink()
    assert song.title == "Été"
    assert Song.load(song.folder).tags == tags


def test_without_tags_the_file_name_is_the_title(library: Library, source: Make) -> None:
    assert library.open(source(name="My Song.wav")).title == "My Song"
    if sys.platform == "linux":
        assert library.open(source(seed=2).rename(library.root.parent / "\udcff song.wav")).title == "� song"


def test_what_is_no_song_leaves_nothing_in_the_cache(library: Library, tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("text")
    for name in ("empty.wav", "text.wav", "missing.wav", "."):
        with pytest.raises(InputError):
            library.open(tmp_path / name)
    assert library.recent() == []
    assert not list(tmp_path.glob("cache/songs/*"))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders")
def test_a_pipe_is_refused_without_waiting(library: Library, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(InputError, match="ordinary"):
        library.open(tmp_path / "pipe.wav")


def test_a_cache_that_cannot_be_written_is_said_so(source: Make) -> None:
    if sys.platform != "linux":
        pytest.skip("needs a folder nobody can write to")
    with pytest.raises(OutputError, match="cache"):
        Library(Path("/proc/cache")).open(source())


def test_a_known_song_opens_from_a_cache_that_cannot_be_written_to(
    library: Library, source: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    decode_song(library.open(source()))
    monkeypatch.setattr(os, "utime", refused)
    assert library.open(source()).complete
    monkeypatch.setattr(library_module, "write_told", refused)
    with pytest.raises(OutputError, match="cache cannot be written to"):
        library.open(source().rename(tmp_path / "elsewhere.wav"))


def test_recent_songs_come_last_used_first(library: Library, source: Make) -> None:
    songs = [library.open(source(seed=n)) for n in range(3)]
    for age, song in enumerate(songs):
        os.utime(song.folder / "song.json", (1000 - age, 1000 - age))
    assert [song.id for song in library.recent()] == [song.id for song in songs]
    library.open(source(seed=2))
    assert library.recent()[0].id == songs[2].id


def test_trimming_drops_the_song_unused_longest(library: Library, source: Make) -> None:
    ids = _three_closed_songs(library, source)
    library.limit_bytes = library.size_bytes() - 1
    library.trim()
    assert {song.id for song in library.recent()} == set(ids[1:])
    library.limit_bytes = 0
    library.trim(keep={ids[1]})
    assert [song.id for song in library.recent()] == [ids[1]]


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be deleted there anyway")
def test_trimming_spares_songs_that_are_open(library: Library, source: Make) -> None:
    ids = _three_closed_songs(library, source)
    used = Song.load(library.root / "songs" / ids[0])
    library.limit_bytes = 0
    library.trim()
    assert [song.id for song in library.recent()] == [ids[0]]
    used.close()
    library.trim()
    assert library.recent() == []


def test_trimming_within_the_limit_drops_nothing(library: Library, source: Make) -> None:
    _three_closed_songs(library, source)
    library.trim()
    assert len(library.recent()) == 3


def test_trimming_passes_over_a_folder_that_cannot_be_dropped(library: Library, source: Make) -> None:
    ids = _three_closed_songs(library, source)
    lock = library.root / "songs" / ids[0] / "in-use"
    lock.unlink()
    lock.mkdir()
    library.limit_bytes = 0
    library.trim()
    assert [song.id for song in library.recent()] == [ids[0]]


def test_a_folder_that_vanishes_while_it_is_measured_is_no_matter(
    library: Library, song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def vanishing(place: str) -> object:
        if Path(place).name == "takes":
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        return scandir(place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", vanishing)
        assert library.size_bytes() > song.frames
        library.trim()
    assert [one.id for one in library.recent()] == [song.id]


def test_trimming_sweeps_up_what_crashes_left(library: Library, song: Song) -> None:
    old, fresh = song.folder.parent / ".half", song.folder / "takes" / ".half"
    for left in (old, fresh):
        left.mkdir()
        (left / "file").touch()
    os.utime(old, (1, 1))
    library.trim()
    assert not old.exists()
    assert fresh.exists()


def test_a_removed_song_stays_readable_where_it_is_open(song: Song, library: Library) -> None:
    before = np.array(song.mixture)
    discard(song.folder)
    assert library.recent() == []
    assert np.array_equal(song.mixture, before)


def test_a_damaged_folder_is_made_anew(library: Library, source: Make) -> None:
    song = library.open(source())
    for damage in ("song.json", "mixture.f32", "decoded.u64"):
        (song.folder / damage).write_bytes(b"")
        again = library.open(source())
        decode_song(again)
        assert again.complete
        assert len(library.recent()) == 1


def test_a_song_without_its_sound_is_left_out_and_made_anew(library: Library, source: Make) -> None:
    song = library.open(source())
    decode_song(song)
    (song.folder / "mixture.f32").unlink()
    with pytest.raises(InputError, match="damaged"):
        Song.load(song.folder)
    assert library.recent() == []
    again = library.open(source())
    decode_song(again)
    assert again.complete and [one.id for one in library.recent()] == [again.id]


def test_a_whole_song_is_kept_where_the_system_opens_no_more_files(
    library: Library, source: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = library.open(source())
    decode_song(song)

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(np, "memmap", refused)
        with pytest.raises(OutputError, match="cannot be opened now: Too many open files"):
            library.open(source())
        assert library.recent() == []
    assert library.open(source()).complete


def test_a_folder_without_a_song_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="damaged"):
        Song.load(tmp_path)


def _three_closed_songs(library: Library, source: Make) -> list[str]:
    ids = []
    for n in range(3):
        song = library.open(source(seed=n))
        decode_song(song)
        os.utime(song.folder / "song.json", (1000 + n, 1000 + n))
        ids.append(song.id)
        song.close()
    return ids
