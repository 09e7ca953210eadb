"""What the smoke test does as a program of X of its own: be dragged from, take pictures, watch for a window.

Run as `x_client.py drag FILE`, `x_client.py picture FILE` or `x_client.py watch`.
"""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

# Somewhere in the middle of any window of a usual size that stands at the screen's corner.
_WATCHED = ((400, 300), (640, 400), (640, 600))
_WATCH_SECONDS = 60.0
_GIVING_MS = 2_000


class _File(QLabel):
    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._path = path
        flags = Qt.WindowType.FramelessWindowHint | Qt.WindowType.BypassWindowManagerHint
        self.setWindowFlags(flags | Qt.WindowType.WindowStaysOnTopHint)
        self.setGeometry(0, 0, 80, 80)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        drag = QDrag(self)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(self._path)])
        drag.setMimeData(data)
        done = drag.exec(Qt.DropAction.CopyAction).name
        print(done, flush=True)
        # The receiver asks for the data only now.
        QTimer.singleShot(_GIVING_MS, QApplication.quit)


def offer(app: QApplication, path: str) -> int:
    """Show a window that a file can be dragged out of; say `ready`, and in the end what became of it."""
    file = _File(path)
    file.show()
    file.raise_()
    app.processEvents()
    print("ready", flush=True)
    return app.exec()


def save_picture(path: str) -> int:
    """Save what is on the screen."""
    return 0 if QGuiApplication.primaryScreen().grabWindow(0).save(path) else 1


def watch() -> int:
    """Say `ready`, and then the time at which something was painted on the empty screen."""
    screen = QGuiApplication.primaryScreen()
    print("ready", flush=True)
    limit = time.monotonic() + _WATCH_SECONDS
    while time.monotonic() < limit:
        for x, y in _WATCHED:
            colour = screen.grabWindow(0, x, y, 1, 1).toImage().pixelColor(0, 0)
            if colour.red() or colour.green() or colour.blue():
                print(time.monotonic(), flush=True)
                return 0
        time.sleep(0.002)
    return 1


def main() -> int:
    """Do what the first argument says."""
    app = QApplication(sys.argv[:1])
    if sys.argv[1] == "drag":
        return offer(app, sys.argv[2])
    return save_picture(sys.argv[2]) if sys.argv[1] == "picture" else watch()


if __name__ == "__main__":
    sys.exit(main())
