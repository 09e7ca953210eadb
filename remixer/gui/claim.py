"""One window a user: the first start claims it, later ones hand their songs over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCryptographicHash, QDir, QLockFile

from remixer.errors import RemixerError

_PATIENCE_MS = (0, *[500] * 40)


def window_name(config_folder: Path) -> str:
    """Return the name under which the open window of one settings folder is found."""
    hashed = QCryptographicHash.hash(
        os.fsencode(config_folder.resolve()), QCryptographicHash.Algorithm.Sha256
    )
    return f"stem-remixer-{bytes(hashed.data()).hex()[:16]}"


class Claim:
    """The right to be the one window of that name; it ends with the process, however that ends.

    Args:
        name: as `window_name` gives it.
    """

    def __init__(self, name: str) -> None:
        self._lock = QLockFile(f"{QDir.tempPath()}/{name}.lock")
        self._lock.setStaleLockTime(0)

    def take(self, hand_over: Callable[[], bool]) -> bool:
        """Return whether this is the one window now; if not, another one took what was handed over.

        Args:
            hand_over: gives what there is to the open window; tells whether it was there. While a window
                comes or goes it is neither there nor out of the way: both are tried again.

        Raises:
            RemixerError: another window has the claim, and is not there for longer than any start takes.
        """
        for wait_ms in _PATIENCE_MS:
            if self._lock.tryLock(wait_ms) or self._lock.error() != QLockFile.LockError.LockFailedError:
                return True
            if hand_over():
                return False
        raise RemixerError("The program is open already, but does not answer; end it and start it again.")

    def give_up(self) -> None:
        """Let others be the one window."""
        self._lock.unlock()
