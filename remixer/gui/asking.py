"""The system's file pickers and the few questions, each behind a classmethod that tests replace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from remixer.session.entries import AUDIO_SUFFIXES


class Ask:
    """Questions that wait for an answer."""

    @classmethod
    def songs(cls, parent: QWidget, folder: str = "") -> list[Path]:
        """Ask for songs to open."""
        patterns = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in sorted(AUDIO_SUFFIXES))
        names, _ = QFileDialog.getOpenFileNames(
            parent, "Open songs", folder, f"Songs and videos ({patterns});;All files (*)"
        )
        return [Path(name) for name in names]

    @classmethod
    def folder(cls, parent: QWidget, title: str, folder: str = "") -> Path | None:
        """Ask for a folder."""
        name = QFileDialog.getExistingDirectory(parent, title, folder)
        return Path(name) if name else None

    @classmethod
    def overwrite(cls, parent: QWidget, files: Sequence[Path]) -> bool:
        """Ask whether existing files may be replaced."""
        names = "\n".join(path.name for path in files[:6]) + ("\n…" if len(files) > 6 else "")
        box = QMessageBox(QMessageBox.Icon.Warning, "Replace files?", "", parent=parent)
        box.setText(
            "This file exists already. Replace it?"
            if len(files) == 1
            else f"{len(files)} files exist already. Replace them?"
        )
        box.setInformativeText(names)
        replace = box.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton("Keep", QMessageBox.ButtonRole.RejectRole))
        box.exec()
        return box.clickedButton() is replace

    @classmethod
    def stop_exports(cls, parent: QWidget) -> bool:
        """Ask whether to quit while files are being written."""
        box = QMessageBox(QMessageBox.Icon.Question, "Quit?", "", parent=parent)
        box.setText("An export is under way. Quit and leave it undone?")
        stop = box.addButton("Quit", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton("Go on", QMessageBox.ButtonRole.RejectRole))
        box.exec()
        return box.clickedButton() is stop
