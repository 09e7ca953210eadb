"""Reading through FFmpeg (PyAV): m4a, wma, webm, ac3, wv, videos, and all with more than two channels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.audio.decode import SourceInfo
from remixer.audio.fold import fold, fold_note, known_layout
from remixer.audio.naming import shown_name
from remixer.errors import InputError

_PCM_BITS = {"u8": 8, "s16": 16, "s32": 32, "flt": 32, "dbl": 64}
_LOSSLESS = ("pcm_", "flac", "alac", "wavpack", "tta", "ape", "truehd", "mlp", "shorten")
_DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}
_SCALE = {"u1": 2.0**-7, "i2": 2.0**-15, "i4": 2.0**-31, "i8": 2.0**-63}
_MARGIN_SECONDS = 0.1


def probe(path: Path) -> SourceInfo:
    """Return what the file holds.

    Raises:
        InputError: it holds no sound that FFmpeg can read.
    """
    import av

    name = shown_name(path)
    try:
        with _opened(path) as container:
            stream = _stream(container, name)
            return _describe(path, container, stream)
    except av.error.FFmpegError as error:
        raise InputError(f"“{name}” is not a sound file that can be read.", repr(error)) from error


def pieces(info: SourceInfo) -> Iterator[NDArray[np.float32]]:
    """Yield the file as stereo pieces of any length.

    Raises:
        InputError: it is damaged or ends well before the length it announces.
    """
    import av

    name, done = shown_name(info.path), 0
    try:
        with _opened(info.path) as container:
            stream = _stream(container, name)
            for piece in _decoded(container, stream, info, name):
                done += len(piece)
                yield piece
            seconds = _told_seconds(container, stream)
    except av.error.FFmpegError as error:
        raise InputError(f"“{name}” is damaged {done / info.rate:.1f} seconds in.", repr(error)) from error
    if done / info.rate < 0.98 * seconds - 1:
        raise InputError(
            f"“{name}” is cut off: it ends after {done / info.rate:.1f} of {seconds:.1f} seconds."
        )


def _opened(path: Path) -> Any:
    """Open a file and nothing else: neither what a playlist points to, nor a pipe of that name."""
    import av

    options = {"protocol_whitelist": "file"}
    return av.open(str(path.absolute()), metadata_errors="replace", options=options)


def _told_seconds(container: Any, stream: Any) -> float:
    """Return the length the file announces, 0 where it only guesses."""
    if container.format.name in ("aac", "mp3"):
        return 0.0
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1e6 if container.duration and not container.streams.video else 0.0


def _decoded(container: Any, stream: Any, info: SourceInfo, name: str) -> Iterator[NDArray[np.float32]]:
    end = 0
    for packet in container.demux(stream):
        if packet.pts is not None and packet.duration:
            end = max(end, packet.pts + packet.duration)
        for frame in packet.decode():
            if frame.sample_rate != info.rate:
                raise InputError(
                    f"“{name}” changes its sample rate from {info.rate} to {frame.sample_rate} Hz; "
                    "one rate is expected."
                )
            names = _speakers(frame.layout, name)
            yield fold(_samples(frame, len(names)), names)[: _kept_frames(container, stream, frame, end)]


def _kept_frames(container: Any, stream: Any, frame: Any, end: int) -> int:
    """Return how much of a decoded frame is song: an mp4's last packet says where the padding begins."""
    step: Fraction | None = stream.time_base
    if frame.pts is None or step is None or step > Fraction(1, frame.sample_rate) or not _is_mp4(container):
        return int(frame.samples)
    left: int = round((end - frame.pts) * step * frame.sample_rate)
    return max(0, min(int(frame.samples), left))


def _is_mp4(container: Any) -> bool:
    return "mov" in container.format.name.split(",")


def _samples(frame: Any, channels: int) -> NDArray[np.float32]:
    """Return the frame as (frames, channels) float32, full scale = 1."""
    array = _raw(frame, channels)
    scale = _SCALE.get(array.dtype.str[1:])
    if scale is None:
        return array.astype(np.float32)
    if array.dtype == np.uint8:
        array = array.astype(np.int16) - 128
    if array.dtype.itemsize <= 2:
        return array.astype(np.float32) * np.float32(scale)
    return (array.astype(np.float64) * scale).astype(np.float32)


def _raw(frame: Any, channels: int) -> NDArray[Any]:
    """Return the frame's own numbers as (frames, channels).

    `frame.to_ndarray` is not used: with eight planes it reads a ninth that is not there.
    """
    kind = np.dtype(_DTYPES[frame.format.name.rstrip("p")])
    if not frame.format.is_planar:
        return np.frombuffer(frame.planes[0], kind, frame.samples * channels).reshape(-1, channels)
    planes = frame.planes
    return np.stack([np.frombuffer(planes[n], kind, frame.samples) for n in range(channels)], axis=1)


def _stream(container: Any, name: str) -> Any:
    stream = container.streams.best("audio")
    if stream is None:
        raise InputError(f"“{name}” holds no sound, only other data.")
    return stream


def _describe(path: Path, container: Any, stream: Any) -> SourceInfo:
    name, context = shown_name(path), stream.codec_context
    if not context.sample_rate or context.format is None:
        raise InputError(f"“{name}” is not a sound file that can be read.", str(context.name))
    names = _speakers(context.layout, name)
    lossless = context.name.startswith(_LOSSLESS)
    rate, promised = int(context.sample_rate), _promised_frames(container, stream) if lossless else None
    digits = re.search(r"(\d+)", context.name) if context.name.startswith("pcm_") else None
    bits = int(digits[1]) if digits else _PCM_BITS.get(context.format.name.rstrip("p"))
    kind = path.suffix.lower().lstrip(".") or container.format.name.split(",")[0]
    return SourceInfo(
        path=path,
        rate=rate,
        channels=len(names),
        frames=_estimated_frames(path, container, stream, rate) if promised is None else promised,
        exact=promised is not None,
        format=f"{kind}/{context.name}" if kind != context.name else kind,
        bits=bits if lossless else None,
        note=fold_note(names),
    )


def _promised_frames(container: Any, stream: Any) -> int | None:
    """Return the length where the container tells it to the frame."""
    step: Fraction | None = stream.time_base
    rate: int = stream.codec_context.sample_rate
    if not stream.duration or not step or not rate or step > Fraction(1, rate):
        return None
    known = ("mov", "wav", "flac", "aiff", "caf", "wv", "w64", "rf64", "tta", "ape")
    if not any(part in known for part in container.format.name.split(",")):
        return None
    frames: int = round(stream.duration * step * rate)
    return frames


def _estimated_frames(path: Path, container: Any, stream: Any, rate: int) -> int:
    """Return an upper estimate of the length."""
    seconds = 0.0
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    if container.duration:
        seconds = max(seconds, container.duration / 1e6)
    if not seconds:
        lossless = stream.codec_context.name.startswith(_LOSSLESS)
        seconds = path.stat().st_size * 8 / (200_000 if lossless else 24_000)
    else:
        seconds += _MARGIN_SECONDS
    return int(seconds * rate) + 1


def _speakers(layout: Any, name: str) -> tuple[str, ...]:
    names = [channel.name for channel in layout.channels]
    if layout.name.endswith("channels"):
        names = ["?"] * len(names)
    known = known_layout(names)
    if known is None:
        raise InputError(f"“{name}” has {len(names)} channels; mono to 7.1 can be read.")
    return known
