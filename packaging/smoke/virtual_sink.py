"""A loudspeaker for machines without one: a PulseAudio server that plays in real time into memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100
_START_SECONDS = 15.0


class VirtualSink:
    """A private sound server; what is played can be read as `(frames, 2)` float32.

    Attributes:
        folder: where its socket `native` lies; other users may connect to it.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sink-"))
        self._server: subprocess.Popen[bytes] | None = None
        self._played = bytearray()
        self._stopped = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> VirtualSink:
        self.folder.chmod(0o755)
        home = self.folder / "server"
        home.mkdir(mode=0o700)
        environment = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PATH": os.environ["PATH"]}
        environment |= {"PULSE_RUNTIME_PATH": str(home), "PULSE_STATE_PATH": str(home)}
        with (self.folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                self._command(),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        limit = time.monotonic() + _START_SECONDS
        while not ((self.folder / "native").exists() and (self.folder / "speakers").exists()):
            if self._server.poll() is not None or time.monotonic() > limit:
                raise SystemExit("PulseAudio did not start:\n" + (self.folder / "log").read_text("utf-8"))
            time.sleep(0.05)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        if self._reader.is_alive():
            self._reader.join(2)
        if self._server is not None:
            self._server.terminate()
            self._server.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def played(self) -> NDArray[np.float32]:
        """Return everything that was played so far, `(frames, 2)`."""
        whole = len(self._played) // 8 * 8
        return np.frombuffer(bytes(self._played[:whole]), "<f4").reshape(-1, 2)

    def forget(self) -> None:
        """Start the recording anew."""
        del self._played[: len(self._played) // 8 * 8]

    def _command(self) -> list[str]:
        sink = f"sink_name=speakers file={self.folder}/speakers format=float32le rate={RATE_HZ} channels=2"
        return [
            *("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"),
            *("--realtime=no", "--high-priority=no", "--log-target=stderr"),
            *("-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.folder}/native"),
            *("-L", f"module-pipe-sink {sink} use_system_clock_for_timing=yes"),
        ]

    def _read(self) -> None:
        pipe = os.open(self.folder / "speakers", os.O_RDONLY | os.O_NONBLOCK)
        while not self._stopped.is_set():
            try:
                block = os.read(pipe, 65_536)
            except BlockingIOError:
                block = b""
            self._played += block
            if not block:
                time.sleep(0.01)
        os.close(pipe)
