"""A session for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from session_parts import Stage, write_song


@pytest.fixture
def stages(home: Path) -> Iterator[Callable[..., Stage]]:
    """Set up sessions on the test's home, and end them."""
    made: list[Stage] = []

    def make(**how: object) -> Stage:
        made.append(Stage(home, **how))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for stage in made:
        stage.session.close()


@pytest.fixture
def stage(stages: Callable[..., Stage]) -> Stage:
    """A session with two models."""
    return stages()


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A song of a second."""
    return write_song(tmp_path / "music" / "Song é.wav")
