"""The pages that open over the window: export, settings, keys, the log."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from remixer.errors import RemixerError
from remixer.gui.about_dialog import AboutDialog
from remixer.gui.channel import spoken
from remixer.gui.export_dialog import ExportDialog, ExportSubject
from remixer.gui.screen import model_choices, model_facts, output_choices
from remixer.gui.settings_dialog import SettingsDialog
from remixer.gui.shortcuts import ShortcutsDialog
from remixer.gui.task_bar import TaskBar
from remixer.gui.widgets.theme import ThemeSwitch
from remixer.paths import log_dir
from remixer.session import Session
from remixer.session.entries import is_folder
from remixer.session.notices import Notice
from remixer.session.snapshot import Snapshot


class Pages(QObject):
    """Opens the pages and passes on what was chosen there.

    Args:
        session: what they are about.
        window: over which they open.
        themes: dresses the application.
    """

    def __init__(self, session: Session, window: QWidget, themes: ThemeSwitch) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._themes = themes
        self._settings_page: SettingsDialog | None = None
        self.tasks = TaskBar(window)
        self.tasks.cancelled.connect(self._cancel)

    @Slot()
    def export(self) -> None:
        """Ask what to export, and begin."""
        subject = self._subject()
        if subject is None:
            self._session.notices.say("Open a song before exporting.", "error")
            return
        settings = self._session.choices.settings
        song = self._session.front.song
        plan = ExportDialog.ask(subject, settings, self._session.export_files, self._window)
        if plan is None:
            return
        if self._session.front.song is not song:
            self._session.notices.say("Another song was opened meanwhile; nothing was exported.", "error")
            return
        try:
            self._session.export(plan)
        except RemixerError as error:
            self._session.notices.say(error.message, "error")

    @Slot()
    def settings(self) -> None:
        """Show the settings."""
        self._session.choices.look_for_outputs()
        page = SettingsDialog(
            self._session.choices.settings,
            model_choices(self._session),
            output_choices(self._session),
            log_dir(),
            self._window,
        )
        page.changed.connect(self.apply)
        page.keys_asked.connect(self.keys)
        page.about_asked.connect(self.about)
        self._settings_page = page
        self._session.choices.look_for_size()
        page.exec()
        self._settings_page = None

    @Slot()
    def keys(self) -> None:
        """Show the keys."""
        ShortcutsDialog.show_over(self._window)

    @Slot()
    def about(self) -> None:
        """Say what the program is."""
        AboutDialog.show_over([model_facts(card) for card in self._session.choices.models()], self._window)

    @Slot(object)
    def act(self, notice: Notice) -> None:
        """Do what a message offers."""
        if notice.action == "folder":
            QDesktopServices.openUrl(QUrl.fromLocalFile(notice.target))
        elif notice.action == "logs":
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_dir())))
        elif notice.action == "reopen":
            self._session.reopen()

    @Slot(dict)
    def apply(self, changes: dict[str, object]) -> None:
        """Let a change of the settings count."""
        choices = self._session.choices
        if "output" in changes:
            choices.choose_output(str(changes["output"]))
        elif "model" in changes:
            model = str(changes["model"])
            choices.choose_model(model or self._session.background.catalog.default_offline().id)
            choices.change(model=model)
        else:
            choices.change(**changes)
        if "cache_limit_gib" in changes:
            self._session.trim_cache()
            choices.look_for_size()
        if "theme" in changes:
            self._themes.set_choice(choices.settings.theme)

    def refresh(self, snapshot: Snapshot) -> None:
        """Show how far the exports are, and on the settings page what has been found out meanwhile."""
        self.tasks.show_tasks(snapshot.tasks)
        if self._settings_page is not None:
            self._settings_page.show_outputs(output_choices(self._session), snapshot.output)
            self._settings_page.show_cache_size(self._session.choices.size_bytes())

    @Slot(int)
    def _cancel(self, number: int) -> None:
        self._session.exports.cancel(number)

    def _subject(self) -> ExportSubject | None:
        front = self._session.front
        song = front.song
        if song is None:
            return None
        take = song.take(self._session.background.heard_first)
        return ExportSubject(
            stems=[(name, spoken(name)) for name in front.remix.stems],
            folder=_export_folder(song.source),
            rate=song.rate,
            frames=song.frames,
            loop=front.remix.loop,
            separated=take.fraction if take is not None else 0.0,
            moves=len(self._session.player.moves()) > 1,
            mixed=front.remix.heard != type(front.remix.heard).default(front.remix.stems),
        )


def _export_folder(source: Path) -> Path:
    """Return the song's own folder; the music folder where that cannot be written to, or not be shown."""
    folder = str(source.parent)
    is_text = os.fsencode(folder).decode("utf-8", "ignore") == folder
    if is_text and os.access(folder, os.W_OK) and is_folder(source.parent):
        return source.parent
    return music_folder()


def music_folder() -> Path:
    """Return the folder for music, or the home folder."""
    music = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation)
    return Path(music) if music else Path.home()
