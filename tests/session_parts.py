"""The parts of a session as tests need them: a player without sound, a separator without a network."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from remixer.errors import Cancelled, ModelError
from remixer.mixing.controls import DEFAULT, Controls
from remixer.mixing.levels import Level
from remixer.playback.outputs import OutputDevice
from remixer.playback.status import PlayerStatus
from remixer.separation.card import ModelCard
from remixer.separation.catalog import Catalog
from remixer.separation.classic import CLASSIC
from remixer.separation.inference import InferenceThread
from remixer.session import Session
from remixer.session.snapshot import Snapshot
from remixer.session.store import Store
from remixer.settings import Settings
from remixer.song.library import Library

RATE = 44_100
SHARES = (0.5, 0.25, 0.125, 0.0625)
FIRST = replace(CLASSIC, id="first", name="First", role="offline", sha256="1" * 64, segment_frames=RATE)
LIVE = replace(
    CLASSIC, id="live", name="Live", role="live", sha256="3" * 64, kind="streaming", segment_frames=RATE
)
SECOND = replace(CLASSIC, id="second", name="Second", role="baseline", sha256="2" * 64, segment_frames=RATE)


class SilentPlayer:
    """Keeps what it was told; the test moves its playhead."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.controls: Controls = DEFAULT
        self.loop: tuple[int, int] | None = None
        self.cushion = 0
        self.take_ids: tuple[str, ...] = ()
        self.output: str | None = None
        self.closed = False
        self.recorded_files: tuple[Path, ...] = ()
        self.finished_files: tuple[Path, ...] = ()
        self.made_moves: tuple[tuple[int, Controls], ...] = ()
        self.now = PlayerStatus(alive=True)

    def load(
        self, song_folder: Path, take_ids: Sequence[str], stems: Sequence[str], position: int = 0
    ) -> None:
        self.calls.append(("load", Path(song_folder).name, position))
        self.take_ids, self.loop = tuple(take_ids), None
        levels = tuple(Level() for _ in range(len(stems) + 2))
        self.now = replace(
            self.now, song_id=Path(song_folder).name, position_frames=position, playing=False, levels=levels
        )

    def prefer(self, take_ids: Sequence[str]) -> None:
        self.take_ids = tuple(take_ids)

    def play(self) -> None:
        self.calls.append(("play",))
        self.now = replace(self.now, playing=True)

    def pause(self) -> None:
        self.now = replace(self.now, playing=False)

    def seek(self, frame: int) -> None:
        self.calls.append(("seek", frame))
        self.now = replace(self.now, position_frames=frame)

    def set_loop(self, loop: tuple[int, int] | None) -> None:
        self.loop = loop

    def set_controls(self, controls: Controls) -> None:
        self.controls = controls

    def set_output(self, device: str | None) -> None:
        self.output = device

    def outputs(self) -> list[OutputDevice]:
        return [OutputDevice("pulse", "Loudspeakers", RATE, 0.05)]

    def inputs(self) -> list[OutputDevice]:
        return [OutputDevice("mic", "Microphone", RATE, 0.01), OutputDevice("line", "Line", RATE, 0.01)]

    def listen(self, device: str | None = None, audible: bool = True, cushion: int = 0) -> None:
        self.cushion = cushion
        self.calls.append(("listen", device, audible))
        levels = tuple(Level((0.5, 0.4), (0.2, 0.1)) for _ in range(6))
        self.now = replace(
            self.now,
            playing=False,
            listening=True,
            recording=False,
            levels=levels,
            live="listening",
            message="",
        )

    def set_audible(self, on: bool) -> None:
        self.calls.append(("audible", on))

    def hush(self) -> None:
        self.calls.append(("hush",))
        self.end_recording()
        self.now = replace(self.now, listening=False, live="ahead", levels=())

    def record(self, folder: Path | None) -> None:
        self.calls.append(("record", folder))
        if folder is None:
            self.end_recording()
            return
        folder.mkdir(parents=True)
        self.recorded_files = (folder / "mix.wav",)
        self.now = replace(self.now, recording=True, recorded_seconds=83.0)

    def end_recording(self) -> None:
        if self.now.recording:
            self.finished_files = self.recorded_files
            self.now = replace(self.now, recording=False, recorded_seconds=0.0)

    def recorded(self) -> tuple[Path, ...]:
        return self.finished_files

    def moves(self) -> tuple[tuple[int, Controls], ...]:
        return self.made_moves

    def status(self) -> PlayerStatus:
        return self.now

    def close(self) -> None:
        self.closed = True


