from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fake_devices import BLOCK, Devices, Stream, fake_devices
from fake_stream import FakeStream

from remixer.errors import OutputError
from remixer.mixing.controls import STEMS
from remixer.playback import listening, live_desk, portaudio
from remixer.playback.engine import Engine
from remixer.playback.live_desk import LiveDesk

ONES = np.ones((BLOCK, 2), np.float32)


class Ended(BaseException):
    """The process would have ended."""


class Pipe:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []

    def send(self, message: tuple[Any, ...]) -> None:
        self.sent.append(message)

    def names(self) -> list[str]:
        return [message[0] for message in self.sent]


def fake_stream(*_: Any) -> Any:
    return FakeStream()


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[Devices]:
    def end(_: int) -> None:
        raise Ended

    monkeypatch.setattr(live_desk.os, "_exit", end)
    monkeypatch.setattr(listening.Listening.__init__, "__defaults__", (True, 0, fake_stream))
    with fake_devices(monkeypatch) as made:
        yield made


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


@pytest.fixture
def desk(devices: Devices, pipe: Pipe) -> LiveDesk:
    connection: Any = pipe
    speaker: Any = SimpleNamespace(wanted="", close=lambda: None, free=devices.rescan)
    ahead: Any = SimpleNamespace(card=SimpleNamespace(stems=STEMS, take_id="fake"))
    return LiveDesk(connection, Engine(), speaker, ahead, lambda: None)


def test_devices_that_are_gone_end_it_with_a_sentence_and_its_files(
    tmp_path: Path, desk: LiveDesk, devices: Devices, pipe: Pipe
) -> None:
    desk.listen("", True, 0)
    desk.record(str(tmp_path))
    devices.streams[-1].call(ONES)
    devices.gone = True
    devices.break_off()
    desk.tend(None)
    assert not desk.on
    assert pipe.names() == ["hushed", "failed", "recorded"]
    assert "went away" in pipe.sent[1][1]
    assert len(list(tmp_path.glob("*.wav"))) == len(STEMS) + 1


def test_devices_that_break_off_are_no_matter(desk: LiveDesk, devices: Devices, pipe: Pipe) -> None:
    desk.listen("", True, 0)
    devices.break_off()
    desk.tend(None)
    assert desk.on and len(devices.running()) == 1 and pipe.sent == []
    desk.hush()


def test_devices_that_do_not_let_go_end_the_process_after_its_recording(
    tmp_path: Path, desk: LiveDesk, devices: Devices, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr(portaudio, "_CLOSE_SECONDS", 0.1)
    monkeypatch.setattr(Stream, "close", lambda stream: released.wait(60))
    desk.listen("", True, 0)
    desk.record(str(tmp_path))
    devices.streams[-1].call(ONES)
    devices.break_off()
    with pytest.raises(Ended):
        desk.tend(None)
    released.set()
    assert pipe.names() == ["recorded"]


def test_a_process_that_cannot_go_on_listening_says_that_it_is_over(
    desk: LiveDesk, devices: Devices, pipe: Pipe
) -> None:
    devices.gone = True
    with pytest.raises(OutputError, match="went away"):
        desk.resume("", True, 0)
    assert not desk.on and pipe.names() == ["hushed"]
    devices.gone = False
    desk.resume("", True, 0)
    assert desk.on
    desk.hush()
