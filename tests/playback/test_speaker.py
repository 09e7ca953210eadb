from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from remixer.errors import OutputError
from remixer.playback.outputs import Audio, Bridge, OutputDevice, PacedOutput, Render, SilentOutput
from remixer.playback.speaker import Speaker

RATE = 44_100


class Device:
    """An output on a made-up device."""

    def __init__(self, name: str, rate: int, latency_seconds: float) -> None:
        self.name, self.rate, self.latency_seconds = name, rate, latency_seconds
        self.underruns, self.alive, self.closed = 0, True, False
        self.stuck = False

    def heard(self) -> float:
        return 100.0

    def close(self) -> None:
        self.closed = True


class House:
    """A system with devices that come and go."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.rendered = 0
        self.rescans = 0
        self.ended: list[int] = []
        self.speaker = Speaker(
            self._render, lambda: self.rendered, self._open, self._find, self._rescan, self.ended.append
        )

    def _render(self, out: Audio) -> None:
        out.fill(0.0)

    def _open(self, render: Render, rate: int, device: str, latency_seconds: float) -> Device:
        wanted = device or (self.names[0] if self.names else "")
        if wanted not in self.names:
            raise OutputError(f"There is no output device “{wanted}” now.")
        return Device(wanted, rate, latency_seconds)

    def _find(self) -> list[OutputDevice]:
        return [OutputDevice(name, name, RATE, 0.05) for name in self.names]

    def _rescan(self) -> None:
        self.rescans += 1

    @property
    def device(self) -> Device:
        assert isinstance(self.speaker.output, Device)
        return self.speaker.output


@pytest.fixture
def house() -> Iterator[House]:
    made = House("built-in", "headphones")
    yield made
    made.speaker.close()


def test_the_default_device_is_opened_without_a_word(house: House) -> None:
    house.speaker.open(RATE)
    assert house.device.name == "built-in"
    assert house.speaker.message == ""


def test_a_chosen_device_is_opened_and_the_old_one_closed(house: House) -> None:
    house.speaker.open(RATE)
    before = house.device
    house.speaker.choose("headphones", RATE)
    assert before.closed
    assert house.device.name == "headphones"
    house.speaker.open(48_000)
    assert (house.device.name, house.device.rate) == ("headphones", 48_000)


def test_a_device_that_is_not_there_is_said_and_replaced(house: House) -> None:
    house.speaker.choose("usb", RATE)
    assert house.device.name == "built-in"
    assert house.speaker.message == "There is no output device “usb” now. Playing on “built-in” instead."
    assert house.rescans == 1


def test_a_device_that_vanishes_is_replaced_by_the_next(house: House) -> None:
    house.speaker.choose("headphones", RATE)
    house.rendered = 5000
    house.device.alive = False
    house.device.underruns = 2
    house.names.remove("headphones")
    house.speaker.watch()
    assert house.device.name == "built-in"
    assert house.speaker.message == "“headphones” stopped; playing on “built-in”."
    assert house.speaker.heard() == 5100
    assert house.speaker.underruns == 2


def test_without_an_open_device_the_song_stands_where_it_was_left(house: House) -> None:
    house.speaker.open(RATE)
    house.rendered = 5000
    house.speaker.close()
    assert house.speaker.heard() == 5000


def test_a_device_that_does_not_let_go_ends_the_process(house: House) -> None:
    house.speaker.open(RATE)
    house.speaker.open(RATE)
    assert house.ended == []
    house.device.alive, house.device.stuck = False, True
    house.speaker.watch()
    assert house.ended == [1]


def test_without_a_device_the_song_goes_on_unheard_until_there_is_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.names.clear()
    house.speaker.open(RATE)
    assert house.speaker.silent
    assert isinstance(house.speaker.output, PacedOutput)
    assert "unheard" in house.speaker.message
    house.speaker.watch()
    assert house.speaker.silent
    house.names.append("usb")
    monkeypatch.setattr("remixer.playback.speaker.time.monotonic", lambda: 1e12)
    house.speaker.watch()
    assert house.device.name == "usb"
    assert house.speaker.message == "Playing on “usb”."


def test_a_device_that_is_held_is_taken_as_it_is(house: House) -> None:
    house.speaker.stand_by("headphones", 48_000)
    held = house.device
    house.speaker.begin("headphones", RATE)
    assert house.device is held
    house.speaker.begin("built-in", RATE)
    assert held.closed
    assert house.device.name == "built-in"


def test_a_device_that_cannot_be_held_is_no_matter(house: House) -> None:
    house.speaker.stand_by("usb", RATE)
    assert house.speaker.output is None
    assert house.speaker.message == ""
    house.speaker.begin("headphones", RATE)
    assert house.device.name == "headphones"


def test_a_device_that_keeps_running_dry_gets_more(house: House) -> None:
    house.speaker.open(RATE)
    house.device.underruns = 1
    house.speaker.watch()
    assert house.device.latency_seconds == 0.08
    dry = house.device
    dry.underruns = 2
    house.speaker.watch()
    assert dry.closed
    assert house.device.latency_seconds == 0.12
    assert house.speaker.message == "The sound broke off twice; more of it is kept ready now."
    assert house.speaker.underruns == 2
    house.device.underruns = 9
    house.speaker.watch()
    longest = house.device
    assert longest.latency_seconds == 0.18
    longest.underruns = 9
    house.speaker.watch()
    assert house.device is longest
    house.speaker.open(48_000)
    assert house.device.latency_seconds == 0.18
    house.speaker.choose("headphones", RATE)
    assert house.device.latency_seconds == 0.08


def test_a_device_that_runs_dry_now_and_then_is_left_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("remixer.playback.buffering.time.monotonic", lambda: now)
    house.speaker.open(RATE)
    device = house.device
    for _ in range(9):
        now += 601.0
        device.underruns += 1
        house.speaker.watch()
    assert house.device is device


def test_a_silent_output_gives_what_is_rendered() -> None:
    output = SilentOutput(lambda out: out.fill(0.5), RATE)
    assert output.pull(100).shape == (100, 2)
    assert output.heard() == 100


def test_a_device_of_another_rate_gets_the_song_resampled() -> None:
    position = 0

    def render(out: Audio) -> None:
        nonlocal position
        places = np.arange(position, position + len(out))
        out[:] = np.sin(2 * np.pi * 440 / RATE * places)[:, None]
        position += len(out)

    bridge = Bridge(render, RATE, 48_000)
    blocks = [np.zeros((512, 2), np.float32) for _ in range(100)]
    for block in blocks:
        bridge.render(block)
    made = np.concatenate(blocks)[4800:]
    spectrum = np.abs(np.fft.rfft(made[:48_000, 0] * np.hanning(len(made[:48_000]))))
    assert spectrum.argmax() * 48_000 / len(made[:48_000]) == pytest.approx(440, abs=2)
    assert np.abs(np.diff(made, axis=0)).max() < 1.02 * 2 * np.pi * 440 / 48_000
    assert bridge.song_frames(48_000) == pytest.approx(RATE)
