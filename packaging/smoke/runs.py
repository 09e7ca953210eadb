"""Runs the frozen program in its place: once to the end, or as a window that stays."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence

from smoke.places import Place
from smoke.screen import wait_until


def run(place: Place, *arguments: str, seconds: float = 600, **variables: str) -> str:
    """Run the program to its end and return what it said on standard output.

    Raises:
        SystemExit: it failed.
    """
    done = subprocess.run(
        place.command(arguments, variables), capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode != 0:
        command = f"remixer {' '.join(arguments)}"
        raise SystemExit(f"{command} ended with exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Window:
    """The program with its window open.

    Args:
        place: where it runs.
        arguments: what it is started with.
        variables: added to its environment.
    """

    def __init__(self, place: Place, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        self._place = place
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            place.command(arguments, variables), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @property
    def is_open(self) -> bool:
        """Whether the program still runs."""
        return self._process.poll() is None

    def wait_closed(self, seconds: float) -> None:
        """Wait until the program has ended, in peace and with all its processes.

        Raises:
            SystemExit: it did not.
        """
        try:
            said, _ = self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise SystemExit(f"The program did not quit within {seconds:.0f} s.") from None
        if self._process.returncode != 0:
            raise SystemExit(f"The window ended with exit code {self._process.returncode}:\n{said}")
        wait_until(lambda: not self._place.processes(), 10, "the program's other processes to end")

    def kill_main(self) -> None:
        """Kill the program's own process, as a crash would, and leave the others alone."""
        self._process.kill()
        self._process.communicate()

    def kill(self) -> None:
        """End it now, with its children."""
        self._process.kill()
        for identifier in self._place.processes():
            subprocess.run(["kill", "-9", str(identifier)], check=False)
        self._process.communicate()
