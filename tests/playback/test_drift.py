from __future__ import annotations

import numpy as np
import pytest
from song_maker import Audio

from remixer.playback.drift import DriftBridge

BLOCK = 512


def tone_at(places: np.ndarray, hz: float, rate: int) -> Audio:
    wave = np.sin(2 * np.pi * hz / rate * places)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def bridged(in_hz: int, out_hz: int, drift: float, seconds: float) -> tuple[DriftBridge, Audio]:
    """Return what comes out when the input's clock is too fast by `drift`."""
    bridge = DriftBridge(in_hz, out_hz, 3 * BLOCK)
    out, put, got = [], 0, 0
    while got < seconds * out_hz:
        while put < (got + BLOCK) * in_hz / out_hz * (1 + drift) + 3 * BLOCK:
            bridge.put(tone_at(np.arange(put, put + BLOCK), 441, in_hz))
            put += BLOCK
        block = np.zeros((BLOCK, 2), np.float32)
        bridge.get(block)
        out.append(block)
        got += BLOCK
    return bridge, np.concatenate(out)


@pytest.mark.parametrize(("in_hz", "out_hz"), [(44_100, 44_100), (48_000, 44_100), (44_100, 48_000)])
@pytest.mark.parametrize("drift", [0.0, 2e-4, -2e-4])
def test_clocks_that_differ_leave_no_gap(in_hz: int, out_hz: int, drift: float) -> None:
    bridge, out = bridged(in_hz, out_hz, drift, 60)
    assert bridge.gaps == 0
    assert abs(bridge.correction) < 8e-4
    loud = out[out_hz:]
    assert np.abs(np.diff(loud, axis=0)).max() < 1.05 * 2 * np.pi * 441 / out_hz
    assert np.sqrt(np.mean(loud**2)) == pytest.approx(0.7071, rel=0.01)


def test_an_input_that_stops_is_silence_and_is_counted() -> None:
    bridge = DriftBridge(44_100, 44_100, 3 * BLOCK)
    for start in range(0, 4 * BLOCK, BLOCK):
        bridge.put(tone_at(np.arange(start, start + BLOCK), 441, 44_100))
    block = np.zeros((BLOCK, 2), np.float32)
    for _ in range(6):
        bridge.get(block)
    assert bridge.gaps == 1
    assert not block.any()
