"""RealtimeKit: the service by which desktops on Linux let the sound of ordinary programs go first.

It makes a thread real-time only in a process that has bound how long such a thread may compute without a
pause (RLIMIT_RTTIME); the kernel ends a process that does not keep to it. Interface:
org.freedesktop.RealtimeKit1, in the file README of rtkit.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

_NAME = "org.freedesktop.RealtimeKit1"
_PATH = "/org/freedesktop/RealtimeKit1"
_PATIENCE_SECONDS = 0.5


def make_realtime(thread: int, priority: int) -> bool:
    """Let a thread of this process run before all that are not real-time; return whether it was granted.

    Args:
        thread: its number in the system.
        priority: 1 to 99; lowered to what the service grants at most.
    """
    import resource

    with _bus() as bus:
        longest, highest = _bound(bus, "RTTimeUSecMax"), _bound(bus, "MaxRealtimePriority")
        if longest is None or highest is None:
            return False
        with contextlib.suppress(OSError, ValueError):  # a smaller bound is set already
            resource.setrlimit(resource.RLIMIT_RTTIME, (longest, longest))
        values = (os.getpid(), thread, min(priority, highest))
        return _ask(bus, "MakeThreadRealtimeWithPID", "ttu", values) is not None


def make_nicer(thread: int, niceness: int) -> bool:
    """Give a thread of this process a niceness below zero; return whether it was granted.

    Args:
        thread: its number in the system.
        niceness: -20 to -1.
    """
    with _bus() as bus:
        values = (os.getpid(), thread, niceness)
        return _ask(bus, "MakeThreadHighPriorityWithPID", "tti", values) is not None


@contextlib.contextmanager
def _bus() -> Iterator[Any]:
    """Connect to the system's bus; None if there is none that lets one in."""
    from jeepney.io.blocking import open_dbus_connection

    try:
        connection = open_dbus_connection(bus="SYSTEM", auth_timeout=_PATIENCE_SECONDS)
    except (OSError, ValueError, RuntimeError):
        yield None
        return
    with connection:
        yield connection


def _bound(bus: Any, name: str) -> int | None:
    """Return one of the service's properties."""
    answer = _ask(bus, "Get", "ss", (_NAME, name), interface="org.freedesktop.DBus.Properties")
    return int(answer[0][1]) if answer else None


def _ask(
    bus: Any, method: str, signature: str, values: tuple[Any, ...], interface: str = _NAME
) -> tuple[Any, ...] | None:
    """Return what the service answers, None if it refuses or is not there."""
    from jeepney import DBusAddress, MessageType, new_method_call

    if bus is None:
        return None
    address = DBusAddress(_PATH, bus_name=_NAME, interface=interface)
    message = new_method_call(address, method, signature, values)
    try:
        reply = bus.send_and_get_reply(message, timeout=_PATIENCE_SECONDS)
    except (OSError, ValueError, RuntimeError):  # it does not answer
        return None
    if reply.header.message_type is not MessageType.method_return:
        return None
    return tuple(reply.body)
