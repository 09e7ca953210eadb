"""The seven configurations of multi-band dense blocks in Table 4.8 of the thesis, by number."""

from __future__ import annotations

from remixer.networks.magnitudes import MagnitudeSeparator
from remixer.networks.mbdb import MultiBandDenseNet, Scale
from remixer.networks.mmdensenet import Output, separator

HALF = (0.5,)
THIRDS = (1 / 16, 4 / 16)


def _forced(edges: tuple[float, ...], growth: tuple[int, ...], layers: int) -> Scale:
    """A block that shares inside and ends in a full-band layer (MBDB-1, MBDB-2)."""
    return Scale(edges, growth, (layers,) * len(growth), 0.1, inside=4, after=8, forced=10)


def _inside(edges: tuple[float, ...], growth: tuple[int, ...], layers: int, shown: int) -> Scale:
    """A block that shares inside and lets its bands go on (MBDB-3, MBDB-4)."""
    return Scale(edges, growth, (layers,) * len(growth), inside=shown)


def _outside(
    edges: tuple[float, ...], growth: tuple[int, ...], layers: tuple[int, ...], before: int, after: int
) -> Scale:
    """A block that shares at its ends only (MBDB-5 to MBDB-7)."""
    overlap = 0.1 if len(edges) > 1 else 0.0
    return Scale(edges, growth, layers, overlap, before=before, after=after)


def variant(number: int, outputs: int = 1, bins: int = 1024) -> MultiBandDenseNet:
    """MBDB-1 to MBDB-7.

    Args:
        number: of the configuration.
        outputs: sources.
        bins: of the spectrum.
    """
    fine, coarse = (1 / 64, 4 / 64, 16 / 64), (10, 4, 6)
    tables: dict[int, tuple[tuple[Scale, ...], tuple[int, ...], int]] = {
        1: (tuple(_forced(HALF, coarse, deep) for deep in (3, 4, 4, 4)), (32, 32, 32), 6),
        2: (
            (
                _forced(fine, (5, 9, 9, 5, 6), 3),
                _forced(THIRDS, (7, 7, 4, 6), 4),
                _forced(HALF, (7, 4, 6), 4),
                Scale((), (6,), (4,)),
            ),
            (14, 18, 18, 12, 20),
            6,
        ),
        3: (tuple(_inside(HALF, coarse, deep, 2) for deep in (4, 4, 4, 3)), (32, 32, 32), 4),
        4: (
            (
                _inside(THIRDS, (10, 10, 5, 6), 3, 4),
                _inside(THIRDS, (9, 10, 5, 6), 4, 4),
                _inside(THIRDS, (9, 9, 5, 6), 4, 4),
                _inside(THIRDS, (9, 9, 5, 6), 4, 4),
            ),
            (20, 20, 18, 20),
            6,
        ),
        5: (
            tuple(_outside(HALF, (14, high, 8), (4, 3, 3), 3, 5) for high in (13, 13, 12, 12)),
            (16, 16, 16),
            4,
        ),
        6: (
            tuple(
                _outside(THIRDS, growth, (4, 3, 2, 3), 3, 5)
                for growth in ((14, 14, 8, 6), (9, 10, 5, 6), (9, 9, 5, 6), (9, 9, 5, 6))
            ),
            (16, 16, 12, 16),
            4,
        ),
        7: (
            tuple(_outside(THIRDS, (10, 12, 6, 7), (4, 4, 2, 3), 5, 0) for _ in range(4)),
            (16, 16, 12, 16),
            4,
        ),
    }
    if number not in tables:
        raise ValueError(f"there is no MBDB-{number}; there are 1 to {len(tables)}")
    scales, first, head = tables[number]
    return MultiBandDenseNet(scales, first, head, outputs, bins)


def build(
    stems: int = 1,
    channels: int = 1,
    number: int = 1,
    context: int = 64,
    window: int = 2048,
    hop: int = 512,
) -> MagnitudeSeparator:
    """A configuration of Table 4.8 with its signal chain."""
    output: Output = "ReLU"
    network = variant(number, stems, window // 2)
    return separator(network, output, stems, channels, context, window, hop)
