"""Memory: how much was needed is told wherever the program runs; what is freed is kept where asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from remixer.memory import peak_rss_mib

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


def test_it_is_told_in_mebibytes() -> None:
    assert 10 < peak_rss_mib() < 100_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such a file")
@pytest.mark.parametrize("status", ["Name:\tpython\nVmRSS:\t5000 kB\n", None])
def test_it_is_told_where_the_system_does_not_say_the_most(
    monkeypatch: pytest.MonkeyPatch, status: str | None
) -> None:
    def read(path: Path, **_: object) -> str:
        if status is None:
            raise FileNotFoundError(str(path))
        return status

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", read)
        assert 10 < peak_rss_mib() < 100_000
