"""Pickers for the model, the device and the loudspeaker: a name in the bar, the facts in the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from remixer.gui.keys import IN_LISTS, keep_keys
from remixer.gui.parts import describe
from remixer.gui.two_lines import ABOUT, PAD, TwoLines

_WIDEST = 640
_ROLES = {
    "offline": "best quality, behind the music",
    "live-92": "causal, 92 ms",
    "live": "causal, at once",
    "vocals": "vocals",
    "two-speakers": "two voices",
    "baseline": "baseline without training",
}


@dataclass(frozen=True)
class Choice:
    """One line of a picker: what it stands for, its name, and what is to be known about it."""

    id: str
    name: str
    about: str = ""


def model_about(
    role: str, licence: str, tiers: Sequence[str], scores: object, latency_ms: float | None
) -> str:
    """Return what is to be known about a model: role, quality, latency, licence."""
    facts = [_ROLES.get(role, role)]
    if isinstance(scores, dict) or hasattr(scores, "values"):
        numbers = [float(value) for value in scores.values() if isinstance(value, int | float)]
        if numbers:
            facts.append(f"SDR {sum(numbers) / len(numbers):.1f} dB on our own songs")
    if latency_ms is not None:
        facts.append(f"latency {latency_ms:.0f} ms")
    facts.append("non-commercial" if "nc" in tiers else licence)
    return " · ".join(fact for fact in facts if fact)


class Picker(QComboBox):
    """A list of choices with two lines each.

    Signals:
        chosen: the id of what the user chose.
        opened: the list is about to be shown; a chance to look again what there is.

    Args:
        says: what is chosen here, for the tooltip and the screen reader.
        parent: the owner.
    """

    chosen = Signal(str)
    opened = Signal()

    def __init__(self, says: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        describe(self, says)
        self._says = says
        self._choices: tuple[Choice, ...] = ()
        self.setItemDelegate(TwoLines(self, QFont.Weight.DemiBold))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(15)
        self.setMaxVisibleItems(12)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        keep_keys(self, (*IN_LISTS, Qt.Key.Key_Space))
        self.activated.connect(self._choose)

    def set_choices(self, choices: Sequence[Choice], current: str) -> None:
        """Show these choices, the current one in the bar."""
        if tuple(choices) != self._choices:
            self._choices = tuple(choices)
            self.blockSignals(True)
            self.clear()
            for choice in choices:
                self.addItem(choice.name, choice.id)
                row = self.count() - 1
                self.setItemData(row, choice.about, ABOUT)
                self.setItemData(row, choice.about, Qt.ItemDataRole.ToolTipRole)
                spoken = f"{choice.name}, {choice.about}" if choice.about else choice.name
                self.setItemData(row, spoken, Qt.ItemDataRole.AccessibleTextRole)
            self.blockSignals(False)
            self._widen()
        self.set_current(current)

    def set_current(self, choice_id: str) -> None:
        """Show one choice in the bar, unless the list is open."""
        row = next((row for row, choice in enumerate(self._choices) if choice.id == choice_id), -1)
        if row != self.currentIndex() and not self.view().isVisible():
            self.blockSignals(True)
            self.setCurrentIndex(row)
            self.blockSignals(False)
            about = self._choices[row].about if row >= 0 else ""
            self.setToolTip(f"{self._says}\n{self.currentText()}{': ' + about if about else ''}")

    def showPopup(self) -> None:  # noqa: N802
        """Look again what there is, then show the list."""
        self.opened.emit()
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shorten a name the bar has no room for, instead of cutting it."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - 4
        elide = Qt.TextElideMode.ElideRight
        option.currentText = self.fontMetrics().elidedText(self.currentText(), elide, room)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def _widen(self) -> None:
        metrics = self.fontMetrics()
        texts = [text for choice in self._choices for text in (choice.name, choice.about)]
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
        self.view().setMinimumWidth(min(_WIDEST, widest + 2 * PAD + 24))

    @Slot(int)
    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._choices):
            self.chosen.emit(self._choices[row].id)
