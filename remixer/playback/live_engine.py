"""One run of the live engine: a chain, the thread in which its model works, and a recording."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from remixer.errors import OutputError, RemixerError
from remixer.playback.live_chain import LiveChain, fitting_cushion
from remixer.playback.priority import raise_priority, raised
from remixer.playback.recording import Recording
from remixer.playback.status import HopTimes, hop_times

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard
    from remixer.separation.streaming import Streamer

Audio = NDArray[np.float32]
Fed = Callable[[int], None]

_POLL_SECONDS = 0.001
_WAIT_SECONDS = 0.1
_BLOCKS_AHEAD = 256


@dataclass(frozen=True)
class LiveResult:
    """What a live run made and measured.

    Attributes:
        cushion: how many blocks' time the model had.
        seconds: of sound.
        elapsed_s: how long it took.
        hops: hops the model ran.
        hop_ms: how long they took.
        budget_ms: how long one may take.
        missed: blocks whose stems came too late.
        blocks: blocks in all.
        latency_ms: `algorithmic` (the model's) and `total` (from a frame in to the same frame out).
        files: what was written.
    """

    song: str
    model: str
    rate: int
    block_frames: int
    cushion: int
    seconds: float
    elapsed_s: float
    hops: int
    hop_ms: HopTimes
    budget_ms: float
    missed: int
    blocks: int
    latency_ms: dict[str, float]
    files: tuple[Path, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return the figures as plain values that JSON holds."""
        return asdict(self) | {"files": [str(path) for path in self.files]}


class LiveRun:
    """One run of the live engine: a chain, its worker where it has one, and a recording.

    Args:
        card: a streaming model.
        rate: frames a second.
        block_frames: frames in a block.
        out_dir: the recording goes to a folder in it.
        name: that folder's name.
        overwrite: replace files of the same names.
        cushion: how many blocks' time the model has; 0 for one, or for what the devices leave room for.
        device_seconds: how long the devices take, None for a file.

    Raises:
        ModelError: the model cannot run live.
        OutputError: a file exists, or the folder refuses it.
    """

    def __init__(
        self,
        card: ModelCard,
        rate: int,
        block_frames: int,
        out_dir: Path,
        name: str,
        overwrite: bool,
        cushion: int = 0,
        device_seconds: float | None = None,
    ) -> None:
        from remixer.separation.streaming import Streamer

        self.streamer: Streamer = Streamer(card, rate, threads=1, max_hops=1)
        self._cushion = cushion or 1
        if device_seconds is not None:
            self._cushion = fitting_cushion(self.streamer, rate, block_frames, cushion, device_seconds)
        self.chain = LiveChain(self.streamer, card.stems, rate, block_frames, cushion_blocks=self._cushion)
        self._is_live, self._device_seconds = device_seconds is not None, device_seconds or 0.0
        self._card, self._rate, self._block_frames, self._name = card, rate, block_frames, name
        folder = out_dir / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder “{folder}” could not be made: {error.strerror}.") from error
        self._recording = Recording(folder, card.stems, rate, self.chain.delay_frames, overwrite)
        self.chain.recorder = self._recording
        self._files: tuple[Path, ...] = ()
        self._out = np.zeros((block_frames, 2), np.float32)
        self._given = self._fed = self._missed = self._blocks = 0
        self._error: RemixerError | None = None
        self._begun = time.perf_counter()
        self._elapsed = 0.0

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Finish the recording at the end; of a run that breaks off, only live sound is kept.

        Raises:
            OutputError: it could not be finished; of live sound, where that lies which could be.
        """
        try:
            yield
            self._elapsed = time.perf_counter() - self._begun
            self._files = tuple(self._recording.finish(self._fed))
        except BaseException as error:
            if not self._is_live:
                self._recording.discard()
            elif (failure := self._recording.salvage()) is not None:
                raise failure from error
            raise

    def feed(self, source: Iterator[Audio], realtime: bool, fed: Fed) -> None:
        """Give blocks to the chain, at their pace or as fast as it takes them, and get the last one out.

        Raises:
            ModelError: the model broke off.
            OutputError: the recording did.
        """
        self._begun = time.perf_counter()
        if realtime:
            with self.working():
                self._feed_paced(source, fed)
        else:
            for block in source:
                self._pass(block, fed)
                self._work_off()
            self._empty(self._work_off)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Let the model work in a thread of its own meanwhile.

        Raises:
            ModelError: it broke off.
            OutputError: the recording did.
        """
        ended = threading.Event()

        def work() -> None:
            raise_priority("beside")
            try:
                while not ended.is_set():
                    if not self.chain.work():
                        time.sleep(_POLL_SECONDS)
            except RemixerError as error:
                self._error = error

        worker = threading.Thread(target=work, name="live", daemon=True)
        with raised("beside"):
            worker.start()
            try:
                yield
            finally:
                ended.set()
                worker.join()
        self.check()

    def check(self) -> None:
        """Stop here if the model broke off, or the recording.

        Raises:
            ModelError: the model did.
            OutputError: the recording did.
        """
        error = self._error or self._recording.failure
        if error is not None:
            raise error

    def note(self, frames: int) -> None:
        """Say how many frames of sound there were so far."""
        self._fed = frames
        self._missed, self._blocks = self.chain.missed, self.chain.blocks

    def result(self) -> LiveResult:
        """Return what was made and measured."""
        delay_ms = 1000 * self.chain.delay_frames / self._rate
        return LiveResult(
            song=self._name,
            model=self._card.id,
            rate=self._rate,
            block_frames=self._block_frames,
            cushion=self._cushion,
            seconds=round(self._fed / self._rate, 3),
            elapsed_s=round(self._elapsed, 3),
            hops=self._fed * self._card.rate // self._rate // self._card.hop_frames,
            hop_ms=hop_times(self.streamer.hop_times),
            budget_ms=round(self.streamer.budget_ms, 3),
            missed=self._missed,
            blocks=self._blocks,
            latency_ms={
                "algorithmic": round(self._card.latency_ms or 0.0, 3),
                "total": round(delay_ms + 1000 * self._device_seconds, 3),
            },
            files=self._files,
        )

    def _feed_paced(self, source: Iterator[Audio], fed: Fed) -> None:
        """Read blocks here, and give them at their pace in a thread that comes first."""
        blocks: queue.Queue[Audio | None] = queue.Queue(_BLOCKS_AHEAD)
        ended = threading.Event()

        def pace() -> None:
            raise_priority("audio")
            self._begun = time.perf_counter()
            while not ended.is_set() and (block := blocks.get()) is not None:
                self._pass(block, lambda _: None)
                self._keep_pace()
            self._empty(self._keep_pace)

        pacer = threading.Thread(target=pace, name="pace", daemon=True)
        try:
            for number, block in enumerate(source):
                if number == _BLOCKS_AHEAD // 2:
                    pacer.start()
                self._put(blocks, block, fed)
            if pacer.ident is None:
                pacer.start()
            self._put(blocks, None, fed)
            while pacer.is_alive():
                pacer.join(_WAIT_SECONDS)
                self.check()
                fed(self._fed)
        finally:
            ended.set()
            if pacer.ident is not None:
                while not blocks.empty():
                    blocks.get_nowait()
                blocks.put(None)
                pacer.join()

    def _put(self, blocks: queue.Queue[Audio | None], block: Audio | None, fed: Fed) -> None:
        while True:
            self.check()
            try:
                blocks.put(block, timeout=_WAIT_SECONDS)
            except queue.Full:
                fed(self._fed)
            else:
                return

    def _pass(self, block: Audio, fed: Fed) -> None:
        self.chain.render(block, self._out[: len(block)])
        self._given += len(block)
        self.note(self._given)
        fed(self._given)

    def _empty(self, after: Callable[[], None]) -> None:
        """Give silence until the last frame has come out."""
        rest = self.chain.delay_frames
        while rest > 0:
            count = min(rest, self._block_frames)
            self.chain.render(np.zeros((count, 2), np.float32), self._out[:count])
            self._given += count
            rest -= count
            after()

    def _work_off(self) -> None:
        while self.chain.work():
            pass
        while self._recording.waiting_frames() > 10 * self._rate:
            self.check()
            time.sleep(_POLL_SECONDS)

    def _keep_pace(self) -> None:
        time.sleep(max(0.0, self._begun + self._given / self._rate - time.perf_counter()))
