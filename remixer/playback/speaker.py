"""The output in use: opened, watched, and replaced when its device goes away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from remixer.errors import OutputError
from remixer.playback import portaudio
from remixer.playback.buffering import Buffering
from remixer.playback.output_stream import PortAudioOutput
from remixer.playback.outputs import Output, OutputDevice, PacedOutput, Render

Opener = Callable[[Render, int, str, float], Output]

_RETRY_SECONDS = 2.0


class Speaker:
    """Keeps the music on some device, and on a silent one while there is none.

    Args:
        render: fills frames at the song's rate.
        rendered: tells how many frames have been rendered so far.
        open_output: opens a device by its id, "" for the system's default, with so many seconds kept ready.
        find: lists the devices there are, the default first.
        rescan: looks for them anew; called while none is open.
        end: called when a device does not let go, as that of a sound server that died: nothing can be opened
            beside it, so the process ends, and the one that waits takes over.

    Thread: the control loop's.
    """

    def __init__(
        self,
        render: Render,
        rendered: Callable[[], int],
        open_output: Opener = PortAudioOutput,
        find: Callable[[], list[OutputDevice]] = portaudio.outputs,
        rescan: Callable[[], None] = portaudio.rescan,
        end: Callable[[int], None] = os._exit,
    ) -> None:
        self.message = ""
        self.wanted = ""
        self.output: Output | None = None
        self._render = render
        self._rendered = rendered
        self._open_output = open_output
        self._find = find
        self._rescan = rescan
        self._end = end
        self._buffering = Buffering()
        self._base = 0
        self._underruns = 0
        self._retry_due = 0.0

    @property
    def underruns(self) -> int:
        """How often a device ran dry so far."""
        return self._underruns + (self.output.underruns if self.output is not None else 0)

    @property
    def silent(self) -> bool:
        """Whether there is no device."""
        return isinstance(self.output, PacedOutput)

    def heard(self) -> float:
        """Return how many of the frames rendered so far have been heard; all, while no device is open."""
        return self._base + (self.output.heard() if self.output is not None else 0.0)

    def choose(self, device: str, rate: int) -> None:
        """Change to a device; "" is the system's default."""
        self.wanted = device
        self._buffering = Buffering()
        self.open(rate)

    def stand_by(self, device: str, rate: int) -> None:
        """Hold a device open if it can be had, without a word if not."""
        self.close()
        self.wanted = device
        self._try(device, rate)

    def begin(self, device: str, rate: int) -> None:
        """Take the device that is held, or open it."""
        if self.output is None or self.wanted != device or not self.output.alive:
            self.choose(device, rate)

    def open(self, rate: int) -> None:
        """Open the wanted device at the song's rate, else the next one, else none."""
        self.close()
        reason = self._open_wanted(rate)
        if reason is None:
            self.message = ""
            return
        self._rescan()
        if self._open_wanted(rate) is None:
            self.message = ""
            return
        for device in [OutputDevice("", "", 0, 0.0), *self._find()]:
            if device.id != self.wanted and self._try(device.id, rate) is None:
                name = self.output.name if self.output is not None else ""
                self.message = f"{reason} Playing on “{name}” instead."
                return
        self._begin(PacedOutput(self._render, rate))
        self._retry_due = time.monotonic() + _RETRY_SECONDS
        self.message = "No output device could be opened; the song goes on unheard until there is one."

    def watch(self) -> None:
        """Go on on the next device if this one is gone, and with more kept ready if it keeps running dry."""
        output = self.output
        if output is None:
            return
        if not output.alive:
            name, rate = output.name, output.rate
            self.close()
            self._rescan()
            self.open(rate)
            if self.output is not None and not self.silent and self.output.name != name:
                self.message = f"“{name}” stopped; playing on “{self.output.name}”."
        elif self.silent:
            if time.monotonic() >= self._retry_due:
                self._come_back(output.rate)
        elif self._buffering.grows(output.underruns):
            self.open(output.rate)
            self.message = self.message or "The sound broke off twice; more of it is kept ready now."

    def close(self) -> None:
        """Close the device."""
        if self.output is not None:
            self._underruns += self.output.underruns
            self.output.close()
            if self.output.stuck:
                self._end(1)
            self.output = None
            self._base = self._rendered()

    def free(self) -> None:
        """Close the device and look anew which ones there are."""
        self.close()
        self._rescan()

    def _come_back(self, rate: int) -> None:
        self._retry_due = time.monotonic() + _RETRY_SECONDS
        self._rescan()
        if not self._find():
            return
        self.open(rate)
        if self.output is not None and not self.silent:
            self.message = f"Playing on “{self.output.name}”."

    def _open_wanted(self, rate: int) -> str | None:
        return self._try(self.wanted, rate)

    def _try(self, device: str, rate: int) -> str | None:
        try:
            output = self._open_output(self._render, rate, device, self._buffering.seconds)
        except OutputError as error:
            return error.message
        self._begin(output)
        return None

    def _begin(self, output: Output) -> None:
        self._base = self._rendered()
        self._buffering.begin()
        self.output = output
