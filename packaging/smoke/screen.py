"""A screen without a monitor, and hands on its keyboard and mouse: Xvfb and xdotool."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

_SOCKETS = Path("/tmp/.X11-unix")
_CLIENT = Path(__file__).with_name("x_client.py")


class Screen:
    """One X server of our own.

    Attributes:
        display: its name, such as `:91`.
    """

    def __init__(self, width: int = 1600, height: int = 1000) -> None:
        self._size = f"{width}x{height}x24"
        self._server: subprocess.Popen[bytes] | None = None
        self.display = ""

    def __enter__(self) -> Screen:
        number = next(number for number in range(91, 400) if not (_SOCKETS / f"X{number}").exists())
        self.display = f":{number}"
        command = ["Xvfb", self.display, "-screen", "0", self._size, "-nolisten", "tcp", "-ac"]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: (_SOCKETS / f"X{number}").exists(), 20, "the X server to start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait(10)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of programs that show themselves on it."""
        return {**os.environ, "DISPLAY": self.display}

    def windows(self) -> list[str]:
        """Return the ids of the windows that are to be seen, largest first."""
        found = self._do("search", "--onlyvisible", "--name", ".+", check=False).split()
        return sorted(found, key=lambda window: -self._area(window))

    def _area(self, window: str) -> int:
        said = self._do("getwindowgeometry", "--shell", window, check=False)
        fields = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        return int(fields.get("WIDTH", 0)) * int(fields.get("HEIGHT", 0))

    def place(self, window: str, x: int, y: int) -> None:
        """Move a window and give it the keyboard."""
        self._do("windowmove", window, str(x), str(y))
        self.focus(window)

    def focus(self, window: str) -> None:
        """Give a window the keyboard, as a window manager would."""
        self._do("windowfocus", window)

    def keys(self, *names: str) -> None:
        """Press keys one after the other."""
        self._do("key", "--delay", "60", *names)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the mouse at one point, move in steps, and let go at another."""
        self._do("mousemove", *map(str, start))
        time.sleep(0.2)
        self._do("mousedown", "1")
        for step in range(1, 13):
            x, y = (round(a + (b - a) * step / 12) for a, b in zip(start, end, strict=True))
            self._do("mousemove", str(x), str(y))
            time.sleep(0.1)
        time.sleep(0.3)
        self._do("mouseup", "1")

    def drop_file(self, file: str, target: tuple[int, int]) -> None:
        """Drag a file out of another program's window and drop it: a real drag and drop of X.

        Args:
            file: its path as the receiving program sees it.
            target: where it is let go.
        """
        source = self._client("drag", file)
        try:
            time.sleep(0.5)
            self.drag((40, 40), target)
            said = source.communicate(timeout=20)[0].strip()
        finally:
            source.kill()
        if said != "CopyAction":
            raise SystemExit(f"The program did not take the file: the drag ended with “{said}”.")

    def picture(self, target: Path) -> None:
        """Save what is on the screen, for looking at after a failure."""
        subprocess.run(
            [sys.executable, str(_CLIENT), "picture", str(target)], env=self.environment, check=False
        )

    def time_to_paint(self, start: Callable[[], float]) -> float:
        """Start something and return after how many seconds the empty screen shows it.

        Args:
            start: starts it and returns when it did so, by `time.monotonic`.
        """
        watcher = self._client("watch")
        try:
            began = start()
            said = watcher.communicate(timeout=90)[0].strip()
        finally:
            watcher.kill()
        if not said:
            raise SystemExit("Nothing was painted on the screen.")
        return float(said) - began

    def _client(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(_CLIENT), *words]
        client = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        if client.stdout is None or client.stdout.readline().strip() != "ready":
            client.kill()
            raise SystemExit(f"The test's own program of X did not start: {' '.join(words)}")
        return client

    def _do(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, check=False
        )
        if check and done.returncode != 0:
            raise SystemExit(f"xdotool {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout


def wait_until(holds: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for something to come true; return after how many seconds it did.

    Raises:
        SystemExit: it did not.
    """
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise SystemExit(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.02)
    return time.monotonic() - began
