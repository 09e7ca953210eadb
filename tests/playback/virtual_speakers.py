"""Loudspeakers without hardware: a private PulseAudio server that paces the sound and keeps it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 44_100


class VirtualSpeakers:
    """A PulseAudio server with one sink that writes into a pipe; `captured` returns what came out."""

    def __init__(self, rate: int = RATE) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="speakers-"))
        self.server = f"unix:{self.folder / 'native'}"
        self._fifo = self.folder / "speakers.fifo"
        self._data = bytearray()
        self._ended = threading.Event()
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            self._command(rate),
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )
        deadline = time.monotonic() + 10
        while not ((self.folder / "native").exists() and self._fifo.exists()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text(errors="replace"))
            self._ended.wait(0.02)
        self._hurry()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def captured(self) -> NDArray[np.float32]:
        """Return everything that reached the loudspeaker, (frames, 2)."""
        whole = len(self._data) // 8 * 8
        return np.frombuffer(bytes(self._data[:whole]), "<f4").reshape(-1, 2)

    def sound_in_room(self, path: Path) -> subprocess.Popen[bytes]:
        """Play a file where the microphone, the source `room.monitor`, hears it."""
        command = ["pacat", "--playback", "--device=room", "--file-format=wav", str(path)]
        return subprocess.Popen(command, env={**os.environ, "PULSE_SERVER": self.server})

    def break_off(self) -> None:
        """End all streams that record; their devices stay."""
        listed = self._ask("list-source-outputs")
        numbers = [line.split()[1] for line in listed.splitlines() if line.strip().startswith("index:")]
        self._ask(*(f"kill-source-output {number}" for number in numbers))

    def stop(self) -> None:
        """End the server, as if its device had been unplugged."""
        self._process.kill()
        self._process.wait(5)

    def close(self) -> None:
        """End everything."""
        self.stop()
        self._ended.set()
        self._reader.join(2)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ask(self, *commands: str) -> str:
        """Give commands to the server's command line, and return what it says."""
        said = b""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.folder / "cli"))
            line.sendall("".join(f"{command}\n" for command in commands).encode())
            line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65536):
                said += piece
        return said.decode()

    def _hurry(self) -> None:
        """Let the server run before other programs, as a sound card does; only with the right to."""
        tasks = Path(f"/proc/{self._process.pid}/task")
        for task in tasks.iterdir() if tasks.is_dir() else ():
            with contextlib.suppress(OSError):
                os.sched_setscheduler(int(task.name), os.SCHED_RR, os.sched_param(20))

    def _read(self) -> None:
        pipe = os.open(self._fifo, os.O_RDONLY | os.O_NONBLOCK)
        while not self._ended.is_set():
            block = b""
            with contextlib.suppress(BlockingIOError):
                block = os.read(pipe, 65536)
            self._data += block
            if not block:
                self._ended.wait(0.005)
        os.close(pipe)

    def _command(self, rate: int) -> list[str]:
        sink = f"sink_name=speakers file={self._fifo} format=float32le rate={rate} channels=2"
        return [
            "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--realtime=no",
            "--high-priority=no", "--log-target=stderr",
            "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.folder / 'native'}",
            "-L", f"module-cli-protocol-unix socket={self.folder / 'cli'}",
            "-L", f"module-pipe-sink {sink} use_system_clock_for_timing=yes",
            "-L", f"module-null-sink sink_name=room rate={rate} channels=2",
        ]  # fmt: skip

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("PULSE_SERVER", "DISPLAY")}
        kept.pop("DBUS_SESSION_BUS_ADDRESS", None)
        place = str(self.folder)
        return kept | dict.fromkeys(
            ("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH"), place
        )
