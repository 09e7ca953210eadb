"""Making the background yield to the music and the window."""

from __future__ import annotations

import logging
import os
import sys
import threading

NICENESS = 10
BELOW_NORMAL = -1

_log = logging.getLogger(__name__)


def lower_priority() -> None:
    """Let the calling thread, and threads it starts later, run only when others do not want to.

    Works on Linux and Windows; macOS knows no such thing for threads made by Python, and nothing happens.
    """
    try:
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        elif sys.platform == "win32":
            import ctypes

            kernel = ctypes.windll.kernel32
            kernel.SetThreadPriority(kernel.GetCurrentThread(), BELOW_NORMAL)
    except OSError as error:
        _log.info("the priority of the background stays as it is: %r", error)
