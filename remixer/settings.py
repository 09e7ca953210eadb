"""What the user chose once and for all: a small JSON file in the settings folder."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from remixer.errors import OutputError
from remixer.paths import cache_dir, config_dir

Theme = Literal["system", "dark", "light"]

_GIB = 2**30
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """The choices of the settings page and the last choices of the export dialog.

    Attributes:
        cache_limit_gib: how much the decoded songs and their stems may take on disk.
        cache_folder: where they lie; empty for the system's place.
        output: the loudspeaker's id; empty for the system's choice.
        input: the id of the input live sound came from the last time; empty for the system's choice.
        cushion: how many blocks' time the model of live sound has, 1 to 4; 0 for what devices allow.
        model: the id of the model used first; empty for the best one installed.
        device: where networks run: `auto`, `cpu`, `cuda:0`, …
        theme: dark, light or as the system says.
        play_on_open: a song that is dropped starts at once.
        follow: the view follows the playhead.
        prepare_queue: the songs that wait are separated when the current one is done.
        window: size and place of the window, as the toolkit writes it down.
        export_folder: the folder of the last export; empty for the song's own.
        export_format: the last export's format.
        export_bits: the last export's sample format.
        export_template: how exported files are named.
    """

    cache_limit_gib: float = 20.0
    cache_folder: str = ""
    output: str = ""
    input: str = ""
    cushion: int = 0
    model: str = ""
    device: str = "auto"
    theme: Theme = "system"
    play_on_open: bool = True
    follow: bool = True
    prepare_queue: bool = True
    window: str = ""
    export_folder: str = ""
    export_format: str = "wav"
    export_bits: Literal["16", "24", "float"] = "24"
    export_template: str = "{song} - {stem}"

    @property
    def cache_limit_bytes(self) -> int:
        """The limit in bytes."""
        return int(self.cache_limit_gib * _GIB)

    @property
    def cache_path(self) -> Path:
        """The folder in use."""
        return Path(self.cache_folder) if self.cache_folder else cache_dir()

    def changed(self, **changes: object) -> Settings:
        """Return a copy with some choices replaced."""
        return dataclasses.replace(self, **cast(Any, changes))


def settings_path() -> Path:
    """Return the place of the settings file."""
    return config_dir() / "settings.json"


def load_settings(path: Path) -> Settings:
    """Read the settings; a missing file, and every entry that makes no sense, means the default."""
    try:
        stored = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as problem:
        _log.warning("settings unreadable, defaults used: %s", problem)
        return Settings()
    if not isinstance(stored, dict):
        _log.warning("settings are not an object, defaults used")
        return Settings()
    return Settings(**{name: value for name, value in stored.items() if _sound(name, value)})


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings aside and put them in place.

    Raises:
        OutputError: the folder cannot be written to.
    """
    write_json(path, dataclasses.asdict(settings))


def write_json(path: Path, value: object) -> None:
    """Write one JSON value aside and rename it into place.

    Raises:
        OutputError: the folder cannot be written to.
    """
    aside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(value, indent=1), "utf-8")
        aside.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise OutputError(f"“{path.name}” could not be saved: {problem.strerror}.", str(path)) from problem


_CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("system", "dark", "light"),
    "export_bits": ("16", "24", "float"),
}


def _sound(name: str, value: object) -> bool:
    defaults = Settings()
    if name not in {field.name for field in dataclasses.fields(defaults)}:
        return False
    default = getattr(defaults, name)
    if name == "cache_limit_gib":
        return isinstance(value, int | float) and not isinstance(value, bool) and 0.1 <= value <= 100_000
    if name == "cushion":
        return type(value) is int and 0 <= value <= 4
    if name in _CHOICES:
        return value in _CHOICES[name]
    return type(value) is type(default)
