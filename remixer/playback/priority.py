"""Letting what must be in time go first, where the system allows it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from remixer.playback.realtime_kit import make_nicer, make_realtime

_NICENESS = -10
_PATIENCE_SECONDS = 0.5
_THREADS = Path("/proc/self/task")
_SERVER_THREAD = "threaded-ml"
Role = Literal["audio", "beside"]

_REALTIME = {"audio": 10, "beside": 1}


def raise_priority(role: Role, thread: int = 0) -> None:
    """Let a thread, by its number in the system, the calling one if 0, run before other programs.

    Where the system grants it without asking, so do the threads that it starts later.

    `audio` is for the thread that fills the device's buffer. `beside` is for
    the threads that share an interpreter with it: the callback waits for its
    lock now and then, so nobody may keep them from letting go of it. A thread
    that a sound server has put higher is left there. On Linux a program
    without the right to asks RealtimeKit; where that is not there either,
    nothing happens.
    """
    if sys.platform == "linux":
        if not _raise_by_right(role, thread):
            _ask_for(role, thread or threading.get_native_id())
    elif sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetThreadPriority(kernel.GetCurrentThread(), 2 if role == "audio" else 1)


def raise_server_thread() -> None:
    """Let the thread in which PulseAudio's library listens to its server go as early as the audio thread.

    It is the one that wakes the audio thread, so this can be no earlier than it.
    """
    if sys.platform == "linux":
        for thread in _THREADS.iterdir():
            with contextlib.suppress(OSError):
                if (thread / "comm").read_text().strip() == _SERVER_THREAD:
                    raise_priority("audio", int(thread.name))


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


def _raise_by_right(role: Role, thread: int = 0) -> bool:
    """Do so, and return whether this user may."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, thread, _NICENESS)
    try:
        if os.sched_getparam(thread).sched_priority < _REALTIME[role]:
            os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(_REALTIME[role]))
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
    with restored():
        if sys.platform == "linux":
            raise_priority(role)
        yield


@contextlib.contextmanager
def restored() -> Iterator[None]:
    """Put the calling thread back afterwards to how early it runs now; only Linux needs it."""
    if sys.platform != "linux":
        yield
        return
    niceness, policy, param = (
        os.getpriority(os.PRIO_PROCESS, 0),
        os.sched_getscheduler(0),
        os.sched_getparam(0),
    )
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, niceness)
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, policy, param)
