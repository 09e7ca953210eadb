"""The settings page: cache, loudspeaker, model, theme, behaviour, logs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from remixer.gui.asking import Ask
from remixer.gui.parts import caption, describe, push_button, quiet_button
from remixer.gui.pickers import Choice, Picker
from remixer.gui.words import byte_size
from remixer.settings import Settings

_THEMES = (("system", "As the system"), ("dark", "Dark"), ("light", "Light"))


class SettingsDialog(QDialog):
    """Shows the settings; every change counts at once.

    Signals:
        changed: the names and values of what changed.
        keys_asked: the user wants to see the keys.
        about_asked: the user wants to know what program this is.

    Args:
        settings: how things are.
        models: the models to choose from.
        outputs: the loudspeakers to choose from.
        log_folder: where the logs are.
        parent: the window.
    """

    changed = Signal(dict)
    keys_asked = Signal()
    about_asked = Signal()

    def __init__(
        self,
        settings: Settings,
        models: Sequence[Choice],
        outputs: Sequence[Choice],
        log_folder: Path,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setMinimumWidth(560)
        self._log_folder = log_folder
        self._moved = False
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(9)
        self._grid.setColumnStretch(1, 1)
        self._make_sound(settings, models, outputs)
        self._make_looks(settings)
        self._make_cache(settings)
        self._lay_out()

    def show_outputs(self, outputs: Sequence[Choice], current: str) -> None:
        """Show the loudspeakers there are."""
        self.output.set_choices((Choice("", "As the system says"), *outputs), current)

    def show_cache_size(self, size_bytes: int | None) -> None:
        """Say how much the cache takes; None while that is not known."""
        if size_bytes is not None and not self._moved:
            self.cache_words.setText(f"{byte_size(size_bytes)} in use; the songs unused longest go first.")

    def _make_sound(self, settings: Settings, models: Sequence[Choice], outputs: Sequence[Choice]) -> None:
        self._heading("Sound")
        self.output = Picker("The loudspeaker", self)
        self.output.set_choices((Choice("", "As the system says"), *outputs), settings.output)
        self.output.chosen.connect(self._output)
        self._row("Loudspeaker", self.output)
        self.model = Picker("The model used first for every song", self)
        self.model.set_choices((Choice("", "The best one installed"), *models), settings.model)
        self.model.chosen.connect(self._model)
        self._row("Model", self.model)
        self._check("play_on_open", "A song that is opened plays at once", settings.play_on_open)
        self._check("prepare_queue", "Separate the songs that wait in the queue, too", settings.prepare_queue)

    def _make_looks(self, settings: Settings) -> None:
        self._heading("Looks")
        self.theme = QComboBox(self)
        describe(self.theme, "Dark or light")
        for name, shown in _THEMES:
            self.theme.addItem(shown, name)
        self.theme.setCurrentIndex(max(0, self.theme.findData(settings.theme)))
        self.theme.currentIndexChanged.connect(self._theme)
        self._row("Theme", self.theme)
        self._check("follow", "The view follows the playhead", settings.follow)

    def _make_cache(self, settings: Settings) -> None:
        self._heading("Decoded songs and stems")
        self.limit = QDoubleSpinBox(self)
        describe(self.limit, "How much decoded songs and their stems may take on disk")
        self.limit.setRange(0.5, 10_000)
        self.limit.setDecimals(1)
        self.limit.lineEdit().setTextMargins(9, 0, 0, 0)
        self.limit.setSuffix(" GiB")
        self.limit.setKeyboardTracking(False)
        self.limit.setValue(settings.cache_limit_gib)
        self.limit.valueChanged.connect(self._limit)
        self._row("At most", self.limit)
        self.place = QLineEdit(str(settings.cache_path), self)
        self.place.setReadOnly(True)
        describe(self.place, "The folder of decoded songs and their stems")
        choose = quiet_button("Choose…", "Choose another folder; it is used from the next start on", self)
        choose.clicked.connect(self._choose_place)
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(choose)
        self._row("Folder", row)
        self.cache_words = caption("", self)
        self._row("", self.cache_words)

    def _lay_out(self) -> None:
        logs = quiet_button("Show logs", "Open the folder of log files", self)
        logs.clicked.connect(self._show_logs)
        foot = QHBoxLayout()
        foot.addWidget(logs)
        keys = quiet_button("Keys", "Show what the keys do (?)", self)
        keys.clicked.connect(self.keys_asked)
        about = quiet_button("About", "What this program is, and the licences of its models", self)
        about.clicked.connect(self.about_asked)
        close = push_button("Close", "Close this page (Escape)", self, primary=True)
        close.clicked.connect(self.accept)
        close.setDefault(True)
        foot.addWidget(keys)
        foot.addWidget(about)
        foot.addStretch()
        foot.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(14)
        outer.addWidget(caption("Settings", self, "title"))
        outer.addLayout(self._grid)
        outer.addStretch()
        outer.addLayout(foot)

    def _heading(self, text: str) -> None:
        label = caption(text, self, "heading")
        label.setContentsMargins(0, 10 if self._grid.rowCount() > 1 else 0, 0, 0)
        self._grid.addWidget(label, self._grid.rowCount(), 0, 1, 2)

    def _row(self, name: str, what: QWidget | QHBoxLayout) -> None:
        row = self._grid.rowCount()
        self._grid.addWidget(caption(name, self), row, 0)
        if isinstance(what, QWidget):
            self._grid.addWidget(what, row, 1)
        else:
            self._grid.addLayout(what, row, 1)

    def _check(self, name: str, text: str, on: bool) -> None:
        box = QCheckBox(text, self)
        box.setObjectName(name)
        describe(box, text)
        box.setChecked(on)
        box.toggled.connect(self._toggle)
        self._row("", box)

    @Slot(bool)
    def _toggle(self, on: bool) -> None:
        sender = self.sender()
        if sender is not None:
            self.changed.emit({sender.objectName(): on})

    @Slot(str)
    def _output(self, output_id: str) -> None:
        self.changed.emit({"output": output_id})

    @Slot(str)
    def _model(self, model_id: str) -> None:
        self.changed.emit({"model": model_id})

    @Slot()
    def _theme(self) -> None:
        self.changed.emit({"theme": self.theme.currentData()})

    @Slot(float)
    def _limit(self, gib: float) -> None:
        self.changed.emit({"cache_limit_gib": gib})

    @Slot()
    def _choose_place(self) -> None:
        folder = Ask.folder(self, "Folder of decoded songs", self.place.text())
        if folder is not None:
            self.place.setText(str(folder))
            self._moved = True
            self.cache_words.setText("The new folder is used from the next start on.")
            self.changed.emit({"cache_folder": str(folder)})

    @Slot()
    def _show_logs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log_folder)))
