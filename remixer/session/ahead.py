"""The songs that wait, opened and separated while the one in front needs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remixer.session.background import Background
from remixer.session.playlist import Item, Playlist

if TYPE_CHECKING:
    from remixer.separation.inference import SeparationStatus
    from remixer.song.song import Song


class Ahead:
    """Prepares the queue, one song at a time.

    Args:
        playlist: the queue.
        background: what separates.
    """

    def __init__(self, playlist: Playlist, background: Background) -> None:
        self._playlist = playlist
        self._background = background
        self._finished: set[tuple[str, str]] = set()

    def poll(self, separation: SeparationStatus) -> None:
        """Begin what is due once the song in front needs nothing. Thread: GUI."""
        if not self._free(separation):
            return
        item = self._next()
        if item is None:
            return
        if item.state == "waiting":
            self._playlist.prepare(item)
        elif item.song is not None and item.state == "ready":
            self._background.separate_ahead(item.song)

    def _free(self, separation: SeparationStatus) -> bool:
        """Return whether the song in front is finished, or failed and there is nothing of it to separate."""
        if separation.state != "idle" or self._background.halted:
            return separation.state == "done"
        front = self._playlist.current
        return front is not None and front.state == "failed"

    def _next(self) -> Item | None:
        items, at = self._playlist.items, self._playlist.current_index
        for item in items[at + 1 :] + items[: max(0, at)]:
            if item.state in ("waiting", "opening", "decoding"):
                return item
            if item.state == "ready" and item.song is not None and not self._is_finished(item.song):
                return item
        return None

    def _is_finished(self, song: Song) -> bool:
        """Return whether the chosen model's stems are there; no file is opened to see it twice."""
        stems = song.id, self._background.card.take_id
        if stems not in self._finished:
            take = song.take(self._background.card.take_id)
            if take is None or not take.complete:
                return False
            self._finished.add(stems)
        return True
