"""The log: a rotating file in the user's folder, and beside it what a crash of the interpreter leaves."""

from __future__ import annotations

import faulthandler
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

_BYTES = 1_000_000
_LINE = "%(asctime)s %(process)d %(levelname)s %(threadName)s %(name)s: %(message)s"


def open_log(folder: Path) -> Path | None:
    """Let the log go to `remixer.log`, and what the interpreter dies of to `crash.log`.

    Returns:
        The log file; None where nothing can be written, and then nothing is.
    """
    logging.raiseExceptions = False  # a log on a full disk has nothing to say to the user
    root, path = logging.getLogger(), folder / "remixer.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=_BYTES, backupCount=3, encoding="utf-8", errors="replace"
        )
        crash = os.open(folder / "crash.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter(_LINE))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    faulthandler.enable(crash)
    return path


def log_file() -> Path | None:
    """Return the file that the log goes to, None if there is none."""
    handlers = logging.getLogger().handlers
    return next((Path(one.baseFilename) for one in handlers if isinstance(one, RotatingFileHandler)), None)
