from __future__ import annotations

import os
import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

from remixer.errors import OutputError
from remixer.playback import pulse
from remixer.playback.portaudio import require_source
from remixer.playback.pulse import Source, recording_from, sources

TOLD = """[
    {"index": 0, "name": "alsa_input.usb", "description": "USB “Mikrofon”",
     "sample_specification": "s16le 1ch 48000Hz"},
    {"index": 1, "name": "speakers.monitor", "description": "Monitor of Speakers",
     "sample_specification": "float32le 2ch 44100Hz"}
]"""


def tell(monkeypatch: pytest.MonkeyPatch, told: str | Exception) -> None:
    def run(*_: Any, **__: Any) -> Any:
        if isinstance(told, Exception):
            raise told
        return SimpleNamespace(stdout=told.encode())

    monkeypatch.setattr(pulse.shutil, "which", lambda _: "/usr/bin/pactl")
    monkeypatch.setattr(pulse.subprocess, "run", run)


def test_sources_are_listed_with_the_names_the_system_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    tell(monkeypatch, TOLD)
    assert sources() == [
        Source("PulseAudio: alsa_input.usb", "USB “Mikrofon”", 48_000),
        Source("PulseAudio: speakers.monitor", "Monitor of Speakers", 44_100),
    ]


def test_the_tool_is_asked_where_numbers_are_written_as_json_wants_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(*_: Any, env: dict[str, str] | None = None, **__: Any) -> Any:
        german = (env or os.environ).get("LC_ALL") == "de_DE.UTF-8"
        told = TOLD.replace('"index"', f'"balance": {"0,00" if german else "0.00"}, "index"')
        return SimpleNamespace(stdout=told.encode())

    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setattr(pulse.shutil, "which", lambda _: "/usr/bin/pactl")
    monkeypatch.setattr(pulse.subprocess, "run", run)
    assert len(sources()) == 2


@pytest.mark.parametrize(
    "told", ["", "[{}]", "{", "[3]", OSError(), subprocess.TimeoutExpired("pactl", 2)], ids=repr
)
def test_a_server_that_does_not_answer_has_none(
    monkeypatch: pytest.MonkeyPatch, told: str | Exception
) -> None:
    tell(monkeypatch, told)
    assert sources() == []


def test_without_its_tool_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse.shutil, "which", lambda _: None)
    assert sources() == []


def test_a_source_that_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tell(monkeypatch, TOLD)
    require_source("PulseAudio: speakers.monitor")
    require_source("ALSA: another system's")
    with pytest.raises(OutputError, match="There is no input device “gone” now"):
        require_source("PulseAudio: gone")


@pytest.mark.parametrize("before", [None, "mine"])
def test_a_source_is_told_only_while_its_stream_is_opened(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    monkeypatch.delenv("PULSE_SOURCE", raising=False)
    if before is not None:
        monkeypatch.setenv("PULSE_SOURCE", before)
    with recording_from("PulseAudio: alsa_input.usb"):
        assert os.environ["PULSE_SOURCE"] == "alsa_input.usb"
    assert os.environ.get("PULSE_SOURCE") == before
    with recording_from("ALSA: pulse"):
        assert os.environ.get("PULSE_SOURCE") == before
