"""Saying once a song that the machine is too slow to separate it while it plays."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from remixer.session.notices import Notices

if TYPE_CHECKING:
    from remixer.playback.status import PlayerStatus

TOO_SLOW = (
    "This machine is too slow just now to separate while the music plays; "
    "the song is heard as it is until its stems are ready."
)
_PATIENCE_SECONDS = 1.0


class Pace:
    """Watches whether the live model keeps up with the music.

    Args:
        notices: where it is said.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._song_id = ""
        self._since: float | None = None
        self._said = False

    def poll(self, status: PlayerStatus) -> None:
        """Say it when the model has been too slow for a while, not for a moment. Thread: GUI."""
        if status.song_id != self._song_id:
            self._song_id, self._said = status.song_id, False
        if status.live != "slow" or not status.playing:
            self._since = None
            return
        now = time.monotonic()
        if self._since is None:
            self._since = now
        if not self._said and now - self._since >= _PATIENCE_SECONDS:
            self._said = True
            self._notices.say(TOO_SLOW)
