"""What an export is about: the song in front as it is mixed now, and whether what it waits for comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remixer.errors import UsageError
from remixer.session.exporting import Subject, last_pass

if TYPE_CHECKING:
    from remixer.session.session import Session


def subject_of(session: Session) -> Subject:
    """Return what an export of the song in front is about. Thread: the session's.

    Raises:
        UsageError: no song is open.
    """
    front, background, playlist = session.front, session.background, session.playlist
    song, item, view = front.song, front.item, front.view()
    if song is None or item is None or view is None:
        raise UsageError("Open a song before exporting.")
    take_ids = background.take_ids()

    def has_its_turn() -> bool:
        """Whether it is in front, or one of the songs that are prepared when that one is done."""
        first = front.item
        broken_off = first is not None and first.state == "failed" and front.song is not None
        prepared = session.choices.settings.prepare_queue and not background.halted and not broken_off
        return item is playlist.current or (prepared and item in playlist.items)

    def decoding() -> bool:
        return item.state in ("opening", "decoding") or (item.state == "waiting" and has_its_turn())

    def separating() -> bool:
        made = take_ids[0] == background.card.take_id and not background.halted
        return made and has_its_turn()

    return Subject(
        song, view.title, view.artist, background.name(take_ids[0]), take_ids, front.remix.heard,
        decoding, separating, last_pass(session.player.moves()),
    )  # fmt: skip
