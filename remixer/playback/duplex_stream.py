"""Streams that record, or record and play on one clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from remixer.errors import OutputError
from remixer.playback.outputs import Audio
from remixer.playback.portaudio import (
    DEFAULT_ID,
    LATENCY_SECONDS,
    begin,
    beside,
    id_of,
    index_of,
    let_go,
    library,
    reason_of,
    require_source,
    told_latency,
)
from remixer.playback.priority import raise_priority
from remixer.playback.pulse import recording_from
from remixer.playback.xruns import Xruns

_SILENT_FOR_SECONDS = 3.0
_SERVERS = ("default", "sysdefault", "pulse")
_PIPEWIRE, _PIPEWIRE_SECONDS = "pipewire", 0.03


class DuplexStream:
    """A stream that records, plays, or does both on one clock.

    Args:
        through: takes (n, 2) that was heard, silence if nothing is recorded, and fills (n, 2).
        rate: frames a second.
        block_frames: n.
        heard: the input device's id, "" for the system's default, None for no input.
        played: the output device's id, "" for the system's default, None for no output.

    Raises:
        OutputError: a device is not there or cannot be opened so.
    """

    def __init__(
        self,
        through: Callable[[Audio, Audio], None],
        rate: int,
        block_frames: int,
        heard: str | None,
        played: str | None,
    ) -> None:
        sounddevice = library()
        self._xruns = Xruns()
        self._calls = 0
        self._through = through
        self._heard, self._out = (np.zeros((block_frames, 2), np.float32) for _ in range(2))
        settings: dict[str, Any] = {"samplerate": rate, "blocksize": block_frames, "dtype": "float32"}
        try:
            into = index_of(heard, "input") if heard is not None else None
            onto = index_of(played, "output") if played is not None else None
            settings["latency"] = _latency(heard, played)
            if played is None:
                require_source(heard or "")
                with recording_from(heard or ""):
                    self._stream = sounddevice.InputStream(
                        device=into, channels=_channels(into, "input"), callback=self._record, **settings
                    )
            elif heard is None:
                self._stream = sounddevice.OutputStream(
                    device=onto, channels=_channels(onto, "output"), callback=self._play, **settings
                )
            else:
                channels = (_channels(into, "input"), _channels(onto, "output"))
                self._stream = sounddevice.Stream(
                    device=(into, onto), channels=channels, callback=self._callback, **settings
                )
            begin(self._stream)
        except (sounddevice.PortAudioError, ValueError) as error:
            reason = reason_of(error)
            raise OutputError(f"The sound device could not be opened: {reason}.", repr(error)) from error
        self._called = time.perf_counter()
        self.latency_seconds = told_latency(self._stream, block_frames / rate)

    @property
    def alive(self) -> bool:
        """Whether the devices still run: some hang for ever without saying so."""
        return bool(self._stream.active) and time.perf_counter() - self._called < _SILENT_FOR_SECONDS

    def close(self) -> bool:
        """End the stream at once; return whether it ended."""
        return let_go(self._stream)

    def _record(self, heard: Audio, frames: int, times: Any, status: Any) -> None:
        self._callback(heard, self._out[:frames], frames, times, status)

    def _play(self, out: Audio, frames: int, times: Any, status: Any) -> None:
        self._callback(self._heard[:frames], out, frames, times, status)

    def _callback(self, heard: Audio, out: Audio, frames: int, times: Any, status: Any) -> None:
        """Pass a block through. Thread: audio."""
        if not self._calls:
            raise_priority("audio")
        self._called = time.perf_counter()
        self._calls += 1
        self._xruns.add(bool(status), times.currentTime)
        try:
            given = self._heard[:frames]
            if heard is not given:
                given[:] = heard
            stereo = out if out.shape[1] == 2 else self._out[:frames]
            self._through(given, stereo)
            if stereo is not out:
                np.mean(stereo, axis=1, keepdims=True, out=out)
        except Exception:  # noqa: BLE001  (an exception here would end the stream)
            out.fill(0.0)


def served(device: str, kind: str) -> bool:
    """Whether a device, "input" or "output", is PulseAudio behind ALSA, or may be.

    It comes in bursts, plays dry at low latency, and its plug-in breaks off streams that record and play.

    Raises:
        OutputError: there is no such device.
    """
    return _described(device, kind).get("name") in _SERVERS


def paired(heard: str, played: str) -> tuple[str, str]:
    """Where one device was chosen, take the other from the same sound system: only there they share a clock.

    Where none was, PipeWire is taken if it runs: the default may be PulseAudio, which is slow.

    Raises:
        OutputError: there is no such device.
    """
    if not heard and not played:
        heard = played = _pipewire()
    return heard or _mate(played, "input"), played or _mate(heard, "output")


def preferred_rate(heard: str, played: str) -> int:
    """Return the rate the output device prefers, or the input device's if there is no output.

    Raises:
        OutputError: there is no such device, or none at all.
    """
    index_of(heard, "input")
    return int(_described(played, "output")["default_samplerate"])


def input_rate(device: str, rate: int) -> int:
    """Return that rate if the input device can have it, else the one it prefers.

    Raises:
        OutputError: there is no such device.
    """
    sounddevice = library()
    index = index_of(device, "input")
    try:
        sounddevice.check_input_settings(index, _channels(index, "input"), "float32", samplerate=rate)
    except sounddevice.PortAudioError:
        return int(sounddevice.query_devices(index, "input")["default_samplerate"])
    return rate


def _mate(device: str, kind: str) -> str:
    return device if device and device == _pipewire() else beside(device, kind)


def _pipewire() -> str:
    """Return the id of PipeWire's own device, "" if it does not run or does not both record and play."""
    for one in library().query_devices():
        if one["name"] == _PIPEWIRE and one["max_input_channels"] and one["max_output_channels"]:
            return id_of(one)
    return DEFAULT_ID


def _latency(heard: str | None, played: str | None) -> float | str:
    """Return what to ask the devices for: little, but what a sound server can keep to."""
    if played is not None and served(played, "output"):
        return LATENCY_SECONDS
    chosen = {"input": heard, "output": played}
    names = [_described(one, kind).get("name") for kind, one in chosen.items() if one is not None]
    return _PIPEWIRE_SECONDS if _PIPEWIRE in names else "low"


def _described(device: str, kind: str) -> Any:
    """Return what PortAudio tells of a device, as a dictionary."""
    sounddevice = library()
    try:
        return sounddevice.query_devices(index_of(device, kind), kind)
    except (sounddevice.PortAudioError, ValueError) as error:
        raise OutputError(f"There is no sound device: {reason_of(error)}.", repr(error)) from error


def _channels(index: int | None, kind: str) -> int:
    return min(2, int(library().query_devices(index, kind)[f"max_{kind}_channels"]))
