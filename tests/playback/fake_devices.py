"""Sound devices that run by hand, break off, and vanish: what `sounddevice` looks like to a stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from remixer.playback import duplex, duplex_stream, output_stream, portaudio

RATE, BLOCK = 44_100, 512
Audio = NDArray[np.float32]


class DevicesError(Exception):
    """A device refuses."""


class Stream:
    """A stream that calls when it is told to."""

    def __init__(self, devices: Devices, kind: str, settings: dict[str, Any]) -> None:
        if devices.gone or kind in devices.refused:
            raise DevicesError("Device unavailable.")
        self.active, self.kind = False, kind
        self.samplerate, self.latency, self.asked = float(settings["samplerate"]), 0.01, settings["latency"]
        self._devices, self._callback = devices, settings["callback"]
        devices.streams.append(self)

    def start(self) -> None:
        if self.kind in self._devices.asleep:
            raise DevicesError("It does not start.")
        self.active = True

    def abort(self) -> None:
        self.active = False

    def close(self) -> None:
        self._devices.closed.append(self)

    def call(self, heard: Audio) -> Audio:
        """Give a block to the callback, and return what it played."""
        out, times = np.full_like(heard, 9.0), SimpleNamespace(currentTime=0.0, outputBufferDacTime=0.0)
        if self.kind == "Stream":
            self._callback(heard, out, len(heard), times, False)
        else:
            self._callback(heard if self.kind == "InputStream" else out, len(heard), times, False)
        return out


class Devices:
    """The `sounddevice` module and its devices.

    Attributes:
        name: what the default devices are called.
        refused: kinds of streams that cannot be opened.
        asleep: kinds of streams that can be opened and do not start.
        gone: no stream can.
        seconds: the clock that streams read.
    """

    PortAudioError = DevicesError

    def __init__(self) -> None:
        self.name, self.gone, self.seconds = "system", False, 100.0
        self.refused: set[str] = set()
        self.asleep: set[str] = set()
        self.streams: list[Stream] = []
        self.closed: list[Stream] = []
        self.rescans = 0

    def query_devices(self, index: int | None = None, kind: str = "") -> Any:
        channels = {"max_input_channels": 2, "max_output_channels": 2}
        one = {"name": self.name, "index": 0, "hostapi": 0, "default_samplerate": float(RATE), **channels}
        return one if kind else [one]

    def query_hostapis(self, index: int) -> dict[str, Any]:
        return {"name": "ALSA"}

    def check_input_settings(self, *_: Any, **__: Any) -> None:
        """Take every rate."""

    check_output_settings = check_input_settings

    def Stream(self, **settings: Any) -> Stream:  # noqa: N802
        return Stream(self, "Stream", settings)

    def InputStream(self, **settings: Any) -> Stream:  # noqa: N802
        return Stream(self, "InputStream", settings)

    def OutputStream(self, **settings: Any) -> Stream:  # noqa: N802
        return Stream(self, "OutputStream", settings)

    def running(self) -> list[Stream]:
        """Return the streams that have not been closed."""
        return [stream for stream in self.streams if stream not in self.closed]

    def break_off(self) -> None:
        """End all streams, as a sound server's plug-in does."""
        for stream in self.running():
            stream.active = False

    def rescan(self) -> None:
        assert not self.running()
        self.rescans += 1

    def perf_counter(self) -> float:
        return self.seconds

    monotonic = perf_counter


@contextmanager
def fake_devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[Devices]:
    """Put such devices in the place of the system's."""
    made = Devices()
    with monkeypatch.context() as patch:
        patch.setattr(duplex_stream, "library", lambda: made)
        patch.setattr(output_stream, "library", lambda: made)
        patch.setattr(portaudio, "library", lambda: made)
        patch.setattr(duplex, "rescan", made.rescan)
        patch.setattr(duplex, "time", made)
        patch.setattr(output_stream, "time", made)
        yield made