class Shares:
    """A separator whose stems are fixed shares of the mixture, and which can be told to fail or to wait."""

    def __init__(self, card: ModelCard) -> None:
        self.card, self.device = card, "cpu"

    def separate(self, mixture: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([mixture * np.float32(share) for share in SHARES])

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass


class Stuck(Shares):
    """A separator that works until it is interrupted."""

    def __init__(self, card: ModelCard) -> None:
        super().__init__(card)
        self._stop = threading.Event()

    def separate(self, mixture: NDArray[np.float32]) -> NDArray[np.float32]:
        self._stop.wait()
        self._stop.clear()
        raise Cancelled

    def interrupt(self) -> None:
        self._stop.set()


class Gated(Stuck):
    """A separator of shares that waits at a gate."""

    def __init__(self, card: ModelCard, gate: threading.Event) -> None:
        super().__init__(card)
        self._gate = gate

    def separate(self, mixture: NDArray[np.float32]) -> NDArray[np.float32]:
        while not self._gate.wait(0.01):
            if self._stop.is_set():
                self._stop.clear()
                raise Cancelled
        return Shares.separate(self, mixture)


def stuck(card: ModelCard, device: str, threads: int) -> Shares:
    """Open a separator that never ends."""
    return Stuck(card)


def failing(card: ModelCard, device: str, threads: int) -> Shares:
    """Open no separator."""
    raise ModelError(f"“{device}” is not there.")


def working(card: ModelCard, device: str, threads: int) -> Shares:
    """Open the separator of shares."""
    return Shares(card)


def write_song(path: Path, seconds: float = 1.0, seed: int = 1) -> Path:
    """Write a short noise as a song."""
    noise = np.random.default_rng(seed).standard_normal((round(seconds * RATE), 2)) * 0.1
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, noise, RATE, subtype="PCM_24")
    return path


class Stage:
    """A session on a temporary home.

    Args:
        home: where cache and settings go.
        opener: opens separators.
        cards: the models there are.
        settings: the settings at the start.
    """

    def __init__(
        self,
        home: Path,
        opener: Callable[[ModelCard, str, int], Shares] = working,
        cards: Sequence[ModelCard] = (FIRST, SECOND),
        settings: Settings | None = None,
    ) -> None:
        self.player = SilentPlayer()
        self.settings_file = home / "config" / "settings.json"
        self.store = Store(home / "config")
        self.session = Session(
            Library(home / "cache"),
            Catalog(tuple(cards)),
            self.player,  # type: ignore[arg-type]
            InferenceThread(opener=opener),
            self.store,
            settings or Settings(),
            self.settings_file,
        )

    def until(self, true: Callable[[Snapshot], object], seconds: float = 100.0) -> Snapshot:
        """Poll until something is true, and return the snapshot in which it is.

        Between the polls it rests: the workers need the interpreter, too.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            snapshot = self.session.poll()
            if true(snapshot):
                return snapshot
            time.sleep(0.005)
        raise AssertionError(f"it did not come true: {self.session.poll()}")

    def open(self, path: Path) -> Snapshot:
        """Open a song and wait until it is decoded."""
        self.session.open([path])
        return self.until(lambda now: now.song is not None and now.song.complete and now.song.source == path)

    def separated(self) -> Snapshot:
        """Wait until the song in front is separated."""
        return self.until(
            lambda now: (
                now.separation.state == "done"
                and now.song is not None
                and now.separation.song_id == now.song.id
            )
        )
