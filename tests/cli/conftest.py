"""The command line, run in this process, and songs for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from remixer.cli import border


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def documents(self) -> list[Any]:
        """The JSON documents on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def remixer(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run a command."""

    def run(*arguments: object) -> Outcome:
        code = border.run([str(one) for one in arguments])
        said = capfd.readouterr()
        return Outcome(code, said.out, said.err)

    return run


@pytest.fixture
def song(tmp_path: Path) -> Callable[..., Path]:
    """Write a song of two seconds: a drum, a bass, a voice of sorts, and noise."""

    def make(
        name: str = "song.wav", rate: int = 44_100, seconds: float = 2.0, subtype: str = "PCM_16"
    ) -> Path:
        t = np.arange(round(rate * seconds)) / rate
        drum = np.random.default_rng(0).normal(0, 0.2, len(t)) * np.exp(-(t % 0.5) / 0.03)
        tones = 0.2 * np.sin(2 * np.pi * 80 * t) + 0.1 * np.sin(2 * np.pi * 440 * t + 3 * np.sin(30 * t))
        audio = np.stack([tones + drum, tones - 0.5 * drum], axis=1)
        soundfile.write(tmp_path / "written.wav", np.clip(audio, -0.99, 0.99), rate, subtype=subtype)
        return (tmp_path / "written.wav").replace(tmp_path / name)

    return make
