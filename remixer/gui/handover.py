"""How a later start of the program hands its songs to the window that is open."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from remixer.errors import RemixerError

_WAIT_MS = 400
_ANSWER_MS = 30_000


def hand_over(name: str, paths: Sequence[Path]) -> bool:
    """Give the paths to the window that is open; return whether there is one.

    Raises:
        RemixerError: there is one, but it does not take them.
    """
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_WAIT_MS):
        return False
    message = json.dumps([os.fspath(path.absolute()) for path in paths]).encode("ascii")
    socket.write(message + b"\n")
    socket.flush()
    if not socket.waitForReadyRead(_ANSWER_MS):
        raise RemixerError("The program is open already, but does not answer; end it and start it again.")
    socket.disconnectFromServer()
    return True


class Receiver(QObject):
    """Listens for later starts of the program.

    Args:
        name: the name it is found under.
        parent: the owner.
    """

    songs_received = Signal(list)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        QLocalServer.removeServer(name)
        self.listening = self._server.listen(name)

    @Slot()
    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setParent(self)
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(socket.deleteLater)
            self._take(socket)

    @Slot()
    def _read(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._take(socket)

    def _take(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            return
        try:
            sent = json.loads(bytes(socket.readLine().data()))
        except ValueError:
            sent = None
        socket.write(b"ok\n")
        socket.flush()
        if isinstance(sent, list):
            self.songs_received.emit([Path(path) for path in sent if isinstance(path, str)])

    def close(self) -> None:
        """Be found no longer."""
        self._server.close()
