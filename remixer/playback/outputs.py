"""Where frames go: the Protocol of an output, the silent ones, and the bridge to another sample rate."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]
Render = Callable[[Audio], None]

_PACED_FRAMES = 512


@dataclass(frozen=True)
class OutputDevice:
    """A device one can choose.

    Attributes:
        id: what `Player.set_output` takes.
        name: what a list shows.
        rate: the rate it prefers.
        latency: its usual delay in seconds.
    """

    id: str
    name: str
    rate: int
    latency: float


class Output(Protocol):
    """Something that asks for frames.

    Attributes:
        name: what the user knows it by.
        rate: frames a second it asks for, of the song; a bridge to the device's own lies inside.
        latency_seconds: from asking for a frame to hearing it.
        stuck: it did not end when it was closed.
    """

    name: str
    rate: int
    latency_seconds: float
    stuck: bool

    @property
    def underruns(self) -> int:
        """How often it ran dry."""
        ...

    @property
    def alive(self) -> bool:
        """Whether it still asks for frames."""
        ...

    def heard(self) -> float:
        """Return how many of the frames it asked for have been heard. Thread: any."""
        ...

    def close(self) -> None:
        """Stop asking."""
        ...


class SilentOutput:
    """An output without a device, pulled by hand: what tests and files use."""

    latency_seconds = 0.0
    underruns = 0
    alive = True
    stuck = False
    name = "silent"

    def __init__(self, render: Render, rate: int) -> None:
        self.rate = rate
        self._render = render
        self._pulled = 0

    def pull(self, frames: int) -> Audio:
        """Return the next frames, (frames, 2)."""
        out = np.zeros((frames, 2), np.float32)
        self._render(out)
        self._pulled += frames
        return out

    def heard(self) -> float:
        """Return how many frames have been pulled."""
        return float(self._pulled)

    def close(self) -> None:
        """Do nothing."""


class PacedOutput:
    """An output without a device that asks for frames at their pace, so that the song goes on unheard."""

    latency_seconds = 0.0
    underruns = 0
    stuck = False
    name = "no device"

    def __init__(self, render: Render, rate: int) -> None:
        self.rate = rate
        self._render = render
        self._begun = time.perf_counter()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._pace, name="silent-output", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it has not been closed."""
        return not self._ended.is_set()

    def heard(self) -> float:
        """Return how many frames have passed."""
        return (time.perf_counter() - self._begun) * self.rate

    def close(self) -> None:
        """Stop."""
        self._ended.set()
        self._thread.join(1.0)

    def _pace(self) -> None:
        out, pulled = np.zeros((_PACED_FRAMES, 2), np.float32), 0
        while not self._ended.wait(max(0.0, self._begun + pulled / self.rate - time.perf_counter())):
            self._render(out)
            pulled += len(out)


class Bridge:
    """Gives a device frames at its own rate of a song at another.

    Args:
        render: fills frames at the song's rate.
        song_hz: that rate.
        device_hz: the device's.
    """

    def __init__(self, render: Render, song_hz: int, device_hz: int) -> None:
        from remixer.audio.resample import StreamResampler

        self._render = render
        self._resampler = StreamResampler(song_hz, device_hz, 2, "HQ")
        self._block = np.zeros((_PACED_FRAMES, 2), np.float32)
        self._ready = np.zeros((0, 2), np.float32)
        self._ratio = song_hz / device_hz
        self._rendered = self._given = 0

    def render(self, out: Audio) -> None:
        """Fill `out`, (n, 2), at the device's rate. Thread: audio."""
        while len(self._ready) < len(out):
            self._render(self._block)
            self._rendered += len(self._block)
            self._ready = np.concatenate([self._ready, self._resampler.process(self._block)])
        out[:] = self._ready[: len(out)]
        self._ready = self._ready[len(out) :]
        self._given += len(out)

    def song_frames(self, device_frames: float) -> float:
        """Return how many frames of the song so many of the device's are."""
        return device_frames * self._ratio
