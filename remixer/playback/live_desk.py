"""What the playback process does when it is asked for live sound."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from remixer.errors import ModelError, OutputError, RemixerError
from remixer.mixing.controls import Controls
from remixer.playback.ahead import Ahead
from remixer.playback.engine import Engine
from remixer.playback.listening import WENT_AWAY, Listening
from remixer.playback.speaker import Speaker
from remixer.playback.status import PlayerStatus

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard


class LiveDesk:
    """Changes between the song and live sound.

    Args:
        connection: where finished recordings and failures are told.
        engine: rests while live sound is heard.
        speaker: closed meanwhile.
        ahead: knows the live model.
        reopen: opens the speaker for the song again.

    Thread: the control loop's.
    """

    def __init__(
        self,
        connection: Connection,
        engine: Engine,
        speaker: Speaker,
        ahead: Ahead,
        reopen: Callable[[], None],
    ) -> None:
        self._connection, self._engine, self._speaker = connection, engine, speaker
        self._ahead, self._reopen = ahead, reopen
        self._listening: Listening | None = None

    @property
    def on(self) -> bool:
        """Whether live sound is heard."""
        return self._listening is not None

    def listen(self, device: str, audible: bool, cushion: int) -> None:
        """Let the song rest and hear an input device; "" is the system's default.

        Sound that is not audible does everything but reach the loudspeaker. The cushion is how many blocks'
        time the model has; 0 chooses by what the devices take.

        Raises:
            ModelError: there is no live model, or it does not open.
            OutputError: a device cannot be opened.
        """
        self.hush()
        card = self._ahead.card
        if card is None:
            raise ModelError("No live model is installed, so live sound cannot be separated.")
        self._engine.pause()
        self._speaker.close()
        try:
            self._listening = self._opened(card, device, audible, cushion)
        except RemixerError:
            self._reopen()
            raise

    def resume(self, device: str, audible: bool, cushion: int) -> None:
        """Go on where a process ended that listened; if that cannot be, live sound is over.

        Raises:
            ModelError: as `listen`.
            OutputError: the devices are not there any more.
        """
        try:
            self.listen(device, audible, cushion)
        except OutputError as error:
            self._connection.send(("hushed",))
            raise OutputError(WENT_AWAY, error.message) from error

    def move(self, output: str) -> None:
        """Hear the live sound on another output device; a recording ends.

        Raises:
            ModelError, OutputError: as `listen`.
        """
        self._speaker.wanted = output
        now = self._listening
        if now is not None:
            self.listen(now.input_device, now.audible, now.cushion)

    def set_audible(self, on: bool) -> None:
        """Let the live sound reach the loudspeaker, or not."""
        if self._listening is not None:
            self._listening.audible = on

    def hush(self) -> None:
        """End the live sound and finish its recording.

        Where its devices are stuck, the process ends: the one that waits takes over, and listens again if
        that was wanted.

        Raises:
            OutputError: the recording could not be finished.
        """
        listening, self._listening = self._listening, None
        if listening is None:
            return
        try:
            self._tell_recorded(listening.close())
        finally:
            if listening.stuck:
                os._exit(1)  # nothing can be opened beside what is stuck
            self._reopen()

    def record(self, folder: str | None) -> None:
        """Begin to record to a folder, or finish the recording.

        Raises:
            OutputError: there is no live sound, or the files cannot be written.
        """
        if self._listening is None:
            raise OutputError("Only live sound is recorded; listen to an input first.")
        if folder is not None:
            self._listening.record(Path(folder))
        else:
            self._tell_recorded(self._listening.stop_recording())

    def tend(self, controls: Controls | None) -> None:
        """Pass moved faders on to the live sound, keep its devices open, and end it when it cannot go on."""
        listening = self._listening
        if listening is None:
            return
        if controls is not None:
            listening.set_controls(controls)
            self._engine.set_controls(controls)
        listening.watch()
        if listening.stuck:
            self.hush()
        elif listening.failure:
            self._connection.send(("hushed",))
            self._connection.send(("failed", listening.failure))
            with contextlib.suppress(OutputError):  # the recording's end is the lesser loss
                self.hush()
        elif listening.lost:
            self._connection.send(("failed", listening.lost))
            with contextlib.suppress(OutputError):  # it has just been told
                self._tell_recorded(listening.stop_recording())

    def told(self, status: PlayerStatus) -> PlayerStatus:
        """Return a status with what there is to say about live sound."""
        return self._listening.told(status) if self._listening is not None else status

    def _opened(self, card: ModelCard, device: str, audible: bool, cushion: int) -> Listening:
        """Open the devices; once more, looked for anew, if they are not there."""
        output, controls = self._speaker.wanted, self._engine.controls
        try:
            return Listening(card, device, output, controls, audible, cushion)
        except OutputError:
            self._speaker.free()
            return Listening(card, device, output, controls, audible, cushion)

    def _tell_recorded(self, files: list[Path]) -> None:
        if files:
            self._connection.send(("recorded", [str(path) for path in files]))
