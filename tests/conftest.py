"""What every test shares: a home of its own, a lane without heavy packages, real audio if there is any."""

from __future__ import annotations

import importlib.abc
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from remixer.playback.priority import restored

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


class _Blocked(importlib.abc.MetaPathFinder):
    """Makes the named packages as good as not installed."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = set(names)

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"{name} is blocked in this lane", name=name)
        return None


WITHOUT = [name for name in os.environ.get("REMIXER_TEST_WITHOUT", "").split(",") if name]
if WITHOUT:
    sys.meta_path.insert(0, _Blocked(WITHOUT))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out whole folders that need what this lane goes without."""
    parts = collection_path.parts
    if ("PySide6" in WITHOUT and "gui" in parts) or (
        "torch" in WITHOUT and {"networks", "training"} & {*parts}
    ):
        return True
    return None


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own: no test reads or writes the user's cache or settings."""
    folder = tmp_path / "home"
    monkeypatch.setenv("REMIXER_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def ordinary_priority() -> Iterator[None]:
    """Take back what a test was raised to that did an audio thread's work: none may starve the next."""
    with restored():
        yield


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real audio beside the checkout; the test is skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip("the folder of real audio is not beside this checkout")
    return DATA
