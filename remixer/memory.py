"""What this process takes of memory: how much it has needed, and whether it keeps what it frees."""

from __future__ import annotations

import sys
from pathlib import Path

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # malloc.h of the GNU C library


def keep_freed() -> None:
    """Let this process keep the memory that it frees for itself; where there is no GNU C library, nothing.

    Work that takes and frees large arrays over and over, as training does, else gets every page of them
    anew from the system, wiped, each time.
    """
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, -1)


def peak_rss_mib() -> float:
    """Return the most resident memory this process has had, in MiB.

    On Linux it is read from `/proc`, where that tells it: what `getrusage` says begins with the size of the
    process that started this one.
    """
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 2**20
    if sys.platform == "linux" and (told := _told_by_proc()):
        return told
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def _told_by_proc() -> float:
    """Return what `/proc` says; 0 where it does not, as in some containers."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    fields = status.partition("VmHWM:")[2].split()
    return int(fields[0]) / 2**10 if fields else 0.0
