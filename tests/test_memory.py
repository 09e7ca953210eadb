"""Memory: what is freed is kept where that is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
from remixer.memory import keep_freed

if {kept}:
    keep_freed()
def use():
    return [np.ones(2**22) for _ in range(8)]
use()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    use()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(kept: bool) -> int:
    """Page faults of a process that takes and frees 256 MiB four times, after the first time."""
    program = [sys.executable, "-c", FAULTS.format(kept=kept)]
    return int(subprocess.run(program, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only the GNU C library can be told to")
def test_large_arrays_are_taken_from_what_was_freed() -> None:
    assert faults(kept=True) < 0.02 * faults(kept=False)
