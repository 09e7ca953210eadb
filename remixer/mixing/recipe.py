"""A mix as a small file: which song, which take, the faders, the loop, the place."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remixer.errors import InputError, OutputError, UsageError
from remixer.mixing.controls import DEFAULT, Controls

VERSION = 1


@dataclass(frozen=True)
class Recipe:
    """All that is needed to hear a mix again.

    Attributes:
        source: the song's file.
        song_id: the hash that tells whether it is still the same file.
        take_id: the take whose stems were heard; empty for none.
        controls: the faders.
        loop: the region that is repeated, in frames, or None.
        position_frames: where the song stood.
        moves: recorded fader moves: (frame, the faders from there on).
    """

    source: Path
    song_id: str
    take_id: str = ""
    controls: Controls = DEFAULT
    loop: tuple[int, int] | None = None
    position_frames: int = 0
    moves: tuple[tuple[int, Controls], ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """Return the recipe as plain values that JSON holds."""
        return {
            "version": VERSION,
            "source": os.fsencode(self.source).decode("utf-8", "surrogateescape"),
            "song_id": self.song_id,
            "take_id": self.take_id,
            "controls": self.controls.to_plain(),
            "loop": list(self.loop) if self.loop is not None else None,
            "position_frames": self.position_frames,
            "moves": [[frame, controls.to_plain()] for frame, controls in self.moves],
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Recipe:
        """Return the recipe that `to_plain` wrote.

        Raises:
            UsageError: what is there is no recipe.
        """
        try:
            if plain["version"] != VERSION:
                raise UsageError(
                    f"The mix is of version {plain['version']}; this program reads version {VERSION}."
                )
            loop = plain["loop"]
            return cls(
                Path(os.fsdecode(plain["source"].encode("utf-8", "surrogateescape"))),
                str(plain["song_id"]),
                str(plain["take_id"]),
                Controls.from_plain(plain["controls"]),
                (int(loop[0]), int(loop[1])) if loop is not None else None,
                int(plain["position_frames"]),
                tuple((int(frame), Controls.from_plain(controls)) for frame, controls in plain["moves"]),
            )
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise UsageError("The mix is damaged: a part of it could not be read.", repr(error)) from error


def save_recipe(path: Path, recipe: Recipe) -> None:
    """Write a recipe aside and rename it.

    Raises:
        OutputError: the folder refuses it.
    """
    aside = path.with_name(f".{uuid.uuid4().hex[:12]}.part")
    try:
        aside.write_text(json.dumps(recipe.to_plain(), indent=1), encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise OutputError(f"The mix could not be saved: {error.strerror}.", str(path)) from error


def load_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        InputError: the file is missing or unreadable.
        UsageError: it is no recipe.
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The mix could not be read: {error.strerror}.", str(path)) from error
    except ValueError as error:
        raise UsageError("The mix is damaged: it is not JSON.", repr(error)) from error
    return Recipe.from_plain(plain)
