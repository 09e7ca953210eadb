"""What the window sees of a session: one frozen value, thirty times a second."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from remixer.session.entries import Entry
from remixer.session.notices import Notice

if TYPE_CHECKING:
    from remixer.mixing.controls import Controls
    from remixer.mixing.levels import Level
    from remixer.playback.status import PlayerStatus
    from remixer.separation.inference import SeparationStatus
    from remixer.session.live_input import LiveView

TaskState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class SongView:
    """The song in front.

    Attributes:
        id: the song's id.
        source: its file.
        title: its title.
        artist: who made it, or empty.
        note: what has to be said about its format, or empty.
        format: its format in a few words.
        cover: its cover picture as a file's bytes, if it has one.
        rate: frames a second.
        frames: its length; an upper estimate until `complete`.
        decoded_frames: how much of it can be played.
        complete: it is wholly decoded.
        stems: the stems it is taken apart into.
    """

    id: str
    source: Path
    title: str
    artist: str
    note: str
    format: str
    cover: bytes | None
    rate: int
    frames: int
    decoded_frames: int
    complete: bool
    stems: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """An export under way."""

    number: int
    name: str
    state: TaskState
    fraction: float
    seconds_left: float | None


@dataclass(frozen=True)
class TakeView:
    """One model's stems of the song in front."""

    take_id: str
    name: str
    fraction: float


@dataclass(frozen=True)
class Snapshot:
    """A session at one moment.

    Attributes:
        entries: the queue.
        current: the place of the song in front, or -1.
        song: the song in front once it is open.
        playing: it is sounding.
        position_frames: where the playhead stands.
        loop: the region repeated, in frames.
        controls: the faders.
        bypassed: the song is heard as it is, the faders rest.
        levels: peak and RMS by stem; `residual` and `master` included.
        spans: which take is heard where; an empty id is the song itself.
        takes: the takes there are of the same stems, to choose which one is heard first.
        preferred: the take heard before all others.
        separation: the background work.
        model: the id of the chosen model.
        device: the id of the chosen device.
        output: the id of the chosen loudspeaker; empty for the system's.
        player: the playback process.
        live: the live sound, while it is heard instead of the song.
        tasks: the exports.
        notices: the sentences not yet dismissed.
        can_undo: a change of the faders can be taken back.
        can_redo: one that was taken back can be made again.
    """

    entries: tuple[Entry, ...]
    current: int
    song: SongView | None
    playing: bool
    position_frames: int
    loop: tuple[int, int] | None
    controls: Controls
    bypassed: bool
    levels: dict[str, Level]
    spans: tuple[tuple[int, int, str], ...]
    takes: tuple[TakeView, ...]
    preferred: str
    separation: SeparationStatus
    model: str
    device: str
    output: str
    player: PlayerStatus
    live: LiveView | None
    tasks: tuple[Task, ...]
    notices: tuple[Notice, ...]
    can_undo: bool
    can_redo: bool
