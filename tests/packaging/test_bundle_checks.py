"""The checks of the smoke test find what they are there to find."""

from __future__ import annotations

import math
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from linux import deb, shrink
from smoke import footprint, hearing, life

NOISE = np.random.default_rng(1).normal(0, 0.1, (100_000, 2)).astype(np.float32)
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these files")


def test_a_file_that_is_new_gone_or_changed_is_found(tmp_path: Path) -> None:
    for name in ("kept", "gone", "changed"):
        (tmp_path / name).write_text("before")
    before = footprint.footprint(tmp_path)
    (tmp_path / "gone").unlink()
    (tmp_path / "changed").write_text("afterwards")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "new").touch()
    changed = footprint.changes(before, footprint.footprint(tmp_path))
    assert changed == ["changed", "folder", "folder/new", "gone"]


def test_only_the_users_own_places_may_be_written_to() -> None:
    after: footprint.Footprint = {
        "home/user/.cache": (0, 0, 0),
        "home/user/.cache/stem-remixer/songs": (0, 0, 0),
        "home/user/.cache/other": (0, 0, 0),
        "home/user/Exports/mix.wav": (0, 0, 0),
        "tmp/left": (0, 0, 0),
    }
    assert life.wrote_only_its_own("home/user", {}, after) == ["home/user/.cache/other", "tmp/left"]


def test_a_played_stretch_is_found_in_the_song_wherever_it_lies() -> None:
    played = np.concatenate([np.zeros((3000, 2), np.float32), NOISE[12_345 : 12_345 + 40_000]])
    assert hearing.best_match_db(played, NOISE) < -120


def test_what_is_not_the_song_is_told_from_it() -> None:
    other = np.random.default_rng(2).normal(0, 0.1, (50_000, 2)).astype(np.float32)
    assert hearing.best_match_db(other, NOISE) > -25
    assert hearing.best_match_db(NOISE[:40_000] * np.float32(0.9), NOISE) > -45
    assert hearing.best_match_db(np.zeros((50_000, 2), np.float32), NOISE) == math.inf


def test_files_of_different_length_are_different() -> None:
    assert hearing.difference_db(NOISE, NOISE[1:]) == math.inf
    assert hearing.difference_db(NOISE, NOISE) < -150


@ON_LINUX
@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is not installed")
def test_a_library_that_no_package_brings_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shrink, "system_libraries", lambda folder: {"libc.so.6", "libnever.so.1"})
    with pytest.raises(SystemExit, match=r"libnever\.so\.1"):
        deb.depends(tmp_path)


@ON_LINUX
@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is not installed")
def test_only_libraries_that_nothing_loads_are_taken_out(tmp_path: Path) -> None:
    import _cffi_backend
    import soundfile

    library = next(Path(soundfile.__file__).parent.glob("_soundfile_data/libsndfile*.so"))
    shutil.copy(_cffi_backend.__file__, tmp_path / "program.so")
    shutil.copy(library, tmp_path / library.name)
    shutil.copy(library, tmp_path / "libnobody.so.1")
    assert [path.name for path in shrink.unreachable(tmp_path)] == ["libnobody.so.1"]
