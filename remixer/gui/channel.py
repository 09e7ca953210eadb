"""A stem's strip that says whose it is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from remixer.gui.keys import ALL_WAYS, UP_DOWN, keep_keys
from remixer.gui.widgets.strips import StemStrip
from remixer.mixing.controls import RESIDUAL

MIX = "mixture"
SPOKEN = {
    "vocals": "Vocals",
    "drums": "Drums",
    "bass": "Bass",
    "other": "Other",
    RESIDUAL: "Rest",
    MIX: "Mix",
}


def spoken(name: str) -> str:
    """Return what a stem is called on screen."""
    return SPOKEN.get(name, name.replace("-", " ").replace("_", " ").capitalize())


class Channel(QObject):
    """One stem's strip; passes on what is done to it, with the stem's name.

    Signals:
        gain_changed, muted, soloed, panned: the stem's name and the new value.
    """

    gain_changed = Signal(str, float)
    muted = Signal(str, bool)
    soloed = Signal(str, bool)
    panned = Signal(str, float)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self.strip = StemStrip(name, title=spoken(name), parent=parent)
        keep_keys(self.strip.fader, UP_DOWN)
        keep_keys(self.strip.pan, ALL_WAYS)
        self.strip.gain_changed.connect(self._gain)
        self.strip.muted.connect(self._mute)
        self.strip.soloed.connect(self._solo)
        self.strip.panned.connect(self._pan)

    @Slot(float)
    def _gain(self, gain_db: float) -> None:
        self.gain_changed.emit(self.name, gain_db)

    @Slot(bool)
    def _mute(self, on: bool) -> None:
        self.muted.emit(self.name, on)

    @Slot(bool)
    def _solo(self, on: bool) -> None:
        self.soloed.emit(self.name, on)

    @Slot(float)
    def _pan(self, pan: float) -> None:
        self.panned.emit(self.name, pan)
