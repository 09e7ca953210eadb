"""What the user is told: one sentence a happening, kept until it is read."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Literal

Kind = Literal["info", "error"]

_KEPT = 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notice:
    """One sentence for the message bar.

    Attributes:
        number: grows with every notice; names it for `dismiss`.
        text: the sentence.
        kind: `error` stays until it is dismissed, `info` may fade.
        action: what the window offers beside it: empty, `logs`, `reopen` or `folder`.
        target: what the action is about, a path for `folder`.
    """

    number: int
    text: str
    kind: Kind = "info"
    action: str = ""
    target: str = ""


class Notices:
    """The sentences not yet dismissed, oldest first. Thread: any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._open: tuple[Notice, ...] = ()

    def say(self, text: str, kind: Kind = "info", action: str = "", target: str = "") -> None:
        """Add a sentence, unless the very same one still stands."""
        _log.log(logging.WARNING if kind == "error" else logging.INFO, "notice: %s", text)
        with self._lock:
            if any(notice.text == text for notice in self._open):
                return
            self._count += 1
            notice = Notice(self._count, text, kind, action, target)
            self._open = (*self._open, notice)[-_KEPT:]

    def dismiss(self, number: int) -> None:
        """Forget one sentence."""
        with self._lock:
            self._open = tuple(notice for notice in self._open if notice.number != number)

    def current(self) -> tuple[Notice, ...]:
        """Return the sentences that stand."""
        return self._open
