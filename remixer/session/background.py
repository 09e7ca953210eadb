"""The separation that goes on behind the music: which model, on which device, how far."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from remixer.errors import OutputError
from remixer.session.notices import Notices
from remixer.song.room import require_room

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard
    from remixer.separation.catalog import Catalog
    from remixer.separation.inference import InferenceThread, SeparationStatus
    from remixer.song.song import Song

Spans = tuple[tuple[int, int, str], ...]

_ROLE_RANK = {"offline": 0, "live-92": 1, "live": 2, "vocals": 3, "two-speakers": 4, "baseline": 5}


class Background:
    """Keeps the inference thread at work on the song in front.

    Args:
        catalog: the models there are.
        inference: the one background thread.
        notices: where failures are said.
        model_id: the model to begin with; empty for the best one.
        device_id: where to run it.
    """

    def __init__(
        self, catalog: Catalog, inference: InferenceThread, notices: Notices, model_id: str, device_id: str
    ) -> None:
        self.catalog = catalog
        self.device_id = device_id
        self._inference = inference
        self._notices = notices
        self._song: Song | None = None
        self._started = False
        self._stopped = False
        self._resting = False
        self._was_paused = False
        self._failure = ""
        self._heard_first = ""
        self._ahead: str | None = None
        known = {card.id for card in catalog.cards}
        self.card: ModelCard = catalog.get(model_id) if model_id in known else catalog.default_offline()
        for fault in catalog.faults:
            notices.say(fault, "error")
        if model_id and model_id not in known:
            notices.say(
                f"The chosen model “{model_id}” is not installed; “{self.card.name}” is used.", "error"
            )

    def attach(self, song: Song | None) -> None:
        """Turn to another song, or to none."""
        if self._song is not None or self._ahead is not None:
            self._inference.cancel()
        self._ahead = None
        self._song, self._started, self._stopped, self._failure, self._heard_first = (
            song,
            False,
            False,
            "",
            "",
        )

    def choose_model(self, model_id: str) -> None:
        """Separate with another model from now on; what is finished stays.

        Raises:
            UsageError: there is no such model.
        """
        self.card = self.catalog.get(model_id)
        self._heard_first = ""
        self._again()

    def choose_device(self, device_id: str) -> None:
        """Run on another device from now on."""
        self.device_id = device_id
        self._again()

    def cancel(self) -> None:
        """Stop; the finished tiles stay."""
        self._stopped = True
        self._inference.cancel()

    def insist(self) -> None:
        """Begin again if it was cancelled: somebody waits for the stems."""
        if self._stopped:
            self._again()

    def pause(self) -> None:
        """Rest until `resume`."""
        self._inference.pause()

    def go_on(self) -> None:
        """Go on after a pause; begin again after a cancel or a failure."""
        if self._inference.status().state == "paused":
            self._inference.resume()
        else:
            self._again()

    def make_way(self) -> None:
        """Leave the processor to something else until `come_back`."""
        self._resting = True
        self._was_paused = self._inference.status().state == "paused"
        self._inference.pause()

    def come_back(self) -> None:
        """Go on where it made way; what the user had paused stays paused."""
        self._resting = False
        if not self._was_paused:
            self._inference.resume()

    def poll(self, position_frames: int, loop: tuple[int, int] | None) -> SeparationStatus:
        """Start what is due, point the thread at the playhead, say a failure once. Thread: GUI."""
        song = self._song
        if song is not None and not (self._started or self._stopped or self._resting):
            self._started = True
            self._say_room(song)
            self._inference.start(song, self.card, self.device_id)
            self._send_loop(loop)
        if self._started and self._ahead is None:
            self._inference.focus(position_frames)
        status = self._inference.status()
        if status.state == "failed" and status.error and status.error != self._failure:
            self._failure = status.error
            self._notices.say(status.error, "error")
        return status

    def separate_ahead(self, song: Song) -> None:
        """Separate another song than the one in front, which is finished."""
        self._ahead = song.id
        self._inference.start(song, self.card, self.device_id)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        """Separate this region before the rest."""
        if self._ahead is None:
            self._send_loop(loop)

    @property
    def heard_first(self) -> str:
        """The take asked for by name, or the chosen model's."""
        return self._heard_first or self.card.take_id

    @property
    def asked_first(self) -> str:
        """The take asked for by name; empty for none."""
        return self._heard_first

    def prefer(self, take_id: str) -> None:
        """Let one take be heard before all others."""
        self._heard_first = take_id

    @property
    def passing_take_id(self) -> str:
        """The take that live separation fills ahead of the playhead, and nobody finishes; empty for none."""
        live = self.catalog.default_live()
        return live.take_id if live is not None and live.id != self.card.id else ""

    def take_ids(self) -> tuple[str, ...]:
        """Return the takes to be heard, best first; those not begun yet included."""
        order = [self.heard_first, self.card.take_id]
        order += [card.take_id for card in self.ranked() if card.stems == self.card.stems]
        return tuple(dict.fromkeys(order))

    def ranked(self) -> list[ModelCard]:
        """Return the models, best role first."""
        return sorted(self.catalog.cards, key=lambda card: (_ROLE_RANK.get(card.role, 9), not card.default))

    def name(self, take_id: str) -> str:
        """Return the name of the model that made a take; empty for none of ours."""
        return next((card.name for card in self.catalog.cards if card.take_id == take_id), "")

    def _say_room(self, song: Song) -> None:
        with contextlib.suppress(OutputError):  # said by the thread that needs the room
            room = require_room(song, self.card.take_id, len(self.card.stems))
            if room.large:
                self._notices.say(room.sentence)

    def _send_loop(self, loop: tuple[int, int] | None) -> None:
        if loop is None:
            self._inference.set_loop(None)
        else:
            self._inference.set_loop(*loop)

    @property
    def halted(self) -> bool:
        """Whether nothing is separated until the user asks for it: it was ended, or failed. Thread: any."""
        return self._stopped or self._inference.status().state == "failed"

    def _again(self) -> None:
        self._inference.cancel()
        self._ahead = None
        self._started = self._stopped = False
        self._failure = ""


def heard_spans(song: Song, take_ids: Sequence[str], tile_frames: int) -> Spans:
    """Return which take is heard where.

    Args:
        song: the song with its takes.
        take_ids: the takes that may be heard, best first.
        tile_frames: the length of a tile.

    Returns:
        The spans `(start_frame, end_frame, take_id)` in order, without gaps; the
        id is empty where the song itself is heard.
    """
    tiles = -(-song.frames // tile_frames)
    best: NDArray[np.int16] = np.full(tiles, -1, np.int16)
    for rank in reversed(range(len(take_ids))):
        take = song.take(take_ids[rank])
        if take is not None:
            covered = np.asarray(take.coverage)[:tiles] > 0
            best[: len(covered)][covered] = rank
    if not tiles:
        return ()
    borders = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), tiles]
    return tuple(
        (
            start * tile_frames,
            min(end * tile_frames, song.frames),
            take_ids[best[start]] if best[start] >= 0 else "",
        )
        for start, end in itertools.pairwise(borders)
    )
