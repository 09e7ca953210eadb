"""Reading notes from standard MIDI files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from remixer.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

DRUM_CHANNEL = 9
DEFAULT_TEMPO_MICROSECONDS = 500_000


@dataclass(frozen=True)
class Note:
    """A note: times in seconds, pitch as MIDI number, velocity 1 to 127."""

    start_seconds: float
    end_seconds: float
    pitch: int
    velocity: int
    part: str
    channel: int


@dataclass(frozen=True)
class _Event:
    tick: int
    part: str
    status: int
    data: bytes


def read_notes(content: bytes) -> list[Note]:
    """Notes of a MIDI file in order of their start.

    Raises:
        InputError: the bytes are no MIDI file.
    """
    if content[:4] != b"MThd" or len(content) < 14:
        raise InputError("Not a MIDI file: its header is missing.")
    division = int.from_bytes(content[12:14], "big")
    events: list[_Event] = []
    place = 14
    try:
        while place + 8 <= len(content):
            length = int.from_bytes(content[place + 4 : place + 8], "big")
            if content[place : place + 4] == b"MTrk":
                events += _track_events(content[place + 8 : place + 8 + length])
            place += 8 + length
    except IndexError as error:
        raise InputError("The MIDI file ends in the middle of an event.") from error
    events.sort(key=lambda event: event.tick)
    return _pair(events, max(1, division & 0x7FFF))


def _track_events(data: bytes) -> list[_Event]:
    events: list[_Event] = []
    part = ""
    for tick, status, body in _raw_events(data):
        if status == 0xFF03:
            part = body.decode("latin-1").strip()
        events.append(_Event(tick, part, status, body))
    return events


def _raw_events(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    place, tick, running = 0, 0, 0
    while place < len(data):
        delta, place = _variable(data, place)
        tick += delta
        status = data[place]
        if status == 0xFF:
            length, body = _variable(data, place + 2)
            yield tick, 0xFF00 | data[place + 1], data[body : body + length]
            place = body + length
        elif status in (0xF0, 0xF7):
            length, body = _variable(data, place + 1)
            place = body + length
        else:
            if status & 0x80:
                running = status
                place += 1
            count = 1 if running & 0xF0 in (0xC0, 0xD0) else 2
            yield tick, running, data[place : place + count]
            place += count


def _variable(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    while True:
        byte = data[place]
        place += 1
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, place


def _pair(events: list[_Event], division: int) -> list[Note]:
    notes: list[Note] = []
    sounding: dict[tuple[str, int, int], tuple[float, int]] = {}
    tempo, seconds, last = DEFAULT_TEMPO_MICROSECONDS, 0.0, 0
    for event in events:
        seconds += (event.tick - last) * tempo / division / 1e6
        last = event.tick
        if event.status == 0xFF51:
            tempo = int.from_bytes(event.data, "big")
        kind, channel = event.status & 0xF0, event.status & 0x0F
        if event.status > 0xFF or kind not in (0x80, 0x90) or len(event.data) < 2:
            continue
        key = (event.part, channel, event.data[0])
        if key in sounding:
            start, velocity = sounding.pop(key)
            notes.append(Note(start, seconds, event.data[0], velocity, event.part, channel))
        if kind == 0x90 and event.data[1]:
            sounding[key] = (seconds, event.data[1])
    return sorted(notes, key=lambda note: note.start_seconds)
