"""Input and output at once: on one clock where the devices share one, else joined by a bridge."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from remixer.errors import OutputError
from remixer.playback.drift import DriftBridge
from remixer.playback.duplex_stream import DuplexStream, input_rate, paired, preferred_rate, served
from remixer.playback.outputs import Audio
from remixer.playback.portaudio import rescan

Through = Callable[[Audio, Audio], None]
Rest = Callable[[int], None]

_BLOCKS = 3
_SERVED_BLOCKS = 6
_MOST_BREAKS = 5
_WITHIN_SECONDS = 30.0
_LONGEST_REST_SECONDS = 10.0


class Duplex:
    """Gives every block that is recorded to a function that fills the one that is played.

    It is open, and silent, before it is told that function: how long the devices take is known then.
    Devices that a sound server offers get a stream each: PulseAudio's ALSA plug-in breaks off streams
    that record and play. Whatever breaks off is opened again by `watch`.

    Args:
        rate: frames a second, of the output.
        block_frames: frames in the largest block.
        input_device: an id of `portaudio.inputs`; "" is the default beside the output, or the system's.
        output_device: an id of `portaudio.outputs`; "" is the default beside the input, or the system's.

    Attributes:
        latency_seconds: what the devices, and the bridge where there is one, add.
        frames: frames since `begin`, those in which nothing was played included.
        one_clock: whether both devices run on one stream.
        breaks: how often they broke off and were opened again.
        stuck: they did not let go when they were closed, as those of a sound server that died.

    Raises:
        OutputError: a device is not there or cannot be opened.

    Thread: the control loop's.
    """

    def __init__(self, rate: int, block_frames: int, input_device: str = "", output_device: str = "") -> None:
        self.frames = self.breaks = 0
        self.stuck = self._lost = self._resumes = False
        self._does: tuple[Through, Rest] | None = None
        self._rate, self._block_frames = rate, block_frames
        self._devices = paired(input_device, output_device)
        self._broke: list[float] = []
        self._passed = time.perf_counter()
        self._open()

    @staticmethod
    def rate_for(input_device: str, output_device: str) -> int:
        """Return the rate live sound runs at: the one the output device prefers.

        Raises:
            OutputError: there is no such device, or none at all.
        """
        return preferred_rate(*paired(input_device, output_device))

    @property
    def alive(self) -> bool:
        """Whether the devices run, or `watch` may make them run again."""
        return not self._lost

    def begin(self, through: Through, rest: Rest) -> None:
        """Give the blocks from now on to a function.

        Args:
            through: takes (n, 2) that was heard and fills (n, 2). Thread: audio.
            rest: told for how many frames, at most ten seconds, nothing was played before the next block,
                because the devices were opened again. Thread: audio.
        """
        self._does = through, rest

    def watch(self) -> None:
        """Open the devices again if they broke off; give them up if that fails or happens again and again."""
        if self._lost or all(stream.alive for stream in self._streams):
            return
        now = time.monotonic()
        self._broke = [moment for moment in self._broke if now - moment < _WITHIN_SECONDS] + [now]
        self.close()
        if self.stuck or len(self._broke) > _MOST_BREAKS:
            self._lost = True
            return
        rescan()
        try:
            self._resumes = True
            self._open()
            self.breaks += 1
        except OutputError:
            self._lost = True

    def close(self) -> None:
        """Stop."""
        if not self.stuck:
            self.stuck = not all([stream.close() for stream in self._streams])

    def _open(self) -> None:
        heard, played = self._devices
        behind_server = served(heard, "input") or served(played, "output")
        self._bridge: DriftBridge | None = None
        self._streams = [] if behind_server else self._one_stream(heard, played)
        self.one_clock = bool(self._streams)
        if not self.one_clock:
            self._streams = self._two_streams(heard, played, _SERVED_BLOCKS if behind_server else _BLOCKS)
        self.latency_seconds = sum(stream.latency_seconds for stream in self._streams)
        if self._bridge is not None:
            self.latency_seconds += self._bridge.delay_frames / self._rate

    def _one_stream(self, heard: str, played: str) -> list[DuplexStream]:
        """Return a stream on both devices; none if they do not allow it."""
        try:
            return [DuplexStream(self._both, self._rate, self._block_frames, heard, played)]
        except OutputError:
            return []

    def _two_streams(self, heard: str, played: str, target_blocks: int) -> list[DuplexStream]:
        in_rate = input_rate(heard, self._rate)
        bridge = DriftBridge(in_rate, self._rate, target_blocks * self._block_frames)
        self._bridge, self._bridged = bridge, np.zeros((self._block_frames, 2), np.float32)
        recorder = DuplexStream(lambda block, _: bridge.put(block), in_rate, self._block_frames, heard, None)
        try:
            player = DuplexStream(self._play, self._rate, self._block_frames, None, played)
        except OutputError:
            recorder.close()
            raise
        return [recorder, player]

    def _both(self, heard: Audio, out: Audio) -> None:
        """Thread: audio."""
        if self._does is None:
            out.fill(0.0)
            return
        (through, rest), now = self._does, time.perf_counter()
        if self._resumes:
            self._resumes = False
            silent = min(now - self._passed, _LONGEST_REST_SECONDS)
            frames = max(0, round(silent * self._rate) - len(out))
            self.frames += frames
            rest(frames)
        self._passed = now
        through(heard, out)
        self.frames += len(out)

    def _play(self, _: Audio, out: Audio) -> None:
        """Thread: audio out."""
        if self._bridge is None:
            return
        heard = self._bridged[: len(out)]
        self._bridge.get(heard)
        self._both(heard, out)
