"""The mix of the song in front: faders with their history, loop, where it stood."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from remixer.errors import UsageError
from remixer.mixing.controls import Controls, StemControl
from remixer.mixing.recipe import Recipe
from remixer.session.history import History

if TYPE_CHECKING:
    from remixer.song.song import Song

Loop = tuple[int, int]

_log = logging.getLogger(__name__)
_LEAST_LOOP_SECONDS = 0.05


class Remix:
    """What the user did to one song.

    Args:
        stems: the stems there are faders for.
    """

    def __init__(self, stems: tuple[str, ...]) -> None:
        self.stems = stems
        self.history = History(Controls.default(stems))
        self.loop: Loop | None = None
        self.bypassed = False
        self.start_frames = 0
        self.take_id = ""
        self._others: tuple[tuple[str, StemControl], ...] = ()

    @property
    def controls(self) -> Controls:
        """The faders as they stand."""
        return self.history.value

    @property
    def heard(self) -> Controls:
        """The faders the mixer gets: at rest while the remix is bypassed."""
        return Controls.default(self.stems) if self.bypassed else self.history.value

    def set_stem(self, name: str, **changes: Any) -> None:
        """Change one stem's fader, mute, solo or pan; `residual` is a stem here."""
        self._change(self.controls.with_stem(name, **changes), f"{name} {sorted(changes)}")

    def set_master(self, gain_db: float) -> None:
        """Change the master fader."""
        self._change(self.controls.with_master(gain_db), "master")

    def reset(self) -> None:
        """Bring all faders back to rest."""
        self._change(Controls.default(self.stems), "reset")

    def set_loop(self, loop: Loop | None, song: Song) -> None:
        """Repeat a region; one that is too short to be heard means none."""
        if loop is not None:
            start, end = sorted(max(0, min(frame, song.frames)) for frame in loop)
            loop = (start, end) if end - start >= _LEAST_LOOP_SECONDS * song.rate else None
        self.loop = loop

    def to_stored(self, song: Song, take_id: str, position_frames: int) -> dict[str, Any]:
        """Return the mix as plain values; the faders of stems that other models make come with it."""
        controls = replace(self.controls, stems=(*self.controls.stems, *self._others))
        return Recipe(song.source, song.id, take_id, controls, self.loop, position_frames).to_plain()

    @classmethod
    def from_stored(cls, stored: dict[str, Any], stems: tuple[str, ...]) -> Remix:
        """Return the mix that `to_stored` gave; faders at rest where there is none, or a damaged one."""
        remix = cls(stems)
        if stored:
            try:
                recipe = Recipe.from_plain(stored)
            except UsageError as error:
                _log.warning("a stored mix was passed over: %s %s", error.message, error.detail)
                return remix
            remix.history = History(recipe.controls)
            remix.change_stems(stems)
            remix.loop, remix.start_frames, remix.take_id = (
                recipe.loop,
                recipe.position_frames,
                recipe.take_id,
            )
        return remix

    def change_stems(self, stems: tuple[str, ...]) -> None:
        """Go on with the stems of another model; faders that have none there come back with theirs."""
        known = dict((*self._others, *self.controls.stems))
        self._others = tuple(strip for strip in known.items() if strip[0] not in stems)
        self.history.recast(lambda controls: _with_stems(controls, known, stems))
        self.stems = stems

    def _change(self, controls: Controls, key: str) -> None:
        self.bypassed = False
        self.history.change(controls, key, time.monotonic())


def _with_stems(controls: Controls, known: Mapping[str, StemControl], stems: tuple[str, ...]) -> Controls:
    """Return controls of these stems: strips of theirs, else known ones, else strips at rest."""
    strips = {**known, **dict(controls.stems)}
    return replace(controls, stems=tuple((name, strips.get(name, StemControl())) for name in stems))
