"""Input and output at once: on one clock where the devices share one, else joined by a bridge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from remixer.errors import OutputError
from remixer.playback.drift import DriftBridge
from remixer.playback.duplex_stream import DuplexStream, input_rate, paired, preferred_rate
from remixer.playback.outputs import Audio

Through = Callable[[Audio, Audio], None]

LATENCY_SECONDS = 0.01
_TARGET_BLOCKS = 3


class Duplex:
    """Gives every block that is recorded to a function that fills the one that is played.

    Args:
        through: takes (n, 2) that was heard and fills (n, 2).
        rate: frames a second, of the output.
        block_frames: the largest n.
        input_device: an id of `portaudio.inputs`; "" is the default beside the output, or the system's.
        output_device: an id of `portaudio.outputs`; "" is the default beside the input, or the system's.

    Attributes:
        latency_seconds: what the devices, and the bridge where there is one, add.
        frames: frames so far.
        one_clock: whether both devices run on one stream.

    Raises:
        OutputError: a device is not there or cannot be opened.
    """

    def __init__(
        self, through: Through, rate: int, block_frames: int, input_device: str = "", output_device: str = ""
    ) -> None:
        self.frames = 0
        self._through = through
        self._bridge: DriftBridge | None = None
        self._heard: Audio | None = None
        input_device, output_device = paired(input_device, output_device)
        try:
            self._streams = [DuplexStream(self._both, rate, block_frames, input_device, output_device)]
            self.one_clock = True
        except OutputError:
            self._streams = self._two_streams(rate, block_frames, input_device, output_device)
            self.one_clock = False
        self.latency_seconds = sum(stream.latency_seconds for stream in self._streams)
        if self._bridge is not None:
            self.latency_seconds += self._bridge.delay_frames / rate

    @staticmethod
    def rate_for(input_device: str, output_device: str) -> int:
        """Return the rate live sound runs at: the one the output device prefers.

        Raises:
            OutputError: there is no such device, or none at all.
        """
        return preferred_rate(*paired(input_device, output_device))

    @property
    def gaps(self) -> int:
        """How often the devices lost each other."""
        return self._bridge.gaps if self._bridge is not None else 0

    @property
    def alive(self) -> bool:
        """Whether the devices still run."""
        return all(stream.alive for stream in self._streams)

    def close(self) -> None:
        """Stop."""
        for stream in self._streams:
            stream.close()

    def _two_streams(
        self, rate: int, block_frames: int, input_device: str, output_device: str
    ) -> list[DuplexStream]:
        in_rate = input_rate(input_device, rate)
        bridge = DriftBridge(in_rate, rate, _TARGET_BLOCKS * block_frames)
        self._bridge, self._heard = bridge, np.zeros((block_frames, 2), np.float32)
        recorder = DuplexStream(lambda heard, _: bridge.put(heard), in_rate, block_frames, input_device, None)
        try:
            player = DuplexStream(self._play, rate, block_frames, None, output_device)
        except OutputError:
            recorder.close()
            raise
        return [recorder, player]

    def _both(self, heard: Audio, out: Audio) -> None:
        """Thread: audio."""
        self._through(heard, out)
        self.frames += len(out)

    def _play(self, _: Audio, out: Audio) -> None:
        """Thread: audio out."""
        if self._bridge is None or self._heard is None:
            return
        heard = self._heard[: len(out)]
        self._bridge.get(heard)
        self._both(heard, out)
