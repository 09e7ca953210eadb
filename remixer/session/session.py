"""A session: the one object a window, a test or a script drives the remixer with."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixer.jobs import Job, Jobs
from remixer.session.ahead import Ahead
from remixer.session.autosave import Autosave
from remixer.session.background import Background
from remixer.session.choices import Choices, Known
from remixer.session.demo import demo_song
from remixer.session.entries import is_folder
from remixer.session.exporting import ExportPlan, files_of, needs_stems
from remixer.session.exports import Exports
from remixer.session.front import Front
from remixer.session.live_input import LiveInput
from remixer.session.notices import Notices
from remixer.session.pace import Pace
from remixer.session.picture import picture
from remixer.session.playlist import Playlist
from remixer.session.remix import Loop, Remix
from remixer.session.snapshot import Snapshot
from remixer.session.store import Store
from remixer.session.subject import subject_of
from remixer.session.writer import Writer
from remixer.settings import Settings

if TYPE_CHECKING:
    from remixer.mixing.controls import Controls
    from remixer.playback.client import Player
    from remixer.playback.status import PlayerStatus
    from remixer.separation.catalog import Catalog
    from remixer.separation.inference import InferenceThread
    from remixer.song.library import Library

_CLOSE_SECONDS = 1.0


class Session:
    """A queue of songs, one of them in front, its remix, and what goes on behind.

    Knows no Qt. All methods are called by one thread, the window's; none of
    them waits or decodes.

    Args:
        library: where songs are decoded to.
        catalog: the models there are.
        player: the playback process, started.
        inference: the background separation.
        store: where mixes and the desk are kept.
        settings: what the user chose once and for all.
        settings_file: where changed settings go.
    """

    def __init__(
        self,
        library: Library,
        catalog: Catalog,
        player: Player,
        inference: InferenceThread,
        store: Store,
        settings: Settings,
        settings_file: Path,
    ) -> None:
        self.notices = Notices()
        self.player = player
        self.library = library
        self.playlist = Playlist(library, self.notices)
        self.background = Background(catalog, inference, self.notices, settings.model, settings.device)
        self._writer = Writer(store, self.notices)
        self.front = Front(player, self.background, self._writer)
        self.live = LiveInput(player, self.front, self.background, self.notices)
        self._pace = Pace(self.notices)
        self.ahead = Ahead(self.playlist, self.background)
        self.exports = Exports(self.notices)
        self.choices = Choices(
            settings, settings_file, self.background, self.front, player, library, self.notices
        )
        self.last_desk = store.load_desk()
        self._inference = inference
        self._autosave = Autosave(self.front, self.playlist, self.live, self._writer, self.last_desk)
        self._jobs = Jobs()
        self._demo: Job[Path] | None = None
        self._in_front: object = None
        self._said = ""
        self.choices.look_for_recent()

    def open(self, paths: Iterable[Path], play: bool | None = None) -> None:
        """Queue files and folders and bring the first song to the front; nothing waits for it."""
        self.live.stop()
        self.playlist.add(paths, self.choices.settings.play_on_open if play is None else play)

    def open_recent(self, song: Known) -> None:
        """Bring a song of the library to the front."""
        self.live.stop()
        self.playlist.open_known(song.source, song.folder, self.choices.settings.play_on_open)

    def open_demo(self) -> None:
        """Make the demo song if it is not there yet, and open it."""
        if self._demo is None:
            folder = self.library.root
            self._demo = self._jobs.start("Making the demo song", lambda _: demo_song(folder))

    @property
    def making_demo(self) -> bool:
        """Whether the demo song is being made."""
        return self._demo is not None

    def reopen(self) -> None:
        """Bring back what lay on the desk the last time, resting."""
        self.live.stop()
        desk = self.last_desk
        present = [Path(path) for path in desk.paths if not is_folder(Path(path))]
        if present:
            self.playlist.add(present)
            wanted = desk.paths[max(0, desk.current) :][:1]
            places = [place for place, item in enumerate(self.playlist.items) if str(item.path) in wanted]
            self.playlist.select(places[0] if places else -1)

    def select(self, index: int) -> None:
        """Bring a song of the queue to the front and let it play; nothing happens where there is none."""
        if 0 <= index < len(self.playlist.items):
            self.live.stop()
            self.playlist.select(index, play=True)

    def step(self, by: int) -> None:
        """Bring the next one (1) or the one before (-1) to the front."""
        self.select(self.playlist.current_index + by)

    def remove(self, index: int) -> None:
        """Take a song off the queue."""
        self.playlist.remove(index)

    def play(self) -> None:
        """Let the song sound."""
        self.live.stop()
        self.front.play()

    def pause(self) -> None:
        """Let it rest."""
        self.front.pause()

    def toggle(self) -> None:
        """Play, or pause; live sound is heard, or not."""
        if self.live.on:
            self.live.set_audible(not self.live.audible)
            return
        (self.front.pause if self.player.status().playing else self.front.play)()

    def seek(self, frame: int) -> None:
        """Put the playhead to a frame."""
        if not self.live.on:
            self.front.seek(frame)

    def set_loop(self, loop: Loop | None) -> None:
        """Repeat a region given in frames, or nothing."""
        if not self.live.on:
            self.front.set_loop(loop)

    @property
    def remix(self) -> Remix:
        """What the faders are for: the song in front, or the live sound."""
        return self.live.remix if self.live.on else self.front.remix

    @property
    def controls(self) -> Controls:
        """The faders."""
        return self.remix.controls

    def set_stem(self, name: str, **changes: Any) -> None:
        """Change a stem's `gain_db`, `mute`, `solo` or `pan`; `residual` is what no stem claims."""
        self.remix.set_stem(name, **changes)
        self.player.set_controls(self.remix.heard)

    def set_master(self, gain_db: float) -> None:
        """Change the master fader."""
        self.remix.set_master(gain_db)
        self.player.set_controls(self.remix.heard)

    def reset_controls(self) -> None:
        """Bring all faders back to rest; undo brings them back."""
        self.remix.reset()
        self.player.set_controls(self.remix.heard)

    def set_bypassed(self, bypassed: bool) -> None:
        """Hear the song as it is, without touching the faders."""
        self.remix.bypassed = bypassed
        self.player.set_controls(self.remix.heard)

    def undo(self) -> None:
        """Take the last change of a fader back."""
        if self.remix.history.undo():
            self.player.set_controls(self.remix.heard)

    def redo(self) -> None:
        """Make a change again that was taken back."""
        if self.remix.history.redo():
            self.player.set_controls(self.remix.heard)

    def prefer(self, take_id: str) -> None:
        """Hear one model's stems before all others."""
        self.front.prefer(take_id)

    def export_files(self, plan: ExportPlan) -> tuple[Path, ...]:
        """Return the files an export would write.

        Raises:
            UsageError: no song is open, or the plan makes no files.
        """
        return files_of(plan, subject_of(self))

    def export(self, plan: ExportPlan) -> Job[tuple[Path, ...]]:
        """Write what is asked for, in the background.

        Raises:
            UsageError: no song is open, or the plan makes no files.
        """
        self.choices.change(
            export_folder=str(plan.folder),
            export_format=plan.format,
            export_bits=plan.bits,
            export_template=plan.template,
        )
        subject = subject_of(self)
        if needs_stems(plan, subject):
            self.background.insist()
        return self.exports.start(plan, subject)

    def trim_cache(self) -> None:
        """Drop the songs unused longest until the cache keeps within its limit; those of the queue stay."""
        self.choices.trim({item.song.id for item in self.playlist.items if item.song is not None})

    def poll(self) -> Snapshot:
        """Move work along and return how things stand. Thread: the window's, thirty times a second."""
        self.choices.poll()
        self._take_demo()
        self.playlist.poll()
        play = self.playlist.take_wish()
        if self.playlist.current is not self._in_front:
            self._in_front = self.playlist.current
            self.front.turn_to(self.playlist.current, play)
            self.choices.look_for_recent()
            self.trim_cache()
        elif play and not self.live.on:
            self.front.play()
        status = self.player.status()
        self.live.poll(status)
        if not self.live.on:
            self.front.poll(status)
        position = self.front.position_frames(status)
        separation = self.background.poll(position, self.front.remix.loop)
        if self.choices.settings.prepare_queue and not self.live.on:
            self.ahead.poll(separation)
        self._pace.poll(status)
        self._listen(status)
        self._autosave.poll(status.playing, position)
        return picture(self, status, position, separation)

    def save(self, running: bool) -> None:
        """Keep the mix in front and the desk; `running` is false when the program is being closed."""
        position = self.front.position_frames(self.player.status())
        self._autosave.save(position, running)

    def close(self) -> None:
        """Keep everything and end the workers and the playback process, within a second or so."""
        self.save(running=False)
        closers = (
            self.player.close, self._inference.close, self.exports.close, self.playlist.close,
            self.choices.close, self.front.close, self._writer.close,
        )  # fmt: skip
        threads = [threading.Thread(target=closer, daemon=True) for closer in closers]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + _CLOSE_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _take_demo(self) -> None:
        job = self._demo
        if job is not None and job.wait(0):
            self._demo = None
            if job.state == "done":
                self.open([job.result])
            elif job.error is not None:
                self.notices.say(job.error.message, "error")

    def _listen(self, status: PlayerStatus) -> None:
        if status.message and status.message != self._said:
            self.notices.say(status.message, "error")
        self._said = status.message
