"""Live sound in the playback process: devices, a chain, its worker, a recording if one is wanted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from remixer.errors import OutputError, RemixerError
from remixer.mixing.controls import Controls
from remixer.playback.cushion import BLOCK_FRAMES
from remixer.playback.duplex import Duplex
from remixer.playback.live_chain import LiveChain, fitting_cushion
from remixer.playback.outputs import Audio
from remixer.playback.priority import raise_priority
from remixer.playback.recording import Recording
from remixer.playback.status import Latency, PlayerStatus, hop_times

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard
    from remixer.separation.streaming import Streamer

WENT_AWAY = "The sound device of the live sound went away."

_POLL_SECONDS = 0.001
_MEASURE_SECONDS = 0.5


def open_streamer(card: ModelCard, rate: int) -> Streamer:
    """Return the model as a stream that gives every hop at once."""
    from remixer.separation.streaming import Streamer

    return Streamer(card, rate, threads=1, max_hops=1)


class Listening:
    """Live sound through a model, until it is closed.

    Devices that break off are opened again, and a recording goes on: for the moment in which nothing went out
    its stems and its mix are silent, so that they stay together and last as long as what was recorded.

    Args:
        card: a streaming model.
        input_device: where the sound comes from; "" is the system's default.
        output_device: where it goes.
        controls: the faders at the beginning.
        audible: whether the loudspeaker gives what goes out; it is recorded either way.
        cushion: how many blocks' time the model has, 1 to 4; 0 chooses by what the devices take.
        streamer: opens the model.

    Raises:
        ModelError: the model cannot run live.
        OutputError: a device cannot be opened.

    Thread: the control loop's.
    """

    def __init__(
        self,
        card: ModelCard,
        input_device: str,
        output_device: str,
        controls: Controls,
        audible: bool = True,
        cushion: int = 0,
        streamer: Callable[[ModelCard, int], Streamer] = open_streamer,
    ) -> None:
        self.rate = Duplex.rate_for(input_device, output_device)
        self.input_device, self.audible, self.cushion = input_device, audible, cushion
        self._output_name = output_device.partition(": ")[2] or "the system's"
        self._gate = float(audible)
        self._card = card
        self._streamer = streamer(card, self.rate)
        self._duplex = Duplex(self.rate, BLOCK_FRAMES, input_device, output_device)
        device_seconds = self._duplex.latency_seconds
        self._cushion = fitting_cushion(self._streamer, self.rate, BLOCK_FRAMES, cushion, device_seconds)
        self._chain = LiveChain(self._streamer, card.stems, self.rate, BLOCK_FRAMES, controls, self._cushion)
        self._recording: Recording | None = None
        self._failure = ""
        self._measured_due = 0.0
        self._times = hop_times(self._streamer.hop_times)
        self._ended = threading.Event()
        self._worker = threading.Thread(target=self._work, name="live", daemon=True)
        self._worker.start()
        self._duplex.begin(self._render, self._chain.rest)

    @property
    def failure(self) -> str:
        """Why it does not go on, in a sentence; empty while it does."""
        if not self._failure and not self._duplex.alive:
            return WENT_AWAY
        return self._failure

    @property
    def stuck(self) -> bool:
        """Whether its devices did not let go when they were closed, as those of a sound server that died."""
        return self._duplex.stuck

    @property
    def lost(self) -> str:
        """Why what is recorded is not whole, in a sentence; empty while it is."""
        failure = self._recording.failure if self._recording is not None else None
        return failure.message if failure is not None else ""

    def watch(self) -> None:
        """See whether the devices are still there, and open them again if they broke off."""
        self._duplex.watch()

    def set_controls(self, controls: Controls) -> None:
        """Move the faders."""
        self._chain.set_controls(controls)

    def record(self, folder: Path) -> None:
        """Begin to write stems and mix to a folder.

        Raises:
            OutputError: files of these names exist, or the folder refuses them.
        """
        self.stop_recording()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder “{folder.name}” could not be made: {error.strerror}.") from error
        self._recording = Recording(folder, self._card.stems, self.rate)
        self._chain.recorder = self._recording

    def stop_recording(self) -> list[Path]:
        """Finish what is being recorded and return its files.

        Raises:
            OutputError: they could not be finished.
        """
        recording, self._recording, self._chain.recorder = self._recording, None, None
        return recording.finish() if recording is not None else []

    def told(self, status: PlayerStatus) -> PlayerStatus:
        """Return a status with what there is to say about live sound."""
        now = time.monotonic()
        if now >= self._measured_due:
            self._measured_due = now + _MEASURE_SECONDS
            self._times = hop_times(self._streamer.hop_times)
        milliseconds = 1000 / self.rate
        algorithmic = self._streamer.total_latency_frames * milliseconds
        queue = self._chain.delay_frames * milliseconds - algorithmic
        recording = self._recording
        return replace(
            status,
            playing=False,
            listening=True,
            recording=recording is not None,
            recorded_seconds=recording.seconds if recording is not None else 0.0,
            levels=self._chain.levels(),
            heard=self._card.take_id,
            device=self._output_name,
            rate=self.rate,
            cushion=self._cushion,
            latency_ms=Latency(algorithmic, queue, 1000 * self._duplex.latency_seconds),
            hop_ms=self._times,
            budget_ms=self._streamer.budget_ms,
            missed=self._chain.missed,
            breaks=self._duplex.breaks,
            live="listening",
            message=self.failure or status.message,
        )

    def close(self) -> list[Path]:
        """Stop, and return the files of what was being recorded.

        Raises:
            OutputError: they could not be finished.
        """
        self._ended.set()
        self._worker.join(1.0)
        try:
            return self.stop_recording()
        finally:
            self._duplex.close()

    def _render(self, heard: Audio, out: Audio) -> None:
        """Render a block, and keep it from the loudspeaker if it is not to be heard. Thread: audio."""
        self._chain.render(heard, out)
        wanted = float(self.audible)
        if wanted != self._gate:
            out *= np.linspace(self._gate, wanted, len(out), dtype=np.float32)[:, None]
        elif not wanted:
            out.fill(0.0)
        self._gate = wanted

    def _work(self) -> None:
        raise_priority("beside")
        try:
            while not self._ended.is_set():
                if not self._chain.work():
                    time.sleep(_POLL_SECONDS)
        except RemixerError as error:
            self._failure = error.message
