"""The windowed program: start, log, hand over to a window that is open already, end."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from remixer.errors import RemixerError, UsageError
from remixer.paths import config_dir
from remixer.settings import load_settings, settings_path

if TYPE_CHECKING:
    from remixer.gui.application import Application
    from remixer.gui.window import MainWindow
    from remixer.session import Session

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
_log = logging.getLogger(__name__)


def main(paths: Sequence[Path] = ()) -> int:
    """Open the window, or hand the songs to the one that is open; return the exit code."""
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _DISPLAYS):
        raise UsageError("There is no display for a window; “remixer --help” lists what works without one.")
    gc.disable()  # Next to nothing of what a start makes is garbage; looking for it holds the window up.
    from remixer.gui.application import Application
    from remixer.gui.claim import Claim, window_name

    app = Application(sys.argv[:1])
    name = window_name(config_dir())
    claim = Claim(name)
    if not claim.take(lambda: _hand_over(name, paths)):
        return 0
    try:
        return _run(app, name, paths)
    finally:
        claim.give_up()


def watch_exceptions(session: Session) -> None:
    """Log what nobody caught, and tell the user in one sentence."""

    def tell(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or issubclass(kind, KeyboardInterrupt):
            return
        _log.error("not caught", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)
        if isinstance(error, RemixerError):
            session.notices.say(error.message, "error")
        else:
            session.notices.say(
                f"Something went wrong ({kind.__name__}); the log says more.", "error", "logs"
            )

    sys.excepthook = tell
    threading.excepthook = lambda args: tell(args.exc_type, args.exc_value, args.exc_traceback)


def offer_to_reopen(session: Session) -> None:
    """After a crash, offer what lay on the desk unless it does so again, and name what was recorded."""
    desk = session.last_desk
    if desk.recording:
        session.live.recover(Path(desk.recording), desk.running)
    there = {str(item.path) for item in session.playlist.items}
    if desk.running and desk.title and not there.issuperset(desk.paths):
        minutes, seconds = divmod(int(desk.position_seconds), 60)
        session.notices.say(
            f"The program ended unexpectedly; “{desk.title}” can be reopened at {minutes}:{seconds:02}.",
            "error",
            "reopen",
        )


def _hand_over(name: str, paths: Sequence[Path]) -> bool:
    from remixer.gui.handover import hand_over

    return hand_over(name, paths)


def _run(app: Application, name: str, paths: Sequence[Path]) -> int:
    from remixer.gui.widgets.theme import ThemeSwitch
    from remixer.gui.window import MainWindow

    settings = load_settings(settings_path())
    app.setApplicationName("Stem Remixer")
    app.setDesktopFileName("stem-remixer")
    themes = ThemeSwitch(app, settings.theme)
    window = MainWindow()
    window.dropped.connect(app.take_songs)
    window.appear(settings.window)
    # What is seen first is on the screen; all else is imported and made from here on.
    from remixer.gui.handover import Receiver
    from remixer.gui.widgets.icons import app_icon
    from remixer.session.assembly import open_session

    receiver = Receiver(name, app)
    receiver.songs_received.connect(app.take_songs)
    session = open_session(settings)
    app.setWindowIcon(app_icon())
    watch_exceptions(session)
    workspace = window.furnish(session, themes)
    app.hand_songs_to(workspace.take_songs)
    _end_on_signals(window)
    if paths:
        session.open(paths)
    offer_to_reopen(session)
    session.save(running=True)
    gc.freeze()
    gc.enable()
    try:
        return app.exec()
    finally:
        receiver.close()


def _end_on_signals(window: MainWindow) -> None:
    from PySide6.QtCore import QTimer

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: QTimer.singleShot(0, window.close))
