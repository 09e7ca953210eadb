"""The stream a song is heard through."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from remixer.errors import OutputError
from remixer.playback.outputs import Audio, Bridge, Render
from remixer.playback.portaudio import (
    DEFAULT_ID,
    LATENCY_SECONDS,
    LONGEST_SECONDS,
    begin,
    index_of,
    let_go,
    library,
    reason_of,
    told_latency,
)
from remixer.playback.priority import raise_priority
from remixer.playback.xruns import Xruns

BLOCK_FRAMES = 512
_SILENT_FOR_SECONDS = 1.5
_STUCK_SECONDS = 0.3
_YOUNG_SECONDS = 2.0


class PortAudioOutput:
    """A stream to a device, at the song's rate or, where the device refuses that, through a resampler.

    Args:
        render: fills frames at the song's rate.
        rate: the song's rate.
        device: an id of `outputs`, or "" for the system's default.
        latency_seconds: how much sound to keep ready, as far as the device can.

    Raises:
        OutputError: the device is not there or cannot be opened.
    """

    def __init__(
        self,
        render: Render,
        rate: int,
        device: str = DEFAULT_ID,
        latency_seconds: float = LATENCY_SECONDS,
    ) -> None:
        sounddevice = library()
        self.rate = rate
        self.stuck = False
        self._xruns = Xruns()
        self.latency_seconds = latency_seconds
        self._render = render
        self._bridge: Bridge | None = None
        self._stereo = np.zeros((BLOCK_FRAMES, 2), np.float32)
        self._given = 0
        self._heard_at = (0, time.perf_counter())
        index = index_of(device)
        try:
            info = sounddevice.query_devices(index, "output")
            self.name = str(info["name"])
            self._channels = min(2, int(info["max_output_channels"]))
            self.device_rate = _rate(sounddevice, index, rate, int(info["default_samplerate"]))
            if self.device_rate != rate:
                self._bridge = Bridge(render, rate, self.device_rate)
            self._stream = self._open(sounddevice, index)
            begin(self._stream)
        except (sounddevice.PortAudioError, ValueError) as error:
            raise OutputError(
                f"The output device could not be opened: {reason_of(error)}.", repr(error)
            ) from error
        self._opened = self._called = time.perf_counter()
        self.latency_seconds = told_latency(self._stream, latency_seconds)

    @property
    def underruns(self) -> int:
        """How often the device ran dry."""
        return self._xruns.count

    @property
    def alive(self) -> bool:
        """Whether the device still asks for frames; one just opened is given little time to begin.

        A sound server may leave a new stream stuck after another program died; a second one then runs.
        """
        now = time.perf_counter()
        patience = _STUCK_SECONDS if now - self._opened < _YOUNG_SECONDS else _SILENT_FOR_SECONDS
        return bool(self._stream.active) and now - self._called < patience

    def heard(self) -> float:
        """Return how many frames of the song have been heard, as the device's clock tells it."""
        given, at = self._heard_at
        frames = min(given + (time.perf_counter() - at) * self.device_rate, float(self._given))
        return max(0.0, self._bridge.song_frames(frames) if self._bridge is not None else frames)

    def close(self) -> None:
        """End the stream at once."""
        self.stuck = not let_go(self._stream)

    def _open(self, sounddevice: Any, index: int | None) -> Any:
        return sounddevice.OutputStream(
            samplerate=self.device_rate,
            blocksize=BLOCK_FRAMES,
            device=index,
            channels=self._channels,
            dtype="float32",
            latency=self.latency_seconds,
            callback=self._callback,
        )

    def _callback(self, out: Audio, frames: int, times: Any, status: Any) -> None:
        """Fill the device's buffer. Thread: audio."""
        if not self._given:
            raise_priority("audio")
        now = time.perf_counter()
        self._called = now
        delay = times.outputBufferDacTime - times.currentTime
        self._heard_at = (
            self._given,
            now + (delay if 0 < delay < LONGEST_SECONDS else self.latency_seconds),
        )
        self._xruns.add(bool(status and status.output_underflow), times.currentTime)
        stereo = out if self._channels == 2 else self._stereo[:frames]
        try:
            if self._bridge is not None:
                self._bridge.render(stereo)
            else:
                self._render(stereo)
            if stereo is not out:
                np.mean(stereo, axis=1, keepdims=True, out=out)
        except Exception:  # noqa: BLE001  (an exception here would end the stream)
            out.fill(0.0)
        self._given += frames


def _rate(sounddevice: Any, index: int | None, rate: int, preferred: int) -> int:
    try:
        sounddevice.check_output_settings(index, 2, "float32", samplerate=rate)
    except sounddevice.PortAudioError:
        return preferred
    return rate
