"""What can be chosen: models, devices, loudspeakers, songs opened before, settings."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixer.errors import OutputError
from remixer.jobs import Job, Jobs
from remixer.session.background import Background
from remixer.session.front import Front
from remixer.session.notices import Notices
from remixer.settings import Settings, save_settings

if TYPE_CHECKING:
    from remixer.playback.client import Player
    from remixer.playback.outputs import OutputDevice
    from remixer.separation.card import ModelCard
    from remixer.separation.devices import Device
    from remixer.song.library import Library

_RECENT_KEPT = 24
_DEVICES_SECONDS = 1.5


@dataclass(frozen=True)
class Known:
    """A song of the library, as the list of recent songs shows it."""

    id: str
    title: str
    artist: str
    seconds: float
    source: Path
    folder: Path


class Choices:
    """The pickers' side of a session; lists that take time to make are made by a worker.

    Args:
        settings: what was chosen before.
        settings_file: where changed settings go.
        background: what the model and device are for.
        front: whose takes change with the model.
        player: what the loudspeaker is for.
        library: where the songs opened before are.
        notices: where failures are said.
    """

    def __init__(
        self,
        settings: Settings,
        settings_file: Path,
        background: Background,
        front: Front,
        player: Player,
        library: Library,
        notices: Notices,
    ) -> None:
        self.settings = settings
        self._file = settings_file
        self._background = background
        self._front = front
        self._player = player
        self._library = library
        self._notices = notices
        self._jobs = Jobs()
        self._devices_due = time.monotonic() + _DEVICES_SECONDS
        self._asked: dict[str, Job[Any]] = {}
        self._answers: dict[str, Sequence[Any]] = {}

    def models(self) -> Sequence[ModelCard]:
        """Return the models, best role first."""
        return self._background.ranked()

    def devices(self) -> Sequence[Device]:
        """Return where networks can run; empty until that is known."""
        return self._answers.get("devices", ())

    def outputs(self) -> Sequence[OutputDevice]:
        """Return the loudspeakers; empty until they are known."""
        return self._answers.get("outputs", ())

    def inputs(self) -> Sequence[OutputDevice]:
        """Return the devices that can record; empty until they are known."""
        return self._answers.get("inputs", ())

    def recent(self) -> Sequence[Known]:
        """Return the songs opened last, the latest first; empty until they are known."""
        return self._answers.get("recent", ())

    def look_for_devices(self) -> None:
        """Find out where networks can run."""
        self._ask("devices", _devices)

    def look_for_outputs(self) -> None:
        """Find out which loudspeakers there are."""
        self._ask("outputs", self._player.outputs)

    def look_for_inputs(self) -> None:
        """Find out which devices can record."""
        self._ask("inputs", self._player.inputs)

    def look_for_recent(self) -> None:
        """Find out which songs were opened before."""
        self._ask("recent", lambda: _known(self._library))

    def look_for_size(self) -> None:
        """Find out how much the cache takes."""
        self._ask("size", lambda: [self._library.size_bytes()])

    def size_bytes(self) -> int | None:
        """Return how much the cache takes; None until that is known."""
        found = self._answers.get("size")
        return int(found[0]) if found else None

    def poll(self) -> None:
        """Take the answers that have come; look for devices once the window is there. Thread: GUI."""
        if time.monotonic() >= self._devices_due:
            self._devices_due = math.inf
            self.look_for_devices()
        for name, job in list(self._asked.items()):
            if job.wait(0):
                del self._asked[name]
                if job.state == "done":
                    self._answers[name] = tuple(job.result)

    def choose_model(self, model_id: str) -> None:
        """Separate with another model; what the others finished can still be heard.

        Raises:
            UsageError: there is no such model.
        """
        self._background.choose_model(model_id)
        self._front.model_changed()
        self.change(model=model_id)

    def choose_device(self, device_id: str) -> None:
        """Run the networks elsewhere."""
        self._background.choose_device(device_id)
        self.change(device=device_id)

    def choose_output(self, output_id: str) -> None:
        """Play through another loudspeaker; empty for the system's choice."""
        self._player.set_output(output_id or None)
        self.change(output=output_id)

    def change(self, **changes: object) -> None:
        """Change settings and keep them."""
        settings = self.settings.changed(**changes)
        if settings == self.settings:
            return
        self.settings = settings
        try:
            save_settings(self._file, settings)
        except OutputError as error:
            self._notices.say(error.message, "error")

    def trim(self, keep: Collection[str]) -> None:
        """Drop the songs unused longest until the cache keeps within its limit."""
        self._library.limit_bytes = self.settings.cache_limit_bytes
        self._jobs.start("Tidying the cache", lambda _: self._library.trim(keep))

    def close(self) -> None:
        """Stop looking."""
        self._jobs.close(0.3)

    def _ask(self, name: str, look: Callable[[], Sequence[Any]]) -> None:
        if name not in self._asked:
            self._asked[name] = self._jobs.start(f"Looking for {name}", lambda _: look())


def _known(library: Library) -> Sequence[Known]:
    found = []
    for song in library.recent()[:_RECENT_KEPT]:
        artist = song.tags.artist
        found.append(Known(song.id, song.title, artist, song.seconds, song.source, song.folder))
        song.close()
    return found


def _devices() -> Sequence[Device]:
    from remixer.separation.devices import devices

    return devices()
