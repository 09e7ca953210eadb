"""Waiting for what an export needs: until it is there, and no longer than somebody makes it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from remixer.errors import InputError, ModelError
from remixer.jobs import Report
from remixer.song.take import TILE_FRAMES, tile_count

if TYPE_CHECKING:
    from remixer.session.exporting import ExportPlan, Subject
    from remixer.song.song import Song
    from remixer.song.take import Take

_WAIT_SECONDS = 0.1


def wait_for_song(plan: ExportPlan, subject: Subject, whole: bool, report: Report) -> None:
    """Wait until the song is decoded: all of it, or what is written if that is enough. Thread: worker.

    Raises:
        InputError: it is not, and nobody goes on with it.
        Cancelled: the report said so.
    """
    while True:
        goes_on = subject.decoding()
        if _is_decoded(subject.song, None if whole else plan.selection):
            return
        if not goes_on:
            raise InputError(f"“{subject.title}” is not decoded to its end; nothing was exported.")
        report(0.0)
        time.sleep(_WAIT_SECONDS)


def wait_for_stems(plan: ExportPlan, subject: Subject, report: Report) -> None:
    """Wait until there are stems of all that is written. Thread: worker.

    Raises:
        ModelError: there are not, and they are not waited for, or nobody goes on with them.
        Cancelled: the report said so.
    """
    while True:
        goes_on = subject.separating()
        take = subject.song.take(subject.take_ids[0])
        if take is not None and _covers(take, plan.selection):
            return
        if not plan.wait:
            raise ModelError("The stems are not finished yet; wait for the separation to end.")
        if not goes_on:
            raise ModelError(
                f"The separation of “{subject.title}” with {subject.model} stopped before its stems "
                "were finished; nothing was exported."
            )
        report(0.0)
        time.sleep(_WAIT_SECONDS)


def _is_decoded(song: Song, selection: tuple[int, int] | None) -> bool:
    return song.complete or (selection is not None and selection[1] <= song.decoded_frames)


def _covers(take: Take, selection: tuple[int, int] | None) -> bool:
    if selection is None:
        return take.complete
    start, end = selection
    return bool(take.coverage[start // TILE_FRAMES : tile_count(end)].all())
