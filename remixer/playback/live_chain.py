"""Live sound through a causal model: in, through the stems, out, at a constant delay."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from remixer.mixing.controls import DEFAULT, Controls
from remixer.mixing.formula import BLOCK_FRAMES, Formula, ramp_frames
from remixer.mixing.levels import Level, level
from remixer.playback.cushion import cushion_blocks
from remixer.playback.tile_stream import Stream

Audio = NDArray[np.float32]

FADE_FRAMES = 64
_RING_SECONDS = 4
_LEVEL_SECONDS = 0.04


class LiveStream(Stream, Protocol):
    """What is needed of a `Streamer`."""

    total_latency_frames: int


def chain_delay_frames(stream: LiveStream, block_frames: int, cushion_blocks: int) -> int:
    """Return how many frames later a chain gives what it is given."""
    return stream.total_latency_frames + cushion_blocks * block_frames + FADE_FRAMES


def fitting_cushion(
    stream: LiveStream, rate: int, block_frames: int, wanted: int, device_seconds: float
) -> int:
    """Return how many blocks' time the model of a chain is given; `wanted` as in `cushion_blocks`."""
    with_one = chain_delay_frames(stream, block_frames, 1) / rate + device_seconds
    return cushion_blocks(wanted, with_one, block_frames / rate)


