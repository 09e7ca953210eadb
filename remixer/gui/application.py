"""The toolkit's application: dropped songs reach it, and those the system or a later start hands over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

Taker = Callable[[list[Path]], object]


class Application(QApplication):
    """The one application object.

    Args:
        arguments: the program's name and what the toolkit is told.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(list(arguments))
        self._taker: Taker | None = None
        self._early: list[Path] = []

    @Slot(list)
    def take_songs(self, paths: list[Path]) -> None:
        """Pass songs on, or keep them until somebody can take them."""
        if self._taker is None:
            self._early += paths
        else:
            self._taker(paths)

    def hand_songs_to(self, taker: Taker) -> None:
        """Let songs be taken; those that came before are given now."""
        self._taker = taker
        early, self._early = self._early, []
        if early:
            taker(early)

    def event(self, event: QEvent) -> bool:
        """Take a song that macOS opens with the program."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.take_songs([Path(event.file())])
            return True
        return super().event(event)
