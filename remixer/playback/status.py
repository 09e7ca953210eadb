"""What the playback process tells: one frozen value, and its way through shared memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from remixer.mixing.levels import Level

AheadState = Literal["off", "loading", "running", "ahead", "slow", "failed"]


@dataclass(frozen=True)
class Latency:
    """Milliseconds from the sound to the ear, by where they are spent."""

    algorithmic: float = 0.0
    queue: float = 0.0
    device: float = 0.0

    @property
    def total(self) -> float:
        """The sum."""
        return self.algorithmic + self.queue + self.device


@dataclass(frozen=True)
class HopTimes:
    """How long the live model takes for a hop, in milliseconds."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    max: float = 0.0


def hop_times(milliseconds: NDArray[np.float32]) -> HopTimes:
    """Return the percentiles of hop times."""
    if not len(milliseconds):
        return HopTimes()
    p50, p95, p99, most = np.percentile(milliseconds, [50, 95, 99, 100])
    return HopTimes(*(round(float(value), 3) for value in (p50, p95, p99, most)))


NO_LATENCY = Latency()
NO_TIMES = HopTimes()


@dataclass(frozen=True)
class AheadStatus:
    """How the live thread stands.

    Attributes:
        state: off (no model), loading, running, ahead (nothing to do now), slow, failed.
        take_id: the take it fills, or empty.
        hop_ms: how long hops take.
        budget_ms: how long a hop may take.
        algorithmic_ms: the model's own delay.
        late: tiles that were heard without stems, because these were not there yet.
        message: what failed, in a sentence.
    """

    state: AheadState = "off"
    take_id: str = ""
    hop_ms: HopTimes = NO_TIMES
    budget_ms: float = 0.0
    algorithmic_ms: float = 0.0
    late: int = 0
    message: str = ""


@dataclass(frozen=True)
class PlayerStatus:
    """How playback stands.

    Attributes:
        alive: the playback process answers.
        playing: the song sounds, or waits for its decoder.
        waiting: it waits for its decoder.
        listening: live sound is heard instead of a song.
        recording: it is being recorded.
        recorded_seconds: how long the recording is.
        song_id: the song's id, or empty.
        position_frames: the frame that is heard now.
        levels: of each stem, the residual and the master.
        heard: the id of the take that is heard; empty for the song as it is.
        device: the output's name.
        rate: the song's rate.
        latency_ms: from the sound to the ear.
        cushion: how many blocks' time the model has for live sound; 0 while a song is heard.
        hop_ms: times of the live model's hops.
        budget_ms: how long a hop may take.
        missed: blocks of live sound that were heard as they came in, because their stems came too late.
        late: tiles of a song that were heard without stems, because these were not there yet.
        underruns: how often the device ran dry.
        breaks: how often the devices of live sound broke off and were opened again.
        restarts: how often the process was started anew.
        live: what the live model is doing, in a word: off, loading, running, ahead, slow, failed, listening.
        message: one sentence for the user, or empty.
    """

    alive: bool = False
    playing: bool = False
    waiting: bool = False
    listening: bool = False
    recording: bool = False
    recorded_seconds: float = 0.0
    song_id: str = ""
    position_frames: int = 0
    levels: tuple[Level, ...] = ()
    heard: str = ""
    device: str = ""
    rate: int = 0
    latency_ms: Latency = NO_LATENCY
    cushion: int = 0
    hop_ms: HopTimes = NO_TIMES
    budget_ms: float = 0.0
    missed: int = 0
    late: int = 0
    underruns: int = 0
    breaks: int = 0
    restarts: int = 0
    live: str = "off"
    message: str = ""


@dataclass(frozen=True)
class Bulletin:
    """A status and the moment it was true.

    Attributes:
        status: the status.
        seconds: of the clock both processes share.
        speed: frames of the song a second from there on; 0 at rest.
        obeyed: how many commands had been obeyed.
    """

    status: PlayerStatus
    seconds: float
    speed: float
    obeyed: int

    def pack(self) -> bytes:
        """Return the bulletin as bytes."""
        return json.dumps([self.status, self.seconds, self.speed, self.obeyed], default=vars).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Bulletin:
        """Return the bulletin that `pack` packed."""
        plain, seconds, speed, obeyed = json.loads(packed)
        return cls(_status(plain), float(seconds), float(speed), int(obeyed))


def _status(plain: dict[str, Any]) -> PlayerStatus:
    known = {field.name: plain[field.name] for field in fields(PlayerStatus)}
    known["levels"] = tuple(
        Level(tuple(one["peak"]), tuple(one["rms"]), one["clipped"]) for one in known["levels"]
    )
    known["latency_ms"] = Latency(**known["latency_ms"])
    known["hop_ms"] = HopTimes(**known["hop_ms"])
    return PlayerStatus(**known)
