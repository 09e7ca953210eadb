"""Decoding fills the song folder block by block, and once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from remixer.errors import Cancelled, InputError, OutputError
from remixer.song import importing
from remixer.song.importing import decode_song
from remixer.song.library import Library
from remixer.song.song import Song

Make = Callable[..., Path]


def test_a_decoded_song_is_its_file(library: Library, source: Make) -> None:
    song = library.open(source())
    assert (song.complete, song.decoded_frames) == (False, 0)
    decode_song(song)
    assert (song.complete, song.decoded_frames, song.frames) == (True, 100_000, 100_000)
    assert np.array_equal(song.mixture, soundfile.read(song.source, dtype="float32")[0])
    assert np.array_equal(Song.load(song.folder).mixture, song.mixture)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not list open files so")
def test_a_decoded_song_holds_no_file_open_to_write(library: Library, source: Make) -> None:
    import fcntl

    song = library.open(source())
    decode_song(song)
    held = []
    for opened in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            path = opened.readlink()
            mode = fcntl.fcntl(int(opened.name), fcntl.F_GETFL) & os.O_ACCMODE
            if path.is_relative_to(song.folder) and mode != os.O_RDONLY:
                held.append(path.name)
    assert held == ["in-use"]


def test_the_first_block_is_readable_while_decoding_goes_on(library: Library, source: Make) -> None:
    song = library.open(source(frames=500_000))
    reader = Song.load(song.folder)
    seen = []

    def report(fraction: float) -> None:
        n = reader.decoded_frames
        seen.append((n, fraction, bool(reader.mixture[n - 100 : n].any())))

    decode_song(song, report)
    assert seen[0][0] == 65_536
    assert all(sound for _, _, sound in seen)
    assert [fraction for _, fraction, _ in seen] == sorted(fraction for _, fraction, _ in seen)
    assert seen[-1][1] == 1.0


def test_a_finished_song_is_not_decoded_again(song: Song, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "blocks", lambda *_: pytest.fail("it was decoded again"))
    decode_song(song)
    decode_song(Song.load(song.folder))


def test_cancelling_leaves_a_song_that_can_be_finished(library: Library, source: Make) -> None:
    song = library.open(source(frames=300_000))

    def stop(fraction: float) -> None:
        if fraction > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        decode_song(song, stop)
    assert not song.complete
    assert 0 < song.decoded_frames < 300_000
    decode_song(song)
    assert song.complete
    assert np.array_equal(song.mixture, soundfile.read(song.source, dtype="float32")[0])


def test_a_cut_off_song_keeps_what_it_has_and_says_so(library: Library, source: Make) -> None:
    path = source()
    path.write_bytes(path.read_bytes()[:300_000])
    song = library.open(path)
    with pytest.raises(InputError, match="cut off"):
        decode_song(song)
    assert not song.complete
    assert song.decoded_frames == (300_000 - 44) // 4


def test_a_source_that_is_gone_is_said_so(library: Library, source: Make) -> None:
    song = library.open(source())
    song.source.unlink()
    with pytest.raises(InputError, match="does not exist"):
        decode_song(song)


def test_a_song_longer_than_its_header_said_grows(
    library: Library, source: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = library.open(source())
    reader = Song.load(song.folder)
    whole = np.random.default_rng(1).uniform(-0.5, 0.5, (400_000, 2)).astype(np.float32)

    def longer(path: Path, size: int) -> Iterator[NDArray[np.float32]]:
        for start in range(0, len(whole), size):
            yield whole[start : start + size]

    monkeypatch.setattr(importing, "blocks", longer)
    old = reader.mixture
    decode_song(song)
    assert np.array_equal(song.mixture, whole)
    assert np.array_equal(old, whole[:100_000])
    reader.refresh()
    assert np.array_equal(reader.mixture, whole)
    assert np.abs(song.peaks.columns(0, 400_000, 10)).min() > 0.49


def test_two_that_decode_the_same_song_do_it_once(library: Library, source: Make) -> None:
    song = library.open(source(frames=2_000_000))
    calls, real = [], importing._decode

    def count(*arguments: object) -> None:
        calls.append(1)
        real(*arguments)  # type: ignore[arg-type]

    importing._decode = count  # type: ignore[assignment]
    try:
        threads = [threading.Thread(target=decode_song, args=(Song.load(song.folder),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        importing._decode = real
    assert song.complete
    assert len(calls) == 1


def test_a_full_disk_is_said_so(library: Library, source: Make) -> None:
    resource = pytest.importorskip("resource")
    song = library.open(source(frames=400_000))
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(OutputError, match="cache"):
            decode_song(song)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert not song.complete


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be killed that way there")
def test_a_killed_decoder_leaves_a_song_that_starts_over(library: Library, source: Make) -> None:
    song = library.open(source(frames=1_000_000))
    process = multiprocessing.get_context("spawn").Process(
        target=_decode_half_and_die, args=(str(song.folder),)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert 0 < song.decoded_frames < 1_000_000
    again = library.open(song.source)
    decode_song(again)
    assert np.array_equal(again.mixture, soundfile.read(song.source, dtype="float32")[0])


def _decode_half_and_die(folder: str) -> None:
    def report(fraction: float) -> None:
        if fraction > 0.5:
            os.kill(os.getpid(), signal.SIGKILL)

    decode_song(Song.load(Path(folder)), report)
