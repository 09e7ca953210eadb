"""RealtimeKit: the service by which desktops on Linux let the sound of ordinary programs go first.

It makes a thread real-time only in a process that has bound how long such a thread may compute without a
pause (RLIMIT_RTTIME); the kernel ends a process that does not keep to it. Interface:
org.freedesktop.RealtimeKit1, in the file README of rtkit.
"""

from __future__ import annotations

import contextlib
import os
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

    longest, highest = _bound("RTTimeUSecMax"), _bound("MaxRealtimePriority")
    if longest is None or highest is None:
        return False
    with contextlib.suppress(OSError, ValueError):  # a smaller bound is set already
        resource.setrlimit(resource.RLIMIT_RTTIME, (longest, longest))
    values = (os.getpid(), thread, min(priority, highest))
    return _ask("MakeThreadRealtimeWithPID", "ttu", values) is not None


def make_nicer(thread: int, niceness: int) -> bool:
    """Give a thread of this process a niceness below zero; return whether it was granted.

    Args:
        thread: its number in the system.
        niceness: -20 to -1.
    """
    return _ask("MakeThreadHighPriorityWithPID", "tti", (os.getpid(), thread, niceness)) is not None


def _bound(name: str) -> int | None:
    """Return one of the service's properties."""
    answer = _ask("Get", "ss", (_NAME, name), interface="org.freedesktop.DBus.Properties")
    return int(answer[0][1]) if answer else None


def _ask(
    method: str, signature: str, values: tuple[Any, ...], interface: str = _NAME
) -> tuple[Any, ...] | None:
    """Return what the service answers, None if it refuses or is not there."""
    from jeepney import DBusAddress, MessageType, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    address = DBusAddress(_PATH, bus_name=_NAME, interface=interface)
    message = new_method_call(address, method, signature, values)
    try:
        with open_dbus_connection(bus="SYSTEM", auth_timeout=_PATIENCE_SECONDS) as connection:
            reply = connection.send_and_get_reply(message, timeout=_PATIENCE_SECONDS)
    except (OSError, ValueError, RuntimeError):  # no bus, none that lets one in, none that answers
        return None
    if reply.header.message_type is not MessageType.method_return:
        return None
    return tuple(reply.body)
