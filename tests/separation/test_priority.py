"""The background yields."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from remixer.separation.priority import NICENESS, lower_priority


@pytest.mark.skipif(sys.platform != "linux", reason="threads have niceness on Linux only")
def test_only_the_calling_thread_yields() -> None:
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    found: list[int] = []

    def work() -> None:
        lower_priority()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [max(NICENESS, before)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
