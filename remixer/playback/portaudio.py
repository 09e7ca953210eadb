"""PortAudio: the only place that knows sounddevice."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

import numpy as np

from remixer.errors import OutputError
from remixer.playback import pulse
from remixer.playback.outputs import Audio, Bridge, OutputDevice, Render
from remixer.playback.priority import raise_priority, raise_server_thread
from remixer.playback.xruns import Xruns

LATENCY_SECONDS = 0.08
BLOCK_FRAMES = 512
DEFAULT_ID = ""
_SILENT_FOR_SECONDS = 1.5
_STUCK_SECONDS = 0.3
_YOUNG_SECONDS = 2.0
_LONGEST_SECONDS = 2.0
_CLOSE_SECONDS = 2.0
_WRAP_FRAMES = 2**32


def available() -> str:
    """Return an empty string if PortAudio is there, else a sentence that says what is missing."""
    try:
        import sounddevice  # noqa: F401
    except (OSError, ImportError) as error:
        return f"No sound can be played: {error}."
    return ""


def library() -> Any:
    """Return the sounddevice module.

    Raises:
        OutputError: PortAudio is not there.
    """
    reason = available()
    if reason:
        raise OutputError(reason)
    import sounddevice

    return sounddevice


def rescan() -> None:
    """Look for devices anew; no stream may be open. PortAudio lists them once and never looks again."""
    if available():
        return
    import sounddevice

    sounddevice._terminate()
    sounddevice._initialize()


def outputs() -> list[OutputDevice]:
    """Return the devices that can play, the system's default first."""
    if available():
        return []
    import sounddevice

    try:
        found = list(sounddevice.query_devices())
        default = sounddevice.default.device[1]
    except sounddevice.PortAudioError:
        return []
    playing = [one for one in found if one["max_output_channels"] > 0]
    playing.sort(key=lambda one: one["index"] != default)
    return [_described(one) for one in playing]


def inputs() -> list[OutputDevice]:
    """Return what can record, the system's default first, the sources of a sound server last."""
    if available():
        return []
    import sounddevice

    try:
        found = [one for one in sounddevice.query_devices() if one["max_input_channels"] > 0]
        default = sounddevice.default.device[0]
    except sounddevice.PortAudioError:
        return []
    found.sort(key=lambda one: one["index"] != default)
    devices = [_described(one, "default_low_input_latency") for one in found]
    server = next((one for one in devices if one.name == pulse.DEVICE), None)
    if server is None:
        return devices
    return devices + [OutputDevice(one.id, one.name, one.rate, server.latency) for one in pulse.sources()]


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
        self._opened = self._called = time.perf_counter()
        index = index_of(device)
        try:
            info = sounddevice.query_devices(index, "output")
            self.name = str(info["name"])
            self._channels = min(2, int(info["max_output_channels"]))
            self.device_rate = _rate(sounddevice, index, rate, int(info["default_samplerate"]))
            if self.device_rate != rate:
                self._bridge = Bridge(render, rate, self.device_rate)
            self._stream = self._open(sounddevice, index)
            raise_server_thread()
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise OutputError(
                f"The output device could not be opened: {reason_of(error)}.", repr(error)
            ) from error
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
            now + (delay if 0 < delay < _LONGEST_SECONDS else self.latency_seconds),
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


def index_of(device: str, kind: str = "output") -> int | None:
    """Return the number PortAudio knows a device by, None for the system's default.

    Raises:
        OutputError: there is no such device.
    """
    if device in (DEFAULT_ID, "default"):
        return None
    name = pulse.DEVICE if pulse.is_source(device) else device
    for one in library().query_devices():
        if name in (id_of(one), one["name"], str(one["index"])) and one[f"max_{kind}_channels"] > 0:
            return int(one["index"])
    raise _missing(device, kind)


def require_source(device: str) -> None:
    """See that an input is still there if it is a sound server's source, which PortAudio does not know.

    Raises:
        OutputError: it is not.
    """
    if pulse.is_source(device) and all(source.id != device for source in pulse.sources()):
        raise _missing(device, "input")


def beside(device: str, kind: str) -> str:
    """Return the default device, "input" or "output", of the sound system that another device belongs to.

    Raises:
        OutputError: there is no such device.
    """
    index = index_of(device, "input" if kind == "output" else "output")
    if index is None:
        return DEFAULT_ID
    sounddevice = library()
    system = sounddevice.query_hostapis(sounddevice.query_devices(index)["hostapi"])
    found = int(system[f"default_{kind}_device"])
    return id_of(sounddevice.query_devices(found)) if found >= 0 else DEFAULT_ID


def let_go(stream: Any) -> bool:
    """End a stream at once; return whether it ended. One of a sound server that died may never."""
    closing = threading.Thread(target=_close, args=(stream,), name="closing", daemon=True)
    closing.start()
    closing.join(_CLOSE_SECONDS)
    return not closing.is_alive()


def told_latency(stream: Any, otherwise: float) -> float:
    """Return a stream's latency in seconds, in and out together.

    PortAudio takes a block from what JACK tells, in numbers without a sign: less than nothing becomes very
    much. The sum is right all the same. A device that tells nonsense is taken at `otherwise` a direction.
    """
    told = stream.latency if isinstance(stream.latency, tuple) else (stream.latency,)
    wrapped = _WRAP_FRAMES / stream.samplerate
    total = float(sum(one - wrapped if one > wrapped / 2 else one for one in told))
    return total if 0 <= total < _LONGEST_SECONDS else otherwise * len(told)


def _missing(device: str, kind: str) -> OutputError:
    return OutputError(f"There is no {kind} device “{device.partition(': ')[2] or device}” now.")


def _close(stream: Any) -> None:
    with contextlib.suppress(library().PortAudioError):
        stream.abort()
        stream.close()


def _described(one: Any, latency: str = "default_low_output_latency") -> OutputDevice:
    return OutputDevice(id_of(one), str(one["name"]), int(one["default_samplerate"]), float(one[latency]))


def id_of(one: Any) -> str:
    """Return what a device that PortAudio lists is known by."""
    return f"{library().query_hostapis(one['hostapi'])['name']}: {one['name']}"


def reason_of(error: Exception) -> str:
    """Return what PortAudio says, without a full stop."""
    return str(error.args[0] if error.args else error).rstrip(".").replace("\n", " ")
