"""The queue of songs: opened and decoded by workers, one of them in front."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from remixer.errors import InputError
from remixer.jobs import Job, Jobs, Report
from remixer.session.entries import Entry, EntryState, Found, existing, find_songs, is_folder, readable
from remixer.session.notices import Notices

if TYPE_CHECKING:
    from remixer.song.library import Library
    from remixer.song.song import Song

_SHOW_SECONDS = 0.005


class Item:
    """One song on its way from a path to a decoded song. Thread: the worker sets `song`, the GUI reads it."""

    def __init__(self, path: Path, folder: Path | None = None) -> None:
        self.path = path
        self.folder = folder
        self.song: Song | None = None
        self.artist = ""
        self.cover: bytes | None = None
        self.job: Job[None] | None = None
        self.told = False

    @property
    def state(self) -> EntryState:
        """How far the song is."""
        if self.job is not None and self.job.state == "failed":
            return "failed"
        if self.song is not None and self.song.complete:
            return "ready"
        if self.job is None or self.job.state == "cancelled":
            return "waiting"
        return "opening" if self.song is None else "decoding"

    @property
    def title(self) -> str:
        """The song's title, or its file's name until that is known."""
        return self.song.title if self.song is not None else readable(self.path.stem)

    def view(self, take_id: str) -> Entry:
        """Return what the window shows of it, and how much of a take is there."""
        song = self.song
        take = song.take(take_id) if song is not None and song.complete else None
        error = self.job.error.message if self.state == "failed" and self.job and self.job.error else ""
        seconds = song.frames / song.rate if song is not None and song.rate else 0.0
        separated = round(take.fraction, 2) if take is not None else 0.0
        return Entry(self.path, self.title, self.state, error, song.id if song else "", seconds, separated)


class Playlist:
    """The queue and the workers that open and decode its songs.

    Args:
        library: where songs are decoded to.
        notices: where failures are said.
    """

    def __init__(self, library: Library, notices: Notices) -> None:
        self.library = library
        self.items: list[Item] = []
        self.current: Item | None = None
        self._notices = notices
        self._jobs = Jobs(workers=2)
        self._looking: list[tuple[Job[Found], bool]] = []
        self._play = False
        self._shown: tuple[Entry, ...] = ()
        self._shown_key: tuple[object, ...] = ()
        self._shown_until = 0.0

    def add(self, paths: Iterable[Path], play: bool = False) -> None:
        """Queue files and the songs in folders; bring the first of them to the front, to play or to rest."""
        listed = [Path(path) for path in paths]
        if any(is_folder(path) for path in listed):
            job = self._jobs.start("Looking through folders", lambda _: find_songs(listed))
            self._looking.append((job, play))
        else:
            self._take(find_songs(listed), listed, play)

    def open_known(self, source: Path, folder: Path, play: bool = False) -> None:
        """Bring a song of the library to the front; a decoded one opens even when its file is gone."""
        item = self._find(source)
        if item is None:
            item = Item(source, folder)
            self.items.append(item)
        self._front(item, play)

    def select(self, index: int, play: bool = False) -> None:
        """Bring one song to the front."""
        if 0 <= index < len(self.items):
            self._front(self.items[index], play)

    def remove(self, index: int) -> None:
        """Take one song off the queue; what was computed for it stays in the library."""
        if 0 <= index < len(self.items):
            item = self.items.pop(index)
            if item.job is not None:
                item.job.cancel()
            if item.song is not None:
                item.song.close()
            if item is self.current:
                self.current, self._play = None, False
                if self.items:
                    self._front(self.items[min(index, len(self.items) - 1)], False)

    def take_wish(self) -> bool:
        """Return whether the song in front was asked to play; it is asked once."""
        play, self._play = self._play, False
        return play

    @property
    def current_index(self) -> int:
        """The place of the song in front, or -1."""
        return self.items.index(self.current) if self.current is not None else -1

    def entries(self, take_id: str) -> tuple[Entry, ...]:
        """Return the queue; a long one is looked through only now and then."""
        now = time.monotonic()
        key = (len(self.items), self.current_index, take_id)
        if key != self._shown_key or now >= self._shown_until:
            self._shown = tuple(item.view(take_id) for item in self.items)
            self._shown_key = key
            self._shown_until = now + min(1.0, len(self.items) * _SHOW_SECONDS)
        return self._shown

    def poll(self) -> None:
        """Take what the workers have found and say what failed. Thread: GUI."""
        for job, play in [look for look in self._looking if look[0].wait(0)]:
            self._looking.remove((job, play))
            if job.state == "done":
                self._take(job.result, [], play)
            elif job.error is not None and job.state == "failed":
                self._notices.say(job.error.message, "error")
        for item in self.items:
            if item.state == "failed" and not item.told and item.job and item.job.error:
                item.told = True
                self._notices.say(item.job.error.message, "error")
        if self.current is not None and self.current.state == "waiting":
            self.prepare(self.current)  # it was left, and came back before its worker had stopped

    def prepare(self, item: Item) -> None:
        """Open and decode a song without bringing it to the front."""
        if item.job is None or item.state in ("failed", "waiting"):
            item.told = False
            item.job = self._jobs.start(
                f"Opening {readable(item.path.name)}", lambda report: self._open(item, report)
            )

    def close(self) -> None:
        """Stop the workers, within a second."""
        self._jobs.close(0.8)

    def _take(self, found: Found, named: list[Path], play: bool) -> None:
        if found.skipped:
            self._notices.say(found.sentence)
        first: Item | None = None
        for path in found.songs:
            item = self._find(path)
            if item is None:
                item = Item(path)
                self.items.append(item)
            first = first or item
        if first is not None:
            self._front(first, play)
        elif not named:
            self._notices.say("There is no audio in what was dropped.", "error")

    def _find(self, path: Path) -> Item | None:
        return next((item for item in self.items if item.path == path), None)

    def _front(self, item: Item, play: bool) -> None:
        before = self.current
        if before is not None and before is not item and before.job is not None and before.state != "ready":
            before.job.cancel()
        self.current, self._play = item, play
        if item.state in ("waiting", "failed"):
            self.prepare(item)

    def _open(self, item: Item, report: Report) -> None:
        from remixer.song.importing import decode_song

        if item.song is None:
            song = self._song_of(item)
            item.artist, item.cover = song.tags.artist, song.tags.cover
            report(0.0)
            item.song = song
        decode_song(item.song, report)

    def _song_of(self, item: Item) -> Song:
        from remixer.song.song import Song

        try:
            return self.library.open(item.path)
        except InputError:
            folder = item.folder or self._kept(item.path)
            song = Song.load(folder) if folder is not None else None
            if song is None or not song.complete:
                raise
            return song

    def _kept(self, path: Path) -> Path | None:
        """Return where the library keeps the song of a file that is gone."""
        if existing([path]):
            return None
        return next((song.folder for song in self.library.recent() if song.source == path), None)
