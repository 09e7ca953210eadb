"""How a session stands, gathered into one frozen value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remixer.session.snapshot import Snapshot

if TYPE_CHECKING:
    from remixer.playback.status import PlayerStatus
    from remixer.separation.inference import SeparationStatus
    from remixer.session.session import Session


def picture(
    session: Session, status: PlayerStatus, position_frames: int, separation: SeparationStatus
) -> Snapshot:
    """Return a session's snapshot. Thread: the session's."""
    front, background = session.front, session.background
    history = session.remix.history
    return Snapshot(
        entries=session.playlist.entries(background.card.take_id),
        current=session.playlist.current_index,
        song=front.view(),
        playing=status.playing,
        position_frames=position_frames,
        loop=front.remix.loop,
        controls=front.remix.controls,
        bypassed=front.remix.bypassed,
        levels=front.levels(status),
        spans=front.spans,
        takes=front.takes,
        preferred=background.heard_first,
        separation=separation,
        model=background.card.id,
        device=background.device_id,
        output=session.choices.settings.output,
        player=status,
        live=session.live.view(status),
        tasks=session.exports.poll(),
        notices=session.notices.current(),
        can_undo=history.can_undo,
        can_redo=history.can_redo,
    )
