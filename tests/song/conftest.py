"""Songs to open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from remixer.song.importing import decode_song
from remixer.song.library import Library
from remixer.song.song import Song


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty cache."""
    return Library(tmp_path / "cache")


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of noise, another for every seed."""

    def make(frames: int = 100_000, seed: int = 0, name: str = "song.wav", subtype: str = "PCM_16") -> Path:
        noise = np.random.default_rng(seed).uniform(-0.5, 0.5, (frames, 2))
        soundfile.write(tmp_path / name, noise, 44_100, subtype=subtype)
        return tmp_path / name

    return make


@pytest.fixture
def song(library: Library, source: Callable[..., Path]) -> Song:
    """A decoded song of 100,000 frames."""
    opened = library.open(source())
    decode_song(opened)
    return opened
