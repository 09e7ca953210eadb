"""Putting a session together from the real parts."""

from __future__ import annotations

from remixer.errors import OutputError
from remixer.paths import config_dir
from remixer.playback.client import Player
from remixer.separation.catalog import load_catalog
from remixer.separation.inference import InferenceThread
from remixer.session.session import Session
from remixer.session.store import Store
from remixer.settings import Settings, settings_path
from remixer.song.library import Library


def open_session(settings: Settings) -> Session:
    """Return a session on the user's cache and models, its playback process started.

    Args:
        settings: what the user chose.

    Raises:
        OutputError: the settings folder cannot be written to.
    """
    folder = config_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(
            f"The settings folder cannot be made: {problem.strerror}.", str(folder)
        ) from problem
    catalog = load_catalog()
    player = Player(catalog.default_live(), settings.output or None)
    player.start()
    library = Library(settings.cache_path, settings.cache_limit_bytes)
    return Session(library, catalog, player, InferenceThread(), Store(folder), settings, settings_path())
