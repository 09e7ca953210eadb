"""What the pages of a song and of live sound have in common: their frame."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

_SIDE_WIDTH = 280


def frame_page(page: QWidget, top: QWidget, middle: QWidget, side: QWidget, foot: QWidget) -> None:
    """Lay a page out: a bar above, one below, between them the middle with a hidden panel at its right."""
    side.setFixedWidth(_SIDE_WIDTH)
    side.hide()
    between = QHBoxLayout()
    between.setSpacing(0)
    between.addWidget(middle, 1)
    between.addWidget(side)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(top)
    column.addLayout(between, 1)
    column.addWidget(foot)
