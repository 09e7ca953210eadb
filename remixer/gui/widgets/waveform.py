"""A waveform as a picture: numpy paints all columns at once, edges softened."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

PeakProvider = Callable[[int, int, int], NDArray[np.float32]]
"""Returns (columns, 2) lowest and highest sample: `provider(start, end, columns)`."""

_FINE = 4
_USUAL = 0.72
_CURVE = 0.8
"""Below 1, what is quiet is drawn a little larger than it is."""
_BAND_PIXELS = 32_768
"""Pixels painted at a time: what a processor keeps close."""


def columns(provider: PeakProvider, start: int, end: int, count: int) -> NDArray[np.float32]:
    """Return (count, 4) per column: lowest, highest, and the usual low and high within it.

    The usual ones are means over finer columns, so that what is dense looks fuller
    than one sharp peak.
    """
    if (end - start) < count * _FINE * 2:
        sharp = np.asarray(provider(start, end, count), np.float32)
        return np.concatenate([sharp, sharp], axis=1)
    fine = np.asarray(provider(start, end, count * _FINE), np.float32).reshape(count, _FINE, 2)
    first, second, third, fourth = (fine[:, part] for part in range(_FINE))
    found = np.empty((count, 4), np.float32)
    lowest = np.minimum(np.minimum(first, second), np.minimum(third, fourth))
    highest = np.maximum(np.maximum(first, second), np.maximum(third, fourth))
    found[:, 0], found[:, 1] = lowest[:, 0], highest[:, 1]
    found[:, 2:] = (first + second + third + fourth) * np.float32(_USUAL / _FINE)
    return found


def picture(shape: NDArray[np.float32], height: int, body: QColor, peaks: QColor) -> QImage:
    """Return the picture of a waveform on a transparent ground.

    Args:
        shape: (columns, 4) from `columns`.
        height: in device pixels, from 1 at the top to -1 at the bottom.
        body: colour of the dense middle.
        peaks: colour of what sticks out of it.
    """
    middle = np.float32(height / 2)
    drawn = np.copysign(np.abs(np.clip(shape, -1.0, 1.0)) ** np.float32(_CURVE), shape)
    low, high, low_body, high_body = (middle - drawn * middle).T
    shades = _shades(body, peaks)
    pixels = np.empty((height, len(shape)), np.uint32)
    step = max(1, _BAND_PIXELS // len(shape))
    for first in range(0, height, step):
        rows = np.arange(first, min(height, first + step), dtype=np.float32)[:, None]
        depth = _covered(high, low, rows)
        depth += _covered(high_body, low_body, rows)
        depth *= np.float32(127.5)
        np.take(shades, depth.astype(np.uint8), out=pixels[first : first + step])
    return QImage(
        pixels.data, len(shape), height, len(shape) * 4, QImage.Format.Format_ARGB32_Premultiplied
    ).copy()


def _covered(
    top: NDArray[np.float32], bottom: NDArray[np.float32], rows: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return (rows, columns): how much of each pixel lies between two curves, 0 to 1; a pixel at least."""
    thin = np.maximum(np.float32(0.5) - (bottom - top) / 2, 0)
    found = np.minimum(bottom + thin, rows + 1)
    found -= np.maximum(top - thin, rows)
    return np.maximum(found, np.float32(0), out=found)


def _shades(body: QColor, peaks: QColor) -> NDArray[np.uint32]:
    """Return the pixel for each depth: nothing, then the peaks' colour, then the body's."""
    levels = np.linspace(0, 2, 256)[:, None]
    channels = ("blueF", "greenF", "redF")
    tips, dense = (
        np.array([*(getattr(color, channel)() * color.alphaF() for channel in channels), color.alphaF()])
        for color in (peaks, body)
    )
    shade = np.where(levels < 1, levels * tips, tips + (levels - 1) * (dense - tips))
    return np.ascontiguousarray(np.round(shade * 255).astype(np.uint8)).view(np.uint32).ravel()
