"""What outlives the program: every song's mix, and what was open when it ended."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from remixer.settings import write_json

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """What lay on the desk: the queue, the song in front and where it stood.

    Attributes:
        paths: the queue's files.
        current: the place of the song in front, or -1.
        title: its title.
        position_seconds: where it stood.
        running: the program had not been closed when this was written.
        recording: the folder live sound was being recorded to; empty for none.
    """

    paths: tuple[str, ...] = ()
    current: int = -1
    title: str = ""
    position_seconds: float = 0.0
    running: bool = False
    recording: str = ""


class Store:
    """Small files in the settings folder, written aside and renamed.

    Args:
        folder: the settings folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save_desk(self, desk: Desk) -> None:
        """Keep what lies on the desk.

        Raises:
            OutputError: the folder cannot be written to.
        """
        write_json(self.folder / "session.json", asdict(desk))

    def load_desk(self) -> Desk:
        """Return what lay on the desk the last time; an empty desk if that cannot be told."""
        stored: dict[str, Any] = self._read(self.folder / "session.json")
        try:
            return Desk(
                tuple(str(path) for path in stored.get("paths", ())),
                int(stored.get("current", -1)),
                str(stored.get("title", "")),
                float(stored.get("position_seconds", 0.0)),
                bool(stored.get("running", False)),
                str(stored.get("recording", "")),
            )
        except (TypeError, ValueError):
            return Desk()

    def mix_path(self, song_id: str) -> Path:
        """Return the place of a song's mix."""
        return self.folder / "mixes" / f"{song_id}.json"

    def save_mix(self, song_id: str, mix: dict[str, Any]) -> None:
        """Keep a song's mix.

        Raises:
            OutputError: the folder cannot be written to.
        """
        write_json(self.mix_path(song_id), mix)

    def load_mix(self, song_id: str) -> dict[str, Any]:
        """Return a song's mix; empty if there is none."""
        return self._read(self.mix_path(song_id))

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            stored = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as problem:
            _log.warning("%s is unreadable and was passed over: %s", path, problem)
            return {}
        return stored if isinstance(stored, dict) else {}
