"""The playback process from its start to its end."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from remixer.playback import portaudio
from remixer.playback.process import Playback
from remixer.privacy import keep_private

_SWITCH_SECONDS = 0.0005


def playback_main(connection: Connection, memory: Any, live_model: Path | None) -> None:
    """Be the playback process until the pipe closes. Thread: the process's main one."""
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        os.setsid()  # Linux shares the processors among sessions: the music has a part of its own
    sys.setswitchinterval(_SWITCH_SECONDS)
    _import_early(live_model is not None)
    playback = Playback(connection, memory, live_model)
    gc.collect()
    gc.freeze()
    playback.run()


def _import_early(live: bool) -> None:
    """Import what takes the interpreter's lock for longer than a buffer lasts, before music plays."""
    portaudio.available()
    if live:
        with contextlib.suppress(ImportError):
            keep_private()
            import onnxruntime  # noqa: F401

            import remixer.separation.streaming  # noqa: F401