class LiveChain:
    """Turns blocks of live sound into the mix of their stems, a constant number of frames later.

    One thread gives blocks and takes blocks; another lets the model work. A
    block whose stems are not there in time is heard as it came in: the stems
    fade out over its first frames, which are always there, and fade in again
    with the next block that has them.

    Args:
        stream: the model, at this rate.
        stems: their names.
        rate: frames a second.
        block_frames: the largest block.
        controls: the faders at the beginning.
        cushion_blocks: how many blocks' time the model has to work.

    Attributes:
        delay_frames: from a frame coming in to the same frame going out.
        missed: blocks that were heard as they came in.
        blocks: blocks so far.
        recorder: given what goes out, or None.
    """

    def __init__(
        self,
        stream: LiveStream,
        stems: tuple[str, ...],
        rate: int,
        block_frames: int,
        controls: Controls = DEFAULT,
        cushion_blocks: int = 1,
    ) -> None:
        self.stems, self.rate = stems, rate
        self.delay_frames = chain_delay_frames(stream, block_frames, cushion_blocks)
        self.missed = self.blocks = 0
        self.recorder: Recorder | None = None
        self._controls = self._wanted = controls
        self._stream = stream
        self._formula = Formula(len(stems), ramp_frames(rate))
        self._formula.set_gains(controls.gains(stems), at_once=True)
        frames = _RING_SECONDS * rate + self.delay_frames + block_frames
        self._heard = np.zeros((frames, 2), np.float32)
        self._made = np.zeros((len(stems), frames, 2), np.float32)
        self._dry = np.zeros((block_frames, 2), np.float32)
        self._wet = np.zeros((len(stems), block_frames, 2), np.float32)
        weights = np.linspace(0, 1, FADE_FRAMES + 1, dtype=np.float32)
        self._weights = np.repeat(weights[:, None], 2, axis=1)
        self._level = FADE_FRAMES
        self._pushed = self._fed = self._ready = 0

    @property
    def controls(self) -> Controls:
        """The faders as they stand."""
        return self._wanted

    def set_controls(self, controls: Controls) -> None:
        """Move the faders; heard from the next block on. Thread: any."""
        self._wanted = controls

    def render(self, heard: Audio, out: Audio) -> None:
        """Take a block that was heard and fill the one that goes out, both (n, 2). Thread: audio."""
        frames = len(heard)
        _put(self._heard, self._pushed, heard)
        end = self._pushed + frames - self.delay_frames
        self._pushed += frames
        dry, wet = self._dry[:frames], self._wet[:, :frames]
        _get(self._heard, end - frames, dry)
        self._get_stems(end, wet)
        controls = self._wanted
        if controls is not self._controls:
            self._controls = controls
            self._formula.set_gains(controls.gains(self.stems))
        self._mix(dry, wet, out)
        self.blocks += 1
        if self.recorder is not None:
            self.recorder.put(wet, out)

    def rest(self, frames: int) -> None:
        """Learn that nothing went out for so long: what is recorded is silent there. Thread: audio."""
        if self.recorder is not None:
            self.recorder.rest(frames)

    def work(self) -> bool:
        """Let the model work on what has come in; return whether there was anything. Thread: the worker."""
        waiting = self._pushed - self._fed
        if waiting <= 0:
            return False
        if waiting > _RING_SECONDS * self.rate // 2:
            self._give_up()
            return True
        block = np.empty((min(waiting, self.rate // 10), 2), np.float32)
        _get(self._heard, self._fed, block)
        made = self._stream.process(block)
        self._fed += len(block)
        for number in range(len(self.stems)):
            _put(self._made[number], self._ready, made[number])
        self._ready += made.shape[1]
        return True

    def levels(self) -> tuple[Level, ...]:
        """Return the levels of what went out last: stems, residual, master. Thread: any but audio."""
        frames = round(self.rate * _LEVEL_SECONDS)
        start = self._pushed - self.delay_frames - frames
        rest = np.empty((frames, 2), np.float32)
        _get(self._heard, start, rest)
        strips, gains = self._controls.strip_gains(self.stems), self._controls.gains(self.stems)
        mix, found, part = rest * gains[-1], [], np.empty_like(rest)
        for number in range(len(self.stems)):
            _get(self._made[number], start, part)
            rest -= part
            mix += part * (gains[number] - gains[-1])
            found.append(level(part, (float(strips[number, 0]), float(strips[number, 1]))))
        found.append(level(rest, (float(strips[-1, 0]), float(strips[-1, 1]))))
        return (*found, level(mix))

    def _get_stems(self, end: int, wet: Audio) -> None:
        frames = wet.shape[1]
        start, level = end - frames, self._level
        if self._ready >= end + FADE_FRAMES or end <= 0:
            for number in range(len(self.stems)):
                _get(self._made[number], start, wet[number])
            rise = min(FADE_FRAMES - level, frames)
            wet[:, :rise] *= self._weights[level + 1 : level + 1 + rise]
            self._level = level + rise
            return
        fall = min(level, frames)
        for number in range(len(self.stems)):
            _get(self._made[number], start, wet[number, :fall])
        wet[:, :fall] *= self._weights[level - fall : level][::-1]
        wet[:, fall:] = 0.0
        self._level = level - fall
        self.missed += 1

    def _mix(self, dry: Audio, wet: Audio, out: Audio) -> None:
        done = 0
        while done < len(out):
            left = self._formula.frames_left or BLOCK_FRAMES
            end = min(done + min(left, BLOCK_FRAMES), len(out))
            self._formula.render(dry[done:end], [stem[done:end] for stem in wet], out[done:end])
            done = end

    def _give_up(self) -> None:
        """Leave out what can no longer be made in time, and begin anew with what comes in now."""
        self._stream.reset()
        self._made.fill(0.0)
        self._fed = self._ready = self._pushed


class Recorder(Protocol):
    """Something that keeps what goes out."""

    def put(self, stems: Audio, mix: Audio) -> None:
        """Take a block: (stems, n, 2) and (n, 2). Thread: audio."""

    def rest(self, frames: int) -> None:
        """Take silence of so many frames. Thread: audio."""


def _put(ring: Audio, position: int, block: Audio) -> None:
    start = position % len(ring)
    first = min(len(block), len(ring) - start)
    ring[start : start + first] = block[:first]
    ring[: len(block) - first] = block[first:]


def _get(ring: Audio, position: int, block: Audio) -> None:
    start = position % len(ring)
    first = min(len(block), len(ring) - start)
    block[:first] = ring[start : start + first]
    block[first:] = ring[: len(block) - first]
