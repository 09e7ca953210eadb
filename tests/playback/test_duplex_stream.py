from __future__ import annotations

import os
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from remixer.playback import duplex_stream, portaudio
from remixer.playback.duplex_stream import DuplexStream
from remixer.playback.xruns import Xruns

RATE, BLOCK = 44_100, 512


class Device:
    """A stream that never calls by itself."""

    active = True
    samplerate = float(RATE)
    latency: Any = (0.01, 0.02)

    def __init__(self, **settings: Any) -> None:
        self.callback = settings["callback"]

    def start(self) -> None:
        """Begin."""


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> DuplexStream:
    house = SimpleNamespace(
        Stream=Device,
        PortAudioError=OSError,
        query_devices=lambda index, kind: {f"max_{kind}_channels": 2},
    )
    monkeypatch.setattr(duplex_stream, "library", lambda: house)
    return DuplexStream(lambda heard, out: np.copyto(out, heard), RATE, BLOCK, "", "")


def call(stream: DuplexStream, times: int, status: bool) -> None:
    heard, out = np.ones((BLOCK, 2), np.float32), np.zeros((BLOCK, 2), np.float32)
    for _ in range(times):
        stream._callback(heard, out, BLOCK, SimpleNamespace(currentTime=time.monotonic()), status)
    assert (out == 1).all()


def test_latencies_below_nothing_are_put_right() -> None:
    jack: Any = SimpleNamespace(latency=((2**32 - 512) / RATE, 1024 / RATE), samplerate=float(RATE))
    assert portaudio.told_latency(jack, 1.0) == pytest.approx(512 / RATE)
    nonsense: Any = SimpleNamespace(latency=(50.0, 0.01), samplerate=float(RATE))
    assert portaudio.told_latency(nonsense, 0.02) == 0.04


def test_blocks_asked_for_at_once_after_one_xrun_count_as_one() -> None:
    xruns = Xruns()
    for ran_dry, woken in ((True, 1.0), (True, 1.0), (False, 1.1), (True, 1.2), (False, 1.2)):
        xruns.add(ran_dry, woken)
    assert xruns.count == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux schedules threads so")
def test_a_thread_that_is_never_done_yields_to_others(stream: DuplexStream) -> None:
    policies: list[int] = []

    def storm() -> None:
        for count, status in ((1, True), (20, False), (40, True), (20, True)):
            call(stream, count, status)
            policies.append(os.sched_getscheduler(0))

    thread = threading.Thread(target=storm)
    thread.start()
    thread.join()
    assert len(policies) == 4
    assert policies[-1] == os.SCHED_OTHER
    assert len(set(policies[:3])) == 1
