"""What the user wants of the player, so that a new process can be told all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from remixer.mixing.controls import DEFAULT, STEMS, Controls

Loop = tuple[int, int]


@dataclass(frozen=True)
class Wish:
    """The song, how it is mixed, and on what it is heard.

    `input` is the device whose sound is heard instead of the song, "" for the
    system's default, None for the song; `audible` is whether the loudspeaker gives it, `cushion` how many
    blocks' time its model has, 0 for what the devices leave room for.
    """

    folder: str = ""
    take_ids: tuple[str, ...] = ()
    stems: tuple[str, ...] = STEMS
    playing: bool = False
    loop: Loop | None = None
    controls: Controls = DEFAULT
    output: str = ""
    input: str | None = None
    audible: bool = True
    cushion: int = 0

    def load_command(self, position: int) -> tuple[Any, ...]:
        """Return the command that turns to the song, resting at a frame."""
        return "load", self.folder, self.take_ids, self.stems, position, self.controls.to_plain()

    def listening(self, device: str, audible: bool, cushion: int) -> Wish:
        """Return the wish for live sound instead of the song."""
        return replace(self, playing=False, input=device, audible=audible, cushion=cushion)

    def listen_command(self, again: bool = False) -> tuple[Any, ...]:
        """Return the command that turns to live sound; again, where another process did before."""
        return "resume" if again else "listen", self.input or "", self.audible, self.cushion
