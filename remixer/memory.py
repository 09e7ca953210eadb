"""How much memory this process has needed."""

from __future__ import annotations

import sys
from pathlib import Path


def peak_rss_mib() -> float:
    """Return the most resident memory this process has had, in MiB.

    On Linux it is read from `/proc`: what `getrusage` says begins with the size of the process that
    started this one.
    """
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 2**20
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("VmHWM:")[2].split()[0]) / 2**10
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
