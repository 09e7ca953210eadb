from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from remixer.errors import OutputError
from remixer.playback.portaudio import available, index_of, inputs, library, outputs, rescan

BROKEN = """
class PortAudioError(Exception):
    pass

raise PortAudioError("Error initializing PortAudio: Unanticipated host error")
"""


class System:
    """The `sounddevice` module over a sound system that starts, or does not."""

    class PortAudioError(Exception):
        """PortAudio refuses."""

    def __init__(self) -> None:
        self.starts = True
        self._initialized = 1

    def _terminate(self) -> None:
        self._initialized -= 1

    def _initialize(self) -> None:
        if not self.starts:
            raise self.PortAudioError("Error initializing PortAudio")
        self._initialized += 1

    def query_devices(self, *_: Any) -> list[Any]:
        if not self._initialized:
            raise self.PortAudioError("PortAudio not initialized")
        return []


def test_a_sound_system_that_does_not_start_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sounddevice.py").write_text(BROKEN)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert available() == "No sound can be played: Error initializing PortAudio: Unanticipated host error."
    assert outputs() == inputs() == []
    with pytest.raises(OutputError, match="No sound can be played"):
        library()


def test_a_sound_system_that_does_not_start_anew_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System()
    monkeypatch.setitem(sys.modules, "sounddevice", system)
    rescan()
    assert available() == ""
    system.starts = False
    rescan()
    assert available() == "No sound can be played: Error initializing PortAudio."
    assert outputs() == []
    with pytest.raises(OutputError, match="No sound can be played"):
        index_of("ALSA: headphones")
    system.starts = True
    with pytest.raises(OutputError, match="no output device"):
        index_of("ALSA: headphones")
