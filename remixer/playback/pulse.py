"""The sources of a PulseAudio or PipeWire server: microphones, and what its loudspeakers play.

PortAudio knows such a server as one ALSA device, “pulse”; which of its sources is recorded is told to the
server's library by the environment at the moment the device is opened.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

DEVICE = "pulse"

_PREFIX = "PulseAudio: "
_VARIABLE = "PULSE_SOURCE"
_SECONDS = 2.0
_LOCALE = "C.UTF-8"  # in others the tool writes decimal commas, which are no JSON


@dataclass(frozen=True)
class Source:
    """Something the server can record.

    Attributes:
        id: what an input is chosen by.
        name: what a list shows.
        rate: its frames a second.
    """

    id: str
    name: str
    rate: int


def sources() -> list[Source]:
    """Return what the server can record; nothing without a server or its tool `pactl`."""
    tool = shutil.which("pactl")
    if tool is None:
        return []
    try:
        done = subprocess.run(
            [tool, "--format=json", "list", "sources"],
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            env={**os.environ, "LC_ALL": _LOCALE},
        )
        return [_source(one) for one in json.loads(done.stdout)]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return []


def is_source(device: str) -> bool:
    """Whether an input's id is that of a source."""
    return device.startswith(_PREFIX)


@contextlib.contextmanager
def recording_from(device: str) -> Iterator[None]:
    """Let the stream that is opened meanwhile record a source; other devices are opened as ever.

    Thread: the control loop's; nobody else opens streams.
    """
    if not is_source(device):
        yield
        return
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = device.removeprefix(_PREFIX)
    try:
        yield
    finally:
        os.environ.pop(_VARIABLE)
        if before is not None:
            os.environ[_VARIABLE] = before


def _source(told: dict[str, str]) -> Source:
    rate = re.search(r"(\d+)Hz", told["sample_specification"])
    return Source(_PREFIX + told["name"], told["description"], int(rate[1]) if rate else 0)
