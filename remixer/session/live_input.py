"""Live sound in a session: an input instead of the song, with faders of its own, and its recordings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from remixer.errors import OutputError
from remixer.playback.recording import recover
from remixer.session.background import Background
from remixer.session.front import Front
from remixer.session.notices import Notices
from remixer.session.remix import Remix

if TYPE_CHECKING:
    from remixer.mixing.controls import Controls
    from remixer.mixing.levels import Level
    from remixer.playback.client import Player
    from remixer.playback.status import PlayerStatus


@dataclass(frozen=True)
class LiveView:
    """Live sound as a window shows it.

    Attributes:
        input: the id of the input; empty for the system's default.
        model: the name of the model that separates it.
        stems: its stems.
        controls: the faders.
        bypassed: it is heard as it comes in, the faders rest.
        levels: peak and RMS by stem; `residual` and `master` included.
        begun: it has come in; before, the model and the devices are being opened.
        audible: the loudspeaker gives it.
        recording: it is being recorded.
        recorded_seconds: for so long.
        folder: where it is recorded to, or was the last time; None before.
    """

    input: str
    model: str
    stems: tuple[str, ...]
    controls: Controls
    bypassed: bool
    levels: dict[str, Level]
    begun: bool
    audible: bool
    recording: bool
    recorded_seconds: float
    folder: Path | None


class LiveInput:
    """Puts live sound in the song's place, and the song back.

    It begins inaudible, lest a microphone hears the loudspeaker that gives it.

    Attributes:
        on: it is heard instead of the song, or being opened.
        audible: the loudspeaker gives it.
        remix: its faders.
        folder: where it is recorded to, or was the last time; None before.

    Args:
        player: hears and records.
        front: the song that rests meanwhile.
        background: makes way for the live model.
        notices: where recordings and failures are told.
    """

    def __init__(self, player: Player, front: Front, background: Background, notices: Notices) -> None:
        self.on = False
        self.audible = False
        self._player, self._front = player, front
        self._background, self._notices = background, notices
        self._card = background.catalog.default_live()
        self.remix = Remix(self._card.stems if self._card is not None else ())
        self._input, self._cushion = "", 0
        self._asked: Path | None = None
        self.folder: Path | None = None
        self._recording = False
        self._restarts = 0
        self._recorded: tuple[Path, ...] = ()

    def listen(self, device: str, cushion: int = 0) -> None:
        """Hear an input instead of the song; "" is the system's default. A recording of another one ends.

        Nothing changes where it is heard already. The cushion is how many blocks' time the model has; 0
        chooses by what the devices take.
        """
        if self._card is None:
            self._notices.say("No live model is installed, so live sound cannot be separated.", "error")
            return
        if self.on and (device, cushion) == (self._input, self._cushion):
            return
        if not self.on:
            self.on = True
            self.remix = Remix(self._card.stems)
            self._background.make_way()
        self._input, self._cushion, self.audible, self._recording = device, cushion, False, False
        self._player.set_controls(self.remix.heard)
        self._player.listen(device or None, audible=False, cushion=cushion)

    def stop(self) -> None:
        """Bring the song back, resting; a recording is finished."""
        if self.on:
            self._player.hush()
            self._leave()

    def set_cushion(self, blocks: int) -> None:
        """Give the model so many blocks' time: live sound begins anew, and a recording ends."""
        if self.on and blocks != self._cushion:
            self._cushion = blocks
            self._player.listen(self._input or None, audible=self.audible, cushion=blocks)

    def set_audible(self, on: bool) -> None:
        """Let the loudspeaker give the live sound, or not; it is recorded either way."""
        if self.on:
            self.audible = on
            self._player.set_audible(on)

    def record(self, parent: Path) -> None:
        """Record stems and mix to a new folder in a folder."""
        if self.on:
            self._asked = _new_folder(parent)
            self._player.record(self._asked)

    def stop_recording(self) -> None:
        """Finish the recording's files."""
        self._recording = False
        self._player.record(None)

    @property
    def recording(self) -> Path | None:
        """The folder it is being recorded to; None while it is not."""
        return self.folder if self._recording else None

    def recover(self, folder: Path, running: bool) -> None:
        """Name what a recording left when the program ended; `running` is whether it ended unexpectedly."""
        try:
            left = recover(folder)
        except OutputError as error:
            self._notices.say(error.message, "error")
            return
        if left or (running and any(folder.glob("*.wav"))):
            self._tell(folder, f"The recording broke off; what there was until then is in “{folder.name}”.")

    def poll(self, status: PlayerStatus) -> None:
        """See whether it still goes on, and what has been recorded. Thread: GUI."""
        files = self._player.recorded()
        if files != self._recorded:
            self._recorded = files
            self._tell(files[0].parent, f"Recorded to “{files[0].parent.name}”.")
        if self._recording and not status.recording and self.folder is not None:
            self.recover(self.folder, False)
            if status.listening and status.restarts > self._restarts:
                self.record(self.folder.parent)
        if self.on and status.recording and not self._recording:
            self.folder = self._asked
        self._recording, self._restarts = self.on and status.recording, status.restarts
        if self.on and not status.listening:
            if status.message:
                self._notices.say(status.message, "error")
            self.stop()

    def view(self, status: PlayerStatus) -> LiveView | None:
        """Return what a window shows of it; None while the song is in front."""
        if not self.on or self._card is None:
            return None
        names = (*self._card.stems, "residual", "master")
        begun = status.live == "listening"
        return LiveView(
            self._input, self._card.name, self._card.stems, self.remix.controls, self.remix.bypassed,
            dict(zip(names, status.levels, strict=False)) if begun else {},
            begun, self.audible, status.recording, status.recorded_seconds, self.folder,
        )  # fmt: skip

    def _leave(self) -> None:
        self.on = self.audible = self._recording = False
        self._front.send_controls()
        self._background.come_back()

    def _tell(self, folder: Path, sentence: str) -> None:
        self._notices.say(sentence, action="folder", target=str(folder))


def _new_folder(parent: Path) -> Path:
    name = time.strftime("Live %Y-%m-%d %H.%M.%S")
    taken = (parent / name, *(parent / f"{name} ({number})" for number in range(2, 100)))
    return next((path for path in taken if not path.exists()), taken[0])
