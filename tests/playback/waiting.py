"""Waiting for what another thread or process does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PAUSE = threading.Event()


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until a condition holds; it is the test's failure if it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        PAUSE.wait(0.01)
