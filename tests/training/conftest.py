"""Small songs of tones and noise, and a network small enough to train in a test."""

from __future__ import annotations

from pathlib import Path

import pytest
from song_folders import write_song, written_config


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A folder of two songs with all four stems."""
    for number in range(2):
        write_song(tmp_path / "songs" / f"song {number}", number)
    return tmp_path / "songs"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration of four steps with a network of whole songs."""
    return written_config(tmp_path, steps=4)
