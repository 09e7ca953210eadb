"""A causal model hop by hop, at any rate, with its state in the open."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from remixer.errors import Cancelled, ModelError
from remixer.separation.card import ModelCard, verify
from remixer.separation.devices import AUTO, CPU
from remixer.separation.rate_stream import RateState, RateStream
from remixer.separation.separator import choose
from remixer.separation.spectrum import Audio

REMEMBERED_HOPS = 8192
FEED_HOPS = 64


class Hops(Protocol):
    """A causal network in some runtime."""

    def initial_state(self) -> Any:
        """What it starts from."""

    def run(self, hops: Audio, state: Any) -> tuple[Audio, Any]:
        """Separate `(channels, n * hop_frames)` into stems of that length; give the next state too."""


def open_hops(card: ModelCard, device: str = AUTO, threads: int = 1) -> Hops:
    """Make a streaming model ready, after checking the hash of its weights.

    Raises:
        ModelError: it is no streaming model, its weights are damaged, or the device is missing or failed.
    """
    if card.kind != "streaming":
        raise ModelError(f"The model “{card.id}” needs the whole song and cannot run live.")
    runtime, place = choose(card, device)
    weights = card.weights_for(runtime)
    if weights is None:
        raise ModelError(f"The model “{card.id}” has no weights for {runtime}.")
    verify(weights, card.id)
    if runtime == "torch":
        from remixer.separation.torch_runtime import TorchHops

        return TorchHops(card, weights, place, threads)
    from remixer.separation.onnx_runtime import OnnxHops

    return OnnxHops(card, weights, place, threads)


@dataclass(frozen=True)
class StreamState:
    """A moment of a stream; nothing in it is ever changed, so keeping one is cheap."""

    network: Any
    waiting: NDArray[np.float32]
    to_skip_frames: int
    model_frames: tuple[int, int]
    incoming: RateState
    outgoing: RateState
    fed_frames: int
    made_frames: int


class Streamer:
    """A causal model that is fed blocks of a song, or of live sound, and returns its stems.

    What comes out is aligned with what went in: the n-th frame out belongs to the n-th frame in. It comes
    later, by at most `total_latency_frames`; how it is cut into blocks does not change it.

    Args:
        card: a streaming model.
        rate_hz: the rate of the blocks; the model's own is reached by short resamplers.
        threads: threads of the runtime.
        max_hops: how many hops are separated in one call, 0 for what the card says; fewer only at the end of
            a song, so that what comes out does not depend on the blocks even for a quantised network, whose
            numbers depend on the group.
        device: where the network runs.
        hops: the network, if it is open already.

    Attributes:
        total_latency_frames: after n frames in, at least n minus this have come out.
        hop_frames: one hop, at the model's rate.
        grid_frames: begun at a multiple of so many frames of a song, a stream cuts it into the same hops as
            one begun with the song.

    Thread: one at a time.
    """

    def __init__(
        self,
        card: ModelCard,
        rate_hz: int,
        threads: int = 1,
        max_hops: int = 0,
        device: str = CPU,
        hops: Hops | None = None,
    ) -> None:
        self.card = card
        self.rate_hz = rate_hz
        self.hop_frames = card.hop_frames
        self._max_hops = max_hops or card.group_hops
        self._hops = hops if hops is not None else open_hops(card, device, threads)
        self._in = RateStream(rate_hz, card.rate, 2)
        self._out = RateStream(card.rate, rate_hz, 2 * len(card.stems))
        self._times_ms = np.zeros(REMEMBERED_HOPS, np.float32)
        self._timed = 0
        self.total_latency_frames = self._latency_frames()
        self.grid_frames = self._grid_frames()
        self.reset()

    @property
    def budget_ms(self) -> float:
        """The time there is for a hop."""
        return self.hop_frames * 1000 / self.card.rate

    @property
    def hop_times(self) -> NDArray[np.float32]:
        """Milliseconds of the latest hops, at most 8,192 of them, in no order."""
        return self._times_ms[: min(self._timed, REMEMBERED_HOPS)].copy()

    @property
    def fed_frames(self) -> int:
        """Frames that went in since the start."""
        return self._fed

    @property
    def made_frames(self) -> int:
        """Frames that came out since the start."""
        return self._made

    def reset(self) -> None:
        """Start anew: the next frame is the first of a song."""
        self._state = self._hops.initial_state()
        self._waiting = np.zeros((0, 2), np.float32)
        self._to_skip = self.card.latency_frames
        self._in.reset()
        self._out.reset()
        self._fed = self._made = 0
        self._model_fed = self._model_made = 0

    def state(self) -> StreamState:
        """Keep this moment, to go on from it later."""
        return StreamState(
            self._state,
            self._waiting,
            self._to_skip,
            (self._model_fed, self._model_made),
            self._in.state(),
            self._out.state(),
            self._fed,
            self._made,
        )

    def restore(self, state: StreamState) -> None:
        """Go on from a moment kept by `state`."""
        self._state, self._waiting, self._to_skip = state.network, state.waiting, state.to_skip_frames
        self._model_fed, self._model_made = state.model_frames
        self._in.restore(state.incoming)
        self._out.restore(state.outgoing)
        self._fed, self._made = state.fed_frames, state.made_frames

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Feed `(n, 2)` frames and return the stems that are ready, `(stems, m, 2)`.

        Raises:
            ModelError: the network broke off.
        """
        self._fed += len(block)
        clean = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)
        return self._give(self._out.process(self._separate(self._in.process(clean))))

    def flush(self) -> NDArray[np.float32]:
        """Return the rest, `(stems, m, 2)`, so that as much came out as went in, and start anew.

        Raises:
            ModelError: the network broke off.
        """
        before = self._model_made
        rest = self._separate(self._in.process(np.zeros((0, 2), np.float32), last=True))
        target = self._model_fed
        missing = max(0, target + self.card.latency_frames - self._model_fed + len(self._waiting))
        padding = -(-missing // self.hop_frames) * self.hop_frames - len(self._waiting)
        rest = np.concatenate([rest, self._separate(np.zeros((max(0, padding), 2), np.float32), last=True)])
        stems = self._give(self._out.process(rest[: target - before], last=True), self._fed - self._made)
        self.reset()
        return stems

    def _hops_due(self, last: bool) -> int:
        waiting = len(self._waiting) // self.hop_frames
        return self._max_hops if waiting >= self._max_hops else waiting * last

    def _separate(self, heard: NDArray[np.float32], last: bool = False) -> NDArray[np.float32]:
        """Model frames `(n, 2)` in, aligned stems `(m, stems * 2)` out, all at the model's rate."""
        self._model_fed += len(heard)
        self._waiting = np.concatenate([self._waiting, heard]) if len(self._waiting) else heard
        parts = []
        while hops := self._hops_due(last):
            frames = hops * self.hop_frames
            parts.append(self._run(self._waiting[:frames], hops))
            self._waiting = self._waiting[frames:]
        made = np.concatenate(parts) if parts else np.zeros((0, 2 * len(self.card.stems)), np.float32)
        skipped = min(self._to_skip, len(made))
        self._to_skip -= skipped
        self._model_made += len(made) - skipped
        return made[skipped:]

    def _run(self, heard: NDArray[np.float32], hops: int) -> NDArray[np.float32]:
        started = time.perf_counter()
        folded = heard.mean(axis=1, keepdims=True) if self.card.channels == 1 else heard
        stems, self._state = self._hops.run(np.ascontiguousarray(folded.T), self._state)
        elapsed_ms = (time.perf_counter() - started) * 1000
        for _ in range(hops):
            self._times_ms[self._timed % REMEMBERED_HOPS] = elapsed_ms / hops
            self._timed += 1
        expected = (len(self.card.stems), self.card.channels, len(heard))
        if stems.shape != expected:
            raise ModelError(
                f"The model “{self.card.id}” returned audio of shape {stems.shape}, expected {expected}."
            )
        stereo = np.repeat(stems, 2, axis=1) if self.card.channels == 1 else stems
        return np.asarray(stereo, np.float32).transpose(2, 0, 1).reshape(len(heard), expected[0] * 2)

    def _give(self, made: NDArray[np.float32], frames: int | None = None) -> NDArray[np.float32]:
        if frames is not None:
            made = np.pad(made[:frames], ((0, max(0, frames - len(made))), (0, 0)))
        self._made += len(made)
        return made.reshape(len(made), len(self.card.stems), 2).transpose(1, 0, 2)

    def _grid_frames(self) -> int:
        shared = math.gcd(self.rate_hz, self.card.rate)
        group = self._max_hops * self.card.hop_frames
        return self.rate_hz // shared * (group // math.gcd(self.card.rate // shared, group))

    def _latency_frames(self) -> int:
        """The most that can be inside: just before a group of hops is whole, over one period of the rates."""
        delay, group = self.card.latency_frames, self._max_hops * self.card.hop_frames
        period = self.rate_hz // math.gcd(self.rate_hz, self.card.rate)
        worst = 0
        for groups in range(delay // group + 1, delay // group + period + 2):
            fed = self._in.needed_frames((groups + 1) * group) - 1
            worst = max(worst, fed - self._out.ready_frames(max(0, groups * group - delay)))
        return worst


class StreamingSeparator:
    """A causal model over whole stretches, each from a fresh start, its latency undone."""

    def __init__(self, card: ModelCard, device: str, threads: int) -> None:
        self.card = card
        self.device = choose(card, device)[1]
        self._hops = open_hops(card, device, threads)
        self._interrupted = False

    def separate(self, mixture: Audio) -> Audio:
        """Separate `(2, frames)` into `(stems, 2, frames)`; see `Separator`."""
        stream = self.stream(self.card.rate)
        step = FEED_HOPS * self.card.hop_frames
        parts = []
        for first in range(0, mixture.shape[-1], step):
            self.check()
            parts.append(stream.process(mixture[:, first : first + step].T))
        parts.append(stream.flush())
        return np.ascontiguousarray(np.concatenate(parts, axis=1).transpose(0, 2, 1))

    def stream(self, rate_hz: int) -> Streamer:
        """A stream through the same network at some rate."""
        return Streamer(self.card, rate_hz, hops=self._hops)

    def interrupt(self) -> None:
        """Stop after the running hops. Thread: any."""
        self._interrupted = True

    def check(self) -> None:
        """Stop here if `interrupt` was called.

        Raises:
            Cancelled: it was.
        """
        if self._interrupted:
            self._interrupted = False
            raise Cancelled

    def close(self) -> None:
        """Hold nothing more."""
        del self._hops
