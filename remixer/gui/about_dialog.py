"""About the program, and what may be done with the models in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from remixer import __version__
from remixer.gui.parts import caption, push_button
from remixer.gui.widgets.icons import app_icon

_STORY = (
    "Drop a song, remix its vocals, drums, bass and other while it plays, export what you hear. "
    "Free software under the MIT licence; everything is computed on this machine."
)
_PARTS = (
    "Made with Python, Qt and PySide (LGPL), PortAudio, libsndfile and libsoxr (LGPL), "
    "ONNX Runtime, NumPy, pyqtgraph; FFmpeg with x264 and x265 through PyAV, and mutagen (GPL-2.0-or-later)."
)


@dataclass(frozen=True)
class ModelFacts:
    """What is to be known of a model: its name, and lines about it."""

    name: str
    lines: tuple[str, ...]


class AboutDialog(QDialog):
    """Says what the program is and where its models come from.

    Args:
        models: the models installed.
        parent: the window.
    """

    def __init__(self, models: Sequence[ModelFacts], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About")
        self.setFixedWidth(560)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(14)
        outer.addLayout(self._head())
        for text in (_STORY, _PARTS):
            label = caption(text, self)
            label.setWordWrap(True)
            outer.addWidget(label)
        outer.addWidget(caption("Models", self, "heading"))
        outer.addWidget(self._models(models), 1)
        close = push_button("Close", "Close this page (Escape)", self, primary=True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(close)
        outer.addLayout(foot)
        self.resize(560, 520)

    @classmethod
    def show_over(cls, models: Sequence[ModelFacts], parent: QWidget) -> None:
        """Show the page until it is closed."""
        cls(models, parent).exec()

    def _head(self) -> QHBoxLayout:
        picture = QLabel(self)
        picture.setPixmap(app_icon().pixmap(QSize(56, 56)))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(caption("Stem Remixer", self, "title"))
        words.addWidget(caption(f"Version {__version__}", self))
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(picture)
        row.addLayout(words, 1)
        return row

    def _models(self, models: Sequence[ModelFacts]) -> QScrollArea:
        inner = QWidget(self)
        inner.setObjectName("plain")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(3)
        for model in models:
            column.addWidget(caption(model.name, inner, "group"))
            for line in model.lines:
                label = caption(line, inner)
                label.setWordWrap(True)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                column.addWidget(label)
            column.addSpacing(8)
        column.addStretch()
        scroll = QScrollArea(self)
        scroll.setObjectName("plain")
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setAccessibleName("Models and their licences")
        scroll.setToolTip("The models installed, where they come from and what may be done with them")
        return scroll
