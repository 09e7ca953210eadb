"""The program itself, with hands that never rest: faders at 20 Hz, jumps, another song every few minutes."""

from __future__ import annotations

import json
import math
import os
import random
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from remixer import app
from remixer.playback.status import PlayerStatus
from remixer.session import Session, assembly

FADERS_MS = 50
JUMPS_SECONDS = (25.0, 60.0)
REPORT_SECONDS = 60.0
DROP_SECONDS = 20.0


class Hands:
    """Moves what a person would, and notes every break in the sound.

    Args:
        session: of the running program.
        songs: one after the other.
        minutes: how long it all takes.
        each: minutes until the next song.
    """

    def __init__(self, session: Session, songs: list[Path], minutes: float, each: float) -> None:
        self.session, self.songs = session, songs
        self.random = random.Random(1)
        self.began = time.monotonic()
        self.moved = self.began
        self.ends, self.each = self.began + 60 * minutes, 60 * each
        self.number, self.jumps, self.playing_seconds = -1, 0, 0.0
        self.drop_at = math.inf
        self.jump_at = self.report_at = self.began + 30.0
        self.last = PlayerStatus()
        self.worst_hop_ms = self.latency_ms = 0.0
        self.timer = QTimer()
        self.timer.timeout.connect(self.move)
        self.timer.start(FADERS_MS)

    def move(self) -> None:
        """Do what is due. Thread: the window's, twenty times a second."""
        now = time.monotonic()
        if now >= self.ends:
            self.finish()
            return
        number = int((now - self.began) // self.each)
        if number != self.number:
            self.number = number
            self.next_song()
        for place, stem in enumerate(("vocals", "drums", "bass", "other")):
            self.session.set_stem(stem, gain_db=round(-12 + 12 * math.sin(0.9 * now + 1.7 * place), 2))
        status = self.session.player.status()
        self.watch(status, now)
        if now >= self.drop_at:
            self.drop_at = math.inf
            self.session.remove(0)
        if now >= self.jump_at and status.playing:
            self.jump_at = now + self.random.uniform(*JUMPS_SECONDS)
            self.jump()
        if now >= self.report_at:
            self.report_at = now + REPORT_SECONDS
            self.report(status, now)

    def next_song(self) -> None:
        """Open the next; soon after, the one before leaves the queue, so that its stems may go."""
        self.session.open([self.songs[self.number % len(self.songs)]], play=True)
        if self.number:
            self.drop_at = time.monotonic() + DROP_SECONDS

    def jump(self) -> None:
        """Go anywhere, but not so near to the end that the song is over before the next jump."""
        item = self.session.playlist.current
        if item is not None and item.song is not None:
            self.jumps += 1
            rest = int((JUMPS_SECONDS[1] + 5.0) * item.song.rate)
            self.session.seek(self.random.randrange(max(1, item.song.frames - rest)))

    def watch(self, status: PlayerStatus, now: float) -> None:
        """Say at once when the sound broke off, and what the machine did then."""
        if (status.underruns, status.restarts) != (self.last.underruns, self.last.restarts):
            self.report(status, now, "BREAK ")
        self.last = status
        self.playing_seconds += (now - self.moved) * status.playing
        self.moved = now
        self.worst_hop_ms = max(self.worst_hop_ms, status.hop_ms.p99)
        if status.playing:
            self.latency_ms = max(self.latency_ms, status.latency_ms.device)

    def report(self, status: PlayerStatus, now: float, prefix: str = "") -> None:
        """One line on stderr."""
        steal = Path("/proc/stat").read_text(encoding="ascii").split()[8]
        print(
            f"{prefix}{(now - self.began) / 60:.2f} min  song {self.number + 1} at "
            f"{status.position_frames / max(1, status.rate):.0f} s  heard {status.heard or '-'}  "
            f"live {status.live}  underruns {status.underruns}  restarts {status.restarts}  "
            f"late {status.late}  device {status.latency_ms.device:.0f} ms  hop p99 {status.hop_ms.p99} ms  "
            f"load {os.getloadavg()[0]:.1f}  steal {steal}",
            file=sys.stderr, flush=True,
        )  # fmt: skip

    def finish(self) -> None:
        """Print the figures and close the window."""
        self.timer.stop()
        status = self.session.player.status()
        figures = {
            "minutes": round((time.monotonic() - self.began) / 60, 2),
            "playing_minutes": round(self.playing_seconds / 60, 2),
            "underruns": status.underruns, "restarts": status.restarts, "late_tiles": status.late,
            "songs": self.number + 1, "jumps": self.jumps, "device_latency_ms": round(self.latency_ms, 1),
            "hop_p99_ms_worst": self.worst_hop_ms, "hop_budget_ms": status.budget_ms,
        }  # fmt: skip
        print(json.dumps(figures), flush=True)
        QTimer.singleShot(0, QApplication.closeAllWindows)


def main() -> int:
    """Start the program as its users do, and lay hands on its session."""
    minutes, each, *names = sys.argv[1:]
    open_session = assembly.open_session
    hands: list[Hands] = []

    def opened(settings):
        session = open_session(settings)
        QTimer.singleShot(
            1000, lambda: hands.append(Hands(session, [Path(n) for n in names], float(minutes), float(each)))
        )
        return session

    assembly.open_session = opened
    return app.main()


if __name__ == "__main__":
    sys.exit(main())
