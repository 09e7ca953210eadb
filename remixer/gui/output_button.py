"""The loudspeaker picker: a small button with a list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from remixer.gui.parts import describe
from remixer.gui.pickers import Choice
from remixer.gui.widgets.icons import icon


class OutputButton(QToolButton):
    """Chooses where the music is heard.

    Signals:
        chosen: the id of the loudspeaker.
        opened: the list is shown; a chance to look again what there is.
    """

    chosen = Signal(str)
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[Choice, ...], str] = ((), "")
        self.setIcon(icon("speaker"))
        self.setIconSize(QSize(15, 15))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        describe(self, "The loudspeaker")
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self.opened)
        self._menu.triggered.connect(self._choose)
        self._group = QActionGroup(self)
        self.setMenu(self._menu)

    def set_choices(self, choices: Sequence[Choice], current: str) -> None:
        """Show these loudspeakers, the current one marked."""
        shown = (tuple(choices), current)
        if shown == self._shown:
            return
        self._shown = shown
        self._menu.clear()
        for choice in choices:
            text = f"{choice.name}    {choice.about}" if choice.about else choice.name
            action = self._menu.addAction(text.replace("&", "&&"))
            action.setData(choice.id)
            action.setCheckable(True)
            action.setChecked(choice.id == current)
            self._group.addAction(action)
            if choice.id == current:
                self.setToolTip(f"The loudspeaker: {choice.name}")

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self.chosen.emit(str(action.data()))
