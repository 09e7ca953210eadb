"""What to export, how, and where; with the list of the files before anything is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from remixer.audio.encode import FORMATS, STEM_FORMAT, Encoding
from remixer.errors import RemixerError
from remixer.gui.asking import Ask
from remixer.gui.parts import caption, describe, push_button, quiet_button
from remixer.gui.words import clock
from remixer.mixing.controls import RESIDUAL
from remixer.session.entries import existing, is_folder
from remixer.session.exporting import ExportPlan
from remixer.settings import Settings

Files = Callable[[ExportPlan], Sequence[Path]]

_BITS = (("16", "16 bit"), ("24", "24 bit"), ("float", "32 bit float"))
_CLIP = (("keep", "Keep the level as it is heard"), ("lower", "Lower all files alike if they would clip"))
_LOSSLESS = ("wav", "flac")


@dataclass(frozen=True)
class ExportSubject:
    """What the dialog needs to know of the song.

    Attributes:
        stems: the stems and how they are called.
        folder: the song's own folder.
        rate: frames a second.
        frames: the song's length.
        loop: the region that can be written alone.
        separated: the fraction of the stems that is finished.
        mixed: the mix differs from the song as it is.
        moves: the faders were moved while it played.
    """

    stems: Sequence[tuple[str, str]]
    folder: Path
    rate: int
    frames: int
    loop: tuple[int, int] | None
    separated: float
    mixed: bool
    moves: bool = False


class ExportDialog(QDialog):
    """Asks for an export.

    Args:
        subject: the song.
        settings: the last choices.
        files: tells which files a plan makes.
        parent: the window.
    """

    def __init__(self, subject: ExportSubject, settings: Settings, files: Files, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        self._subject = subject
        self._files = files
        self._overwrite = False
        self._make_parts()
        self._make_format(settings)
        self._make_place(settings)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Files that will be written")
        self.list.setToolTip("The files that will be written")
        self.list.setObjectName("fileList")
        self.list.setMaximumHeight(132)
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.problem = caption("", self, "problem")
        self.problem.setWordWrap(True)
        self.cancel = push_button("Cancel", "Close without exporting (Escape)", self)
        self.cancel.clicked.connect(self.reject)
        self.go = push_button("Export", "Write these files (Enter)", self, primary=True)
        self.go.setDefault(True)
        self.go.clicked.connect(self._go)
        self._lay_out()
        self._look()

    @classmethod
    def ask(
        cls, subject: ExportSubject, settings: Settings, files: Files, parent: QWidget
    ) -> ExportPlan | None:
        """Show the dialog and return what was asked for; None for nothing."""
        dialog = cls(subject, settings, files, parent)
        return dialog.plan() if dialog.exec() == QDialog.DialogCode.Accepted else None

    def plan(self) -> ExportPlan:
        """Return what is asked for."""
        checked = [name for name, box in self.stem_boxes.items() if box.isChecked()]
        region = self.region.currentData()
        return ExportPlan(
            folder=Path(os.path.expanduser(self.folder.text())),  # noqa: PTH111  (Path raises for nobody's home)
            mix=self.mix.isChecked(),
            stems=tuple(name for name in checked if name != RESIDUAL),
            residual=RESIDUAL in checked,
            format=self.format.currentData(),
            bits=self.bits.currentData(),
            selection=self._subject.loop if region == "loop" else None,
            template=self.template.text(),
            clip=self.clip.currentData(),
            overwrite=self._overwrite,
            faders=self.faders.isChecked(),
            moves=self.moves.isChecked(),
        )

    def _make_parts(self) -> None:
        self.mix = QCheckBox("The mix, as it is heard now", self)
        self.mix.setChecked(self._subject.mixed)
        describe(self.mix, "One file with what the loudspeaker plays, faders included")
        self.moves = QCheckBox("With the moves of the faders while it played", self)
        describe(self.moves, "Write the mix as it was played, from the last time the playhead went back")
        self.moves.setVisible(self._subject.moves)
        self.stem_boxes: dict[str, QCheckBox] = {}
        for name, shown in (*self._subject.stems, (RESIDUAL, "Rest")):
            box = QCheckBox(shown, self)
            box.setChecked(not self._subject.mixed and name != RESIDUAL)
            describe(box, f"A file with {shown.lower()} alone")
            self.stem_boxes[name] = box
        self.faders = QCheckBox("Stems behind their faders", self)
        describe(self.faders, "Write the stems with gain, mute and pan, not as they were separated")
        for box in (self.mix, self.moves, self.faders, *self.stem_boxes.values()):
            box.toggled.connect(self._look)

    def _make_format(self, settings: Settings) -> None:
        whole = f"Whole song, {clock(self._subject.frames / self._subject.rate)}"
        regions = [("whole", whole)]
        if self._subject.loop is not None:
            start, end = (clock(frame / self._subject.rate, 0.1) for frame in self._subject.loop)
            regions.append(("loop", f"Loop, {start} – {end}"))
        self.region = _combo(self, "Which part of the song", regions, "whole")
        formats = [(name, name.upper()) for name in (*FORMATS, STEM_FORMAT)]
        self.format = _combo(self, "File format", formats, settings.export_format)
        self.about_format = caption("Mix and four stems in one file, as DJ programs open it", self)
        self.bits = _combo(self, "Sample format", _BITS, settings.export_bits)
        self.clip = _combo(self, "What happens to peaks above full scale", _CLIP, "keep")
        for combo in (self.format, self.bits, self.clip, self.region):
            combo.currentIndexChanged.connect(self._look)

    def _make_place(self, settings: Settings) -> None:
        self.folder = QLineEdit(settings.export_folder or str(self._subject.folder), self)
        describe(self.folder, "The folder the files go to")
        self.choose = quiet_button("Choose…", "Choose the folder", self)
        self.choose.clicked.connect(self._choose)
        self.template = QLineEdit(settings.export_template, self)
        describe(
            self.template,
            "How files are named: {song}, {artist}, {stem}, {model}, {n}; a slash makes a folder",
        )
        self.folder.textChanged.connect(self._look)
        self.template.textChanged.connect(self._look)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        stems = QHBoxLayout()
        stems.setSpacing(18)
        for box in self.stem_boxes.values():
            stems.addWidget(box)
        stems.addStretch()
        encoding = QHBoxLayout()
        encoding.setSpacing(10)
        encoding.addWidget(self.format)
        encoding.addWidget(self.bits)
        encoding.addWidget(self.about_format)
        encoding.addStretch()
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(self.choose)
        rows = (
            ("Mix", self.mix),
            ("", self.moves), ("Stems", stems), ("", self.faders), ("Part", self.region),
            ("Format", encoding), ("Peaks", self.clip), ("Folder", place), ("Names", self.template),
        )  # fmt: skip
        for row, (name, what) in enumerate(rows):
            if name:
                grid.addWidget(caption(name, self), row, 0)
            if isinstance(what, QWidget):
                grid.addWidget(what, row, 1)
            elif isinstance(what, QHBoxLayout):
                grid.addLayout(what, row, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.problem, 1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.go)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(14)
        outer.addWidget(caption("Export", self, "title"))
        outer.addLayout(grid)
        outer.addWidget(self.list)
        outer.addLayout(foot)

    @Slot()
    def _look(self) -> None:
        """Show which files this would make and whether it can be done."""
        self.bits.setEnabled(self.format.currentData() in _LOSSLESS)
        plan = self.plan()
        together = plan.format == STEM_FORMAT
        for box in (self.mix, *self.stem_boxes.values()):
            box.setEnabled(not together)
        self.bits.setVisible(not together)
        self.about_format.setVisible(together)
        self.faders.setEnabled(bool(together or plan.stems or plan.residual))
        self.moves.setEnabled(plan.mix and not together)
        self.list.clear()
        try:
            files = self._files(plan)
        except RemixerError as error:
            self._say(error.message, False)
            return
        there = existing(files)
        for path in files:
            mark = "   (exists)" if path in there else ""
            QListWidgetItem(f"{path.relative_to(plan.folder)}{mark}", self.list).setToolTip(str(path))
        if plan.format == "flac" and plan.bits == "float":
            self._say("A flac file holds 16 or 24 bits; choose wav for float.", False)
        elif not _writable(plan.folder):
            self._say(f"The folder “{plan.folder.name}” cannot be written to; choose another one.", False)
        else:
            self._say(" ".join(self._notes(plan, len(there))), True)

    def _notes(self, plan: ExportPlan, there: int) -> list[str]:
        """Return what is worth knowing before the files are written, in sentences."""
        notes = []
        if there:
            notes.append(f"{there} of these exist already; you will be asked.")
        needs_stems = plan.format == STEM_FORMAT or plan.stems or plan.residual or self._subject.mixed
        if self._subject.separated < 1 and needs_stems:
            notes.append("The stems are not finished yet; the export waits for them.")
        notes.append(Encoding(plan.format, plan.bits).resampling(self._subject.rate))
        return [note for note in notes if note]

    def _say(self, text: str, possible: bool) -> None:
        self.problem.setText(text)
        self.go.setEnabled(possible)

    @Slot()
    def _choose(self) -> None:
        folder = Ask.folder(self, "Export to", self.folder.text())
        if folder is not None:
            self.folder.setText(str(folder))

    @Slot()
    def _go(self) -> None:
        there = existing(self._files(self.plan()))
        if there:
            if not Ask.overwrite(self, there):
                return
            self._overwrite = True
        self.accept()


def _writable(folder: Path) -> bool:
    nearest = next(iter(existing((folder, *folder.parents))), folder)
    return is_folder(nearest) and os.access(nearest, os.W_OK)


def _combo(parent: QWidget, says: str, choices: Sequence[tuple[str, str]], current: str) -> QComboBox:
    combo = QComboBox(parent)
    describe(combo, says)
    for name, shown in choices:
        combo.addItem(shown, name)
    combo.setCurrentIndex(max(0, combo.findData(current)))
    return combo
