"""What is taken from a drop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from remixer.session.entries import find_songs, readable


def _touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_folders_are_searched_to_the_bottom_in_order(tmp_path: Path) -> None:
    deep = _touch(tmp_path / "album" / "cd 2" / "03.FLAC")
    first = _touch(tmp_path / "album" / "01.mp3")
    second = _touch(tmp_path / "album" / "02.ogg")
    assert find_songs([tmp_path / "album"]).songs == (first, second, deep)


def test_what_is_not_audio_is_named_in_one_sentence(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.txt", "c.pdf", "d.cue", "song.wav"):
        _touch(tmp_path / name)
    found = find_songs([tmp_path])
    assert [path.name for path in found.songs] == ["song.wav"]
    assert found.sentence == "Skipped what is not audio: “a.jpg”, “b.txt”, “c.pdf” and 1 more."


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    _touch(tmp_path / ".hidden.wav")
    _touch(tmp_path / ".trash" / "song.wav")
    found = find_songs([tmp_path])
    assert found.songs == () and found.skipped == () and found.sentence == ""


def test_a_file_named_by_the_user_is_tried_whatever_its_name(tmp_path: Path) -> None:
    odd = _touch(tmp_path / "recording.dat")
    assert find_songs([odd, odd]).songs == (odd,)


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_a_name_of_undecodable_bytes_can_be_shown() -> None:
    shown = readable(os.fsdecode(b"caf\xe9.wav"))
    assert shown == "caf\ufffd.wav"
