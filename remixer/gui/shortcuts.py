"""The keys: one table that makes the shortcuts and the page that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from remixer.gui.parts import caption, push_button
from remixer.gui.widgets.fader import STEP_DB


@dataclass(frozen=True)
class Key:
    """One line of the table: the keys, the name of what they do, and how it is said."""

    keys: tuple[str, ...]
    does: str
    says: str


TABLE: tuple[tuple[str, tuple[Key, ...]], ...] = (
    (
        "Playing",
        (
            Key(("Space",), "toggle", "Play, pause; hear live input"),
            Key(("Left",), "back_5", "5 seconds back"),
            Key(("Right",), "forward_5", "5 seconds on"),
            Key(("Shift+Left",), "back_1", "1 second back"),
            Key(("Shift+Right",), "forward_1", "1 second on"),
            Key(("Home",), "to_start", "To the beginning, or the loop's"),
            Key(("End",), "to_end", "To the end"),
            Key(("Ctrl+PgDown",), "next_song", "Next song"),
            Key(("Ctrl+PgUp",), "previous_song", "Song before"),
        ),
    ),
    (
        "Loop",
        (
            Key(("I", "["), "loop_in", "Loop starts here"),
            Key(("O", "]"), "loop_out", "Loop ends here"),
            Key(("L",), "loop", "Loop on, off"),
        ),
    ),
    (
        "Faders",
        (
            Key(("1", "2", "3", "4", "5"), "choose", "Choose a stem (5: the rest)"),
            Key(("M",), "mute", "Mute the chosen stem"),
            Key(("S",), "solo", "Solo the chosen stem"),
            Key(("Up",), "louder", f"Chosen stem {STEP_DB:g} dB louder"),
            Key(("Down",), "softer", f"Chosen stem {STEP_DB:g} dB softer"),
            Key(("Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4", "Ctrl+5"), "mute_n", "Mute stem 1–5"),
            Key(("Alt+1", "Alt+2", "Alt+3", "Alt+4", "Alt+5"), "solo_n", "Solo stem 1–5"),
            Key(("0",), "unity", "Chosen stem to 0 dB"),
            Key(("B",), "bypass", "Compare with the song as it is"),
            Key(("T",), "next_take", "Hear the stems of the next model"),
            Key(("Ctrl+R",), "reset", "All faders to rest"),
            Key(("Ctrl+Z",), "undo", "Undo"),
            Key(("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "Redo"),
        ),
    ),
    (
        "View",
        (
            Key(("Ctrl++", "+", "Ctrl+=", "="), "zoom_in", "Closer"),
            Key(("Ctrl+-", "-"), "zoom_out", "Wider"),
            Key(("F",), "fit", "Whole song"),
            Key(("G",), "spectrogram", "Spectrogram"),
            Key(("Ctrl+L",), "queue", "Queue"),
            Key(("Ctrl+I",), "truth", "How it runs"),
        ),
    ),
    (
        "Program",
        (
            Key(("Ctrl+O",), "open", "Open songs"),
            Key(("Ctrl+Shift+L",), "live", "Live input, or back to the song"),
            Key(("R",), "record", "Record the live input, or finish"),
            Key(("Ctrl+E",), "export", "Export"),
            Key(("Ctrl+,",), "settings", "Settings"),
            Key(("?", "F1"), "help", "These keys"),
            Key(("Ctrl+Q",), "quit", "Quit"),
        ),
    ),
)

_KEYS_WIDTH = 190
_NUMBERED = ("choose", "mute_n", "solo_n")
_MOVES = ("back_5", "forward_5", "back_1", "forward_1", "zoom_in", "zoom_out")
_STEPS = (*_MOVES, "louder", "softer", "undo", "redo")
"""What goes on while its key is held; all else is done once, or it would go on and off."""


def install(
    window: QWidget,
    deeds: Mapping[str, Callable[[], object]],
    numbered: Mapping[str, Callable[[int], object]],
) -> None:
    """Make the shortcuts of the table.

    Args:
        window: where they work.
        deeds: what each name of the table does.
        numbered: what the names with five keys do, given 0 to 4.
    """
    for _, keys in TABLE:
        for key in keys:
            for number, sequence in enumerate(key.keys):
                shortcut = QShortcut(QKeySequence(sequence), window)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.setAutoRepeat(key.does in _STEPS)
                if key.does in _NUMBERED:
                    shortcut.activated.connect(_Numbered(numbered[key.does], number, shortcut))
                else:
                    shortcut.activated.connect(deeds[key.does])


class _Numbered:
    """A deed with its number, owned by its shortcut."""

    def __init__(self, deed: Callable[[int], object], number: int, owner: QShortcut) -> None:
        self._deed = deed
        self._number = number
        owner.setProperty("number", number)

    def __call__(self) -> None:
        self._deed(self._number)


class ShortcutsDialog(QDialog):
    """The page that shows the keys."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        columns = QHBoxLayout()
        columns.setSpacing(36)
        left, right = QVBoxLayout(), QVBoxLayout()
        for number, (heading, keys) in enumerate(TABLE):
            (left if number in (0, 1, 4) else right).addLayout(self._group(heading, keys))
        for column in (left, right):
            column.addStretch()
            columns.addLayout(column)
        close = push_button("Close", "Close this page", self, primary=True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(18)
        outer.addWidget(caption("Keys", self, "title"))
        outer.addLayout(columns)
        outer.addLayout(foot)

    @classmethod
    def show_over(cls, parent: QWidget) -> None:
        """Show the page until it is closed."""
        cls(parent).exec()

    def _group(self, heading: str, keys: tuple[Key, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 14)
        grid.setVerticalSpacing(5)
        grid.setHorizontalSpacing(16)
        grid.setColumnMinimumWidth(0, _KEYS_WIDTH)
        grid.setColumnStretch(1, 1)
        grid.addWidget(caption(heading, self, "heading"), 0, 0, 1, 2)
        for row, key in enumerate(keys, 1):
            caps = QHBoxLayout()
            caps.setSpacing(5)
            native = [_native(sequence) for sequence in key.keys]
            shown = [f"{native[0]} – {native[-1]}"] if key.does in _NUMBERED else native[:2]
            for text in shown:
                caps.addWidget(caption(text, self, "key"))
            caps.addStretch()
            grid.addLayout(caps, row, 0)
            grid.addWidget(caption(key.says, self), row, 1)
        return grid


def _native(sequence: str) -> str:
    arrows = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}
    text = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
    pieces = [arrows.get(piece, piece) for piece in text.split("+")] if text[-1:] != "+" else [text]
    return "+".join(pieces)
