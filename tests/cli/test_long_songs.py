"""Long songs need no more memory than short ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from remixer.audio.decode import probe, read
from remixer.audio.encode import Encoder, Encoding

Make = Callable[..., Path]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform == "win32", reason="another measure there"),
]


@pytest.fixture
def long(song: Make, tmp_path: Path) -> Callable[[int], Path]:
    """Write a song of so many minutes."""

    def make(minutes: int) -> Path:
        short = read(song())[0]
        path = tmp_path / f"{minutes}.wav"
        with Encoder(path, 44_100, Encoding("wav", "16")) as encoder:
            for _ in range(minutes * 30):
                encoder.write(short)
        return path

    return make


def _run(*arguments: object) -> Any:
    command = [sys.executable, "-m", "remixer", *map(str, arguments), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_mixing_an_hour_needs_the_memory_of_a_minute(long: Callable[[int], Path], tmp_path: Path) -> None:
    peaks = [
        _run("mix", long(n), "--bits", "16", "--out", tmp_path / f"o{n}.wav")["peak_rss_mib"] for n in (1, 60)
    ]
    assert probe(tmp_path / "o60.wav").frames == 3600 * 44_100
    assert peaks[1] < peaks[0] + 60


def test_separating_is_flat_in_the_length_too(long: Callable[[int], Path], tmp_path: Path) -> None:
    figures = [
        _run("separate", long(n), "--model", "classic", "--residual", "--out", tmp_path / "o") for n in (3, 8)
    ]
    assert figures[1]["peak_rss_mib"] < figures[0]["peak_rss_mib"] + 100
    assert figures[1]["peak_rss_mib"] < 600
    stems = [read(Path(file))[0] for file in figures[0]["files"]]
    assert np.array_equal(sum(stems), read(tmp_path / "3.wav")[0])
