"""Letting what must be in time go first, where the system allows it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Literal

_NICENESS = -10
Role = Literal["audio", "beside"]

_REALTIME = {"audio": 10, "beside": 1}


def raise_priority(role: Role) -> None:
    """Let the calling thread, and those it starts later, run before other programs.

    `audio` is for the thread that fills the device's buffer. `beside` is for
    the threads that share an interpreter with it: the callback waits for its
    lock now and then, so nobody may keep them from letting go of it. A thread
    that a sound server has put higher is left there. Without the right to,
    nothing happens.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
        with contextlib.suppress(OSError):
            if os.sched_getparam(0).sched_priority < _REALTIME[role]:
                os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_REALTIME[role]))
    elif sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetThreadPriority(kernel.GetCurrentThread(), 2 if role == "audio" else 1)


def end_priority() -> None:
    """Let the calling thread run like any other: one that is never done must not keep others waiting."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


@contextlib.contextmanager
def raised(role: Role) -> Iterator[None]:
    """Let the calling thread run before other programs for a while."""
    if sys.platform != "linux":
        yield
        return
    niceness, policy, param = (
        os.getpriority(os.PRIO_PROCESS, 0),
        os.sched_getscheduler(0),
        os.sched_getparam(0),
    )
    raise_priority(role)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, policy, param)
            os.setpriority(os.PRIO_PROCESS, 0, niceness)
