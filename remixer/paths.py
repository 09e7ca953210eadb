"""Where the program keeps things: songs, settings, logs, models, pictures."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("stem-remixer", appauthor=False)


def _own(name: str, default: str) -> Path:
    home = os.environ.get("REMIXER_HOME")
    return Path(home) / name if home else Path(default)


def cache_dir() -> Path:
    """Return the folder of decoded songs and their takes; `REMIXER_HOME` moves it."""
    return _own("cache", _DIRS.user_cache_dir)


def config_dir() -> Path:
    """Return the folder of settings and the saved session; `REMIXER_HOME` moves it."""
    return _own("config", _DIRS.user_config_dir)


def log_dir() -> Path:
    """Return the folder of log files; `REMIXER_HOME` moves it."""
    return _own("log", _DIRS.user_log_dir)


def _shipped() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) if frozen else Path(__file__).resolve().parent.parent


def resources_dir() -> Path:
    """Return the folder of icons, style sheets and translations."""
    return _shipped() / "resources"


def models_dirs() -> list[Path]:
    """Return the folders searched for models: the shipped one, then `REMIXER_MODELS`."""
    extra = os.environ.get("REMIXER_MODELS", "")
    return [_shipped() / "models", *(Path(part) for part in extra.split(os.pathsep) if part)]
