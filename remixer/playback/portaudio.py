"""PortAudio: the only place that knows sounddevice."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from remixer.errors import OutputError
from remixer.playback import pulse
from remixer.playback.outputs import OutputDevice
from remixer.playback.priority import raise_server_thread

LATENCY_SECONDS = 0.08
DEFAULT_ID = ""
LONGEST_SECONDS = 2.0
_CLOSE_SECONDS = 2.0
_WRAP_FRAMES = 2**32


def available() -> str:
    """Return an empty string if PortAudio is there and runs, else a sentence that says what is missing."""
    try:
        import sounddevice

        if not sounddevice._initialized:
            sounddevice._initialize()
    except Exception as error:  # noqa: BLE001  (where it does not start, its own error cannot be named)
        return f"No sound can be played: {error}."
    return ""


def library() -> Any:
    """Return the sounddevice module.

    Raises:
        OutputError: PortAudio is not there, or does not start.
    """
    reason = available()
    if reason:
        raise OutputError(reason)
    import sounddevice

    return sounddevice


def rescan() -> None:
    """Look for devices anew; no stream may be open. PortAudio lists them once and never looks again.

    Where it does not start again there are none, until `available` gets it to.
    """
    if available():
        return
    import sounddevice

    with contextlib.suppress(sounddevice.PortAudioError):
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


def begin(stream: Any) -> None:
    """Start a stream; one that does not start is let go of, lest it keeps its devices from the next."""
    raise_server_thread()
    try:
        stream.start()
    except Exception:
        let_go(stream)
        raise


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
    return total if 0 <= total < LONGEST_SECONDS else otherwise * len(told)


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
