"""Takes are filled tile by tile and add up to the song."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from remixer.errors import UsageError
from remixer.song.importing import decode_song
from remixer.song.library import Library
from remixer.song.song import Song, discard
from remixer.song.take import TILE_FRAMES, Take, tile_count

STEMS = ("vocals", "drums")
_FILL = """
import resource, sys
from pathlib import Path
import numpy as np
from remixer.song.song import Song
song = Song.load(Path(sys.argv[1]))
take = song.create_take("m-1", "m", ("a", "b", "c", "d"))
start, step = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 16 * 8192
for at in range(0, song.frames, step):
    take.write(at, np.stack([song.read(at, at + step)] * 4))
    take.read(at, at + step)
    song.release()
    take.release()
print(take.complete, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start)
"""


def test_what_is_written_is_read_by_others(song: Song) -> None:
    take = song.create_take("model-1", "model", STEMS)
    stems = _noise(2 * TILE_FRAMES)
    take.write(TILE_FRAMES, stems)
    other = Song.load(song.folder).take("model-1")
    assert other is not None
    assert (other.id, other.model_id, other.stems) == ("model-1", "model", STEMS)
    assert other.coverage.tolist() == [0, 1, 1, *[0] * 10]
    assert np.abs(other.audio[:, TILE_FRAMES : 3 * TILE_FRAMES] - stems).max() <= 2.0**-24
    assert not other.audio[:, :TILE_FRAMES].any()
    assert not other.complete
    assert other.fraction == pytest.approx(2 / 13)


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="the system knows no such thing")
def test_what_is_heard_next_is_asked_for(song: Song, monkeypatch: pytest.MonkeyPatch) -> None:
    take = song.create_take("model-1", "model", STEMS)
    asked: list[tuple[str, int, int]] = []

    def fadvise(number: int, offset: int, size: int, advice: int) -> None:
        asked.append((Path(f"/proc/self/fd/{number}").resolve().name, offset, size))

    monkeypatch.setattr(os, "posix_fadvise", fadvise)
    song.fetch(100, 300)
    take.fetch(100, 300)
    assert asked == [
        ("mixture.f32", 800, 1600),
        ("stems.f32", 800, 1600),
        ("stems.f32", (100 + take.capacity_frames) * 8, 1600),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="counted as Linux does")
def test_what_was_touched_is_read_without_a_page_fault(song: Song) -> None:
    import resource

    def faults() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        taken[:] = take.audio[:, : song.frames]
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    song.create_take("model-1", "model", STEMS).write(0, _noise(song.frames))
    take = Song.load(song.folder).take("model-1")
    assert take is not None
    taken = np.ones((len(STEMS), song.frames, 2), np.float32)
    take.release()
    untouched = faults()
    take.release()
    take.touch(0, song.frames)
    assert faults() < untouched / 4


def test_a_take_is_complete_when_every_tile_is(song: Song) -> None:
    take = song.create_take("model-1", "model", STEMS)
    assert tile_count(song.frames) == 13
    take.write(0, _noise(12 * TILE_FRAMES))
    assert not take.complete
    take.write(12 * TILE_FRAMES, _noise(song.frames - 12 * TILE_FRAMES))
    assert take.complete
    assert take.audio.shape == (2, 100_000, 2)


def test_song_minus_stems_is_exact_for_pcm(song: Song) -> None:
    take = song.create_take("model-1", "model", STEMS)
    take.write(0, _noise(song.frames))
    exact = song.mixture.astype(np.float64) - take.audio.astype(np.float64).sum(axis=0)
    rest = exact.astype(np.float32)
    assert np.array_equal(rest.astype(np.float64), exact)
    assert np.array_equal((take.audio.sum(axis=0, dtype=np.float64) + rest).astype(np.float32), song.mixture)


def test_numbers_that_are_none_become_silence(song: Song) -> None:
    take = song.create_take("model-1", "model", STEMS)
    stems = _noise(TILE_FRAMES)
    stems[0, 5], stems[1, 6] = np.nan, np.inf
    take.write(0, stems)
    assert not take.audio[0, 5].any()
    assert not take.audio[1, 6].any()
    assert np.isfinite(take.audio[:, :TILE_FRAMES]).all()


@pytest.mark.parametrize(
    ("start", "n"), [(1, TILE_FRAMES), (0, TILE_FRAMES + 1), (12 * TILE_FRAMES, TILE_FRAMES * 2)]
)
def test_spans_off_the_tile_borders_are_refused(song: Song, start: int, n: int) -> None:
    take = song.create_take("model-1", "model", STEMS)
    with pytest.raises(UsageError, match="tiles"):
        take.write(start, _noise(n))
    with pytest.raises(UsageError, match="stems"):
        take.write(0, np.zeros((3, TILE_FRAMES, 2), np.float32))
    assert not take.coverage.any()


def test_a_take_reopened_keeps_its_tiles(song: Song) -> None:
    song.create_take("model-1", "model", STEMS).write(0, _noise(TILE_FRAMES))
    again = Song.load(song.folder).create_take("model-1", "model", STEMS)
    assert again.coverage[0] == 1
    assert [take.id for take in song.takes()] == ["model-1"]
    assert song.take("model-2") is None


def test_two_that_make_the_same_take_get_the_same(song: Song, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Song.load(song.folder)
    create = Take.create

    def slow(*arguments: object) -> None:
        create(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(Take, "create", create)
        other.create_take("model-1", "model", STEMS).write(0, _noise(TILE_FRAMES))

    monkeypatch.setattr(Take, "create", slow)
    take = song.create_take("model-1", "model", STEMS)
    assert take.coverage[0] == 1
    assert [path.name for path in (song.folder / "takes").iterdir()] == ["model-1"]


def test_a_take_of_other_stems_is_made_anew(song: Song) -> None:
    song.create_take("model-1", "model", STEMS).write(0, _noise(TILE_FRAMES))
    again = song.create_take("model-1", "model", ("vocals", "drums", "bass"))
    assert again.stems == ("vocals", "drums", "bass")
    assert not again.coverage.any()


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden"])
def test_names_that_lead_out_of_the_folder_are_refused(song: Song, name: str) -> None:
    with pytest.raises(UsageError):
        song.create_take(name, "model", STEMS)


def test_a_damaged_take_is_no_take(song: Song) -> None:
    take = song.create_take("model-1", "model", STEMS)
    (take.folder / "take.json").write_text("{")
    assert Song.load(song.folder).take("model-1") is None
    made = Song.load(song.folder).create_take("model-1", "model", STEMS)
    assert made.audio.shape == (2, 100_000, 2)


def test_a_removed_take_is_gone_and_stays_readable(song: Song) -> None:
    take = song.create_take("model-1", "model", STEMS)
    take.write(0, _noise(TILE_FRAMES))
    discard(take.folder)
    assert song.takes() == []
    assert take.audio[:, 100].any()


def test_a_take_begun_while_decoding_fits_the_decoded_song(
    library: Library, source: Callable[..., Path]
) -> None:
    song = library.open(source(name="song.mp3", subtype="MPEG_LAYER_III"))
    take = song.create_take("model-1", "model", STEMS)
    take.write(0, _noise(TILE_FRAMES))
    decode_song(song)
    assert take.frames == song.frames == take.audio.shape[1] == 100_000


def test_peaks_of_a_stem_follow_its_tiles(song: Song) -> None:
    take = song.create_take("model-1", "model", STEMS)
    stems = np.zeros((2, TILE_FRAMES, 2), np.float32)
    stems[1, 100] = [0.5, -0.25]
    take.write(TILE_FRAMES, stems)
    assert take.peaks("drums").columns(0, song.frames, 1)[0].tolist() == [-0.25, 0.5]
    assert not take.peaks("vocals").columns(0, song.frames, 100).any()
    with pytest.raises(UsageError, match="flute"):
        take.peaks("flute")


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be killed that way there")
def test_tiles_survive_a_killed_writer(song: Song) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_write_and_die, args=(str(song.folder),))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    take = song.take("model-1")
    assert take is not None
    assert take.coverage.tolist() == [1, 1, 1, *[0] * 10]
    assert np.array_equal(take.audio[0, : 3 * TILE_FRAMES], np.full((3 * TILE_FRAMES, 2), 0.25))


@pytest.mark.skipif(sys.platform != "linux", reason="the measure is Linux's")
def test_writing_and_reading_a_long_take_needs_little_memory(
    library: Library, source: Callable[..., Path]
) -> None:
    song = library.open(source(frames=8_000_000))
    decode_song(song)
    command = [sys.executable, "-c", _FILL, str(song.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    complete, grown_kib = done.stdout.split()
    assert complete == "True"
    assert int(grown_kib) < 80_000


def _noise(frames: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(3).uniform(-0.5, 0.5, (2, frames, 2)).astype(np.float32)


def _write_and_die(folder: str) -> None:
    take = Song.load(Path(folder)).create_take("model-1", "model", STEMS)
    take.write(0, np.full((2, 3 * TILE_FRAMES, 2), 0.25, np.float32))
    os.kill(os.getpid(), signal.SIGKILL)
