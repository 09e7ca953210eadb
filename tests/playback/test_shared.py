from __future__ import annotations

import multiprocessing
from typing import Any

import pytest

from remixer.mixing.levels import Level
from remixer.playback.shared import HALF_BYTES, Half, shared_memory
from remixer.playback.status import Bulletin, HopTimes, Latency, PlayerStatus


def test_a_value_is_read_once_and_whole() -> None:
    memory = shared_memory()
    writer, reader, other = Half(memory, 0), Half(memory, 0), Half(memory, 1)
    assert reader.read() is None
    writer.write(b"one")
    writer.write(b"three")
    assert reader.read() == b"three"
    assert reader.read() is None
    assert other.read() is None


def test_a_value_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Half(shared_memory(), 0).write(bytes(HALF_BYTES))


def _write_on(memory: Any, count: int) -> None:
    writer = Half(memory, 0)
    for number in range(count):
        writer.write(bytes([number % 200]) * (1 + number % 200 * 20))


def test_another_process_never_sees_half_a_value() -> None:
    memory = shared_memory()
    writer = multiprocessing.get_context("spawn").Process(target=_write_on, args=(memory, 60_000))
    writer.start()
    reader, seen = Half(memory, 0), 0
    while writer.is_alive():
        value = reader.read()
        if value is not None:
            seen += 1
            assert set(value) == {value[0]}
            assert len(value) == 1 + value[0] * 20
    writer.close()
    assert seen


def test_a_torn_value_is_passed_over() -> None:
    memory = shared_memory()
    writer, reader = Half(memory, 0), Half(memory, 0)
    writer.write(b"whole")
    memory[24] ^= 1
    assert reader.read() is None


def test_a_status_survives_the_way_through_memory() -> None:
    status = PlayerStatus(
        alive=True,
        song_id="é",
        levels=(Level((0.1, 0.2), (0.3, 0.4), True),),
        latency_ms=Latency(23.2, 11.6, 60.0),
        hop_ms=HopTimes(1.0, 2.0, 3.0, 4.0),
        message="“device” stopped",
    )
    bulletin = Bulletin(status, 12.5, 44_100.0, 3)
    assert Bulletin.unpack(bulletin.pack()) == bulletin
    assert status.latency_ms.total == pytest.approx(94.8)
