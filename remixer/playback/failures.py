"""What went wrong with playback: the sentence for it, and how often the process died."""

from __future__ import annotations

import threading
import time

_ALONE_SECONDS = 1.0
_DEATHS_IN_A_ROW = 5
_LIVED_SECONDS = 10.0


class Failures:
    """Keeps the sentence of what failed last, as long as the process has nothing newer to say.

    What the process says lasts, as on which device the song is heard instead of the one that is gone. A
    failure comes before it for a second at least, for both often come at once.

    Thread: any.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._sentence = self._known = ""
        self._alone_until = 0.0
        self._deaths, self._died = 0, 0.0

    def say(self, sentence: str) -> None:
        """Learn of a failure."""
        with self._lock:
            self._sentence, self._alone_until = sentence, time.monotonic() + _ALONE_SECONDS

    def forget(self) -> None:
        """Say no more of what failed."""
        with self._lock:
            self._sentence = ""

    def newest(self, lasting: str) -> str:
        """Return what failed, or what the process says if that is newer, or if nothing failed."""
        with self._lock:
            if not lasting:
                self._known = ""
            if self._sentence and (lasting == self._known or time.monotonic() < self._alone_until):
                return self._sentence
            self._sentence, self._known = "", lasting
            return lasting

    def die(self) -> bool:
        """Count a death of the process; return whether it dies again and again, which is said then."""
        with self._lock:
            often = self._deaths >= _DEATHS_IN_A_ROW
            self._deaths, self._died = self._deaths + 1, time.monotonic()
            if often:
                self.say("Playback keeps failing; it is tried again every few seconds.")
            return often

    def live(self) -> None:
        """Learn that the process lives: deaths that are long past do not count."""
        with self._lock:
            if self._deaths and time.monotonic() - self._died > _LIVED_SECONDS:
                self._deaths, self._sentence = 0, ""
