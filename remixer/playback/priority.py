"""Letting what must be in time go first, where the system allows it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import Literal

from remixer.playback.realtime_kit import make_nicer, make_realtime

_NICENESS = -10
_PATIENCE_SECONDS = 0.5
Role = Literal["audio", "beside"]

_REALTIME = {"audio": 10, "beside": 1}


def raise_priority(role: Role) -> None:
    """Let the calling thread, and those it starts later, run before other programs.

    `audio` is for the thread that fills the device's buffer. `beside` is for
    the threads that share an interpreter with it: the callback waits for its
    lock now and then, so nobody may keep them from letting go of it. A thread
    that a sound server has put higher is left there. On Linux a program
    without the right to asks RealtimeKit; where that is not there either,
    nothing happens.
    """
    if sys.platform == "linux":
        if _raise_by_right(role):
            return
        _ask_for(role, threading.get_native_id())
    elif sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetThreadPriority(kernel.GetCurrentThread(), 2 if role == "audio" else 1)


def granted_by() -> str:
    """Return who lets the sound of this program go first: "the system", "RealtimeKit", or "" for nobody."""
    if sys.platform != "linux":
        return "the system"
    found: list[str] = []

    def look() -> None:
        if _raise_by_right("audio"):
            found.append("the system")
        elif make_nicer(threading.get_native_id(), _NICENESS):
            found.append("RealtimeKit")

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(_PATIENCE_SECONDS)
    return "".join(found)


def _raise_by_right(role: Role) -> bool:
    """Do so, and return whether this user may."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
    try:
        if os.sched_getparam(0).sched_priority < _REALTIME[role]:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_REALTIME[role]))
    except OSError:
        return False
    return True


def _ask_for(role: Role, thread: int) -> None:
    """Ask RealtimeKit, in a thread of its own: a bus may never answer, and a device never waits."""
    if role == "audio":
        threading.Thread(target=make_realtime, args=(thread, _REALTIME[role]), daemon=True).start()
        return
    asking = threading.Thread(target=make_nicer, args=(thread, _NICENESS), daemon=True)
    asking.start()
    asking.join(_PATIENCE_SECONDS)


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
            os.setpriority(os.PRIO_PROCESS, 0, niceness)
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, policy, param)
