"""Changing the sample rate, at once or as a stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

QUALITY = "VHQ"


def resample(audio: NDArray[np.float32], from_hz: int, to_hz: int) -> NDArray[np.float32]:
    """Return the audio at another rate, aligned to the frame.

    Args:
        audio: (frames, channels).
        from_hz: its rate.
        to_hz: the rate wanted.

    Returns:
        (round(frames * to_hz / from_hz), channels) float32.
    """
    import soxr

    if from_hz == to_hz:
        return audio.astype(np.float32, copy=False)
    frames = round(len(audio) * to_hz / from_hz)
    return _exactly(soxr.resample(np.ascontiguousarray(audio), from_hz, to_hz, quality=QUALITY), frames)


class StreamResampler:
    """Resamples block by block; the blocks that come out add up to `resample` of the whole.

    What goes in comes out later (the filter looks ahead), so blocks may be
    empty at first; with `last` the rest is flushed and the total is exact.
    """

    def __init__(self, from_hz: int, to_hz: int, channels: int, quality: str = QUALITY) -> None:
        import soxr

        self.from_hz, self.to_hz = from_hz, to_hz
        self._taken = self._given = 0
        self._channels = channels
        self._stream = (
            None
            if from_hz == to_hz
            else soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32", quality=quality)
        )

    def process(self, block: NDArray[np.float32], last: bool = False) -> NDArray[np.float32]:
        """Return what is ready after this block.

        Args:
            block: (frames, channels) float32, may be empty.
            last: nothing follows; the rest comes out.

        Returns:
            (any number of frames, channels) float32.
        """
        block = np.ascontiguousarray(block, dtype=np.float32).reshape(-1, self._channels)
        self._taken += len(block)
        if self._stream is None:
            return block
        out: NDArray[np.float32] = self._stream.resample_chunk(block, last=last)
        if last:
            out = _exactly(out, round(self._taken * self.to_hz / self.from_hz) - self._given)
        self._given += len(out)
        return out


def _exactly(audio: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    if len(audio) >= frames:
        return audio[:frames]
    return np.concatenate([audio, np.zeros((frames - len(audio), audio.shape[1]), np.float32)])
