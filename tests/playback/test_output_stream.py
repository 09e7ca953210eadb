from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from fake_devices import BLOCK, RATE, Devices, Stream, fake_devices

from remixer.errors import OutputError
from remixer.playback.output_stream import PortAudioOutput

ONES = np.ones((BLOCK, 2), np.float32)


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[Devices]:
    with fake_devices(monkeypatch) as made:
        yield made


def opened() -> PortAudioOutput:
    return PortAudioOutput(lambda out: out.fill(0.5), RATE)


def test_a_device_gets_what_is_rendered(devices: Devices) -> None:
    output = opened()
    assert (devices.streams[0].call(ONES) == 0.5).all()
    assert (output.name, output.rate, output.alive) == ("system", RATE, True)
    output.close()
    assert not devices.running() and not output.stuck


def test_a_device_that_takes_long_to_open_is_not_held_to_be_stuck(
    devices: Devices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(stream: Stream) -> None:
        devices.seconds += 1.0
        stream.active = True

    monkeypatch.setattr(Stream, "start", start)
    output = opened()
    assert output.alive
    devices.seconds += 0.4
    assert not output.alive
    devices.streams[0].call(ONES)
    assert output.alive


def test_a_device_that_does_not_start_is_let_go(devices: Devices) -> None:
    devices.asleep = {"OutputStream"}
    with pytest.raises(OutputError, match="It does not start"):
        opened()
    assert not devices.running()
