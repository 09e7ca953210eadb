"""The windowed program: start, log, hand over to a window that is open already, end."""

from __future__ import annotations

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

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from remixer.session import Session

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
_log = logging.getLogger(__name__)


def main(paths: Sequence[Path] = ()) -> int:
    """Open the window, or hand the songs to the one that is open; return the exit code."""
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _DISPLAYS):
        raise UsageError("There is no display for a window; “remixer --help” lists what works without one.")
    from PySide6.QtWidgets import QApplication

    from remixer.gui.handover import hand_over, server_name

    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        return 1
    name = server_name(config_dir())
    if hand_over(name, paths):
        return 0
    try:
        return _run(app, name, paths)
    except RemixerError as error:
        _log.error("%s %s", error.message, error.detail)
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code


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
    """After a crash, offer what lay on the desk."""
    desk = session.last_desk
    if desk.running and desk.paths and desk.title:
        minutes, seconds = divmod(int(desk.position_seconds), 60)
        session.notices.say(
            f"The program ended unexpectedly; “{desk.title}” can be reopened at {minutes}:{seconds:02}.",
            "error",
            "reopen",
        )


def _run(app: QApplication, name: str, paths: Sequence[Path]) -> int:
    from remixer.session.assembly import open_session

    session = open_session()
    from remixer.gui.handover import Receiver
    from remixer.gui.widgets.icons import app_icon
    from remixer.gui.widgets.theme import ThemeSwitch
    from remixer.gui.window import MainWindow

    app.setApplicationName("Stem Remixer")
    app.setDesktopFileName("stem-remixer")
    app.setWindowIcon(app_icon())
    watch_exceptions(session)
    window = MainWindow(session, ThemeSwitch(app, session.choices.settings.theme))
    receiver = Receiver(name, app)
    receiver.songs_received.connect(window.open_paths)
    _end_on_signals(window)
    window.place()
    window.show()
    if paths:
        session.open(paths)
    offer_to_reopen(session)
    session.save(running=True)
    code = app.exec()
    receiver.close()
    return code


def _end_on_signals(window: object) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QWidget

    if isinstance(window, QWidget):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: QTimer.singleShot(0, window.close))
