"""What the tests of playback share."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator

import pytest
from virtual_speakers import VirtualSpeakers


@pytest.fixture
def speakers(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualSpeakers]:
    """Loudspeakers that the system's default output leads to."""
    if shutil.which("pulseaudio") is None:
        pytest.skip("pulseaudio is not installed")
    if importlib.util.find_spec("sounddevice") is None:
        pytest.skip("sounddevice is not installed")
    made = VirtualSpeakers()
    monkeypatch.setenv("PULSE_SERVER", made.server)
    monkeypatch.setenv("PULSE_SINK", "speakers")
    monkeypatch.setenv("PULSE_SOURCE", "room.monitor")
    yield made
    made.close()
