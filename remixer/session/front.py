"""The song in front: handed to the player as soon as it can be played, saved as it changes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from remixer.jobs import Job, Jobs
from remixer.session.background import Background, Spans, heard_spans
from remixer.session.playlist import Item
from remixer.session.remix import Loop, Remix
from remixer.session.residual import ResidualPeaks
from remixer.session.snapshot import SongView, TakeView
from remixer.session.writer import Writer
from remixer.song.take import TILE_FRAMES

if TYPE_CHECKING:
    from remixer.mixing.levels import Level
    from remixer.playback.client import Player
    from remixer.playback.status import PlayerStatus
    from remixer.song.song import Song

_PLAYABLE_SECONDS = 0.2
_SPANS_SECONDS = 0.25
_SEEK_SECONDS = 0.25


class Front:
    """Brings one song to the loudspeaker and keeps its mix.

    Args:
        player: the playback process.
        background: the separation behind the music.
        writer: keeps the mixes.
    """

    def __init__(self, player: Player, background: Background, writer: Writer) -> None:
        self.remix = Remix(background.card.stems)
        self.song: Song | None = None
        self.spans: Spans = ()
        self.takes: tuple[TakeView, ...] = ()
        self._player = player
        self._background = background
        self._writer = writer
        self.residual: ResidualPeaks | None = None
        self._jobs = Jobs()
        self._residual_job: Job[None] | None = None
        self.item: Item | None = None
        self._autoplay = False
        self._spans_due = 0.0
        self._sought = (0, 0.0)
        self._saved: dict[str, Any] = {}
        self._loaded_stems: tuple[str, ...] = ()

    def turn_to(self, item: Item | None, autoplay: bool) -> None:
        """Leave the song in front, its mix saved, and turn to another one or to none."""
        self.save()
        if self.song is not None:
            self._player.pause()
        self._background.attach(None)
        self.item, self.song, self._autoplay = item, None, autoplay
        self.spans, self.takes, self._saved, self.residual = (), (), {}, None
        self.remix = Remix(self._background.card.stems)

    def poll(self, status: PlayerStatus) -> None:
        """Hand the song over once it can be played or has other stems; look where they are. Thread: GUI."""
        now = time.monotonic()
        if self.song is None and self.item is not None and self.item.song is not None:
            self._begin(self.item.song)
        if self.song is not None and self._loaded_stems != self.remix.stems:
            self._load_again(self.song, status)
        if self.song is not None and now >= self._spans_due:
            self._spans_due = now + _SPANS_SECONDS
            self.look()

    def look(self) -> None:
        """Look where stems have come."""
        song = self.song
        if song is None:
            return
        take_ids = self._background.take_ids()
        self.spans = heard_spans(song, take_ids, TILE_FRAMES)
        self._look_at_residual(song, take_ids)
        passing = self._background.passing_take_id
        self.takes = tuple(
            TakeView(take.id, self._background.name(take.id) or take.model_id, take.fraction)
            for take in song.takes()
            if take.fraction > 0 and take.id != passing and take.stems == self.remix.stems
        )

    def _look_at_residual(self, song: Song, take_ids: tuple[str, ...]) -> None:
        if not song.complete or (self._residual_job is not None and not self._residual_job.wait(0)):
            return
        if self.residual is None or self.residual.song is not song or self.residual.take_ids != take_ids:
            self.residual = ResidualPeaks(song, take_ids)
        if self.residual.due():
            self._residual_job = self._jobs.start("Looking at the rest", self.residual.update)

    def close(self) -> None:
        """Stop looking."""
        self._jobs.close(0.3)

    def play(self) -> None:
        """Let it sound; once it can, if it cannot yet."""
        self._autoplay = True
        if self.song is not None:
            self._player.play()

    def pause(self) -> None:
        """Let it rest."""
        self._autoplay = False
        self._player.pause()

    def seek(self, frame: int) -> None:
        """Put the playhead somewhere in the song."""
        if self.song is not None:
            frame = max(0, min(int(frame), self.song.frames))
            self._sought = (frame, time.monotonic() + _SEEK_SECONDS)
            self._player.seek(frame)

    def position_frames(self, status: PlayerStatus) -> int:
        """Where the playhead stands; where it was put while the player is on its way there."""
        if self.song is None:
            return 0
        frame, until = self._sought
        if time.monotonic() < until:
            return frame
        return status.position_frames if status.song_id == self.song.id else frame

    def set_loop(self, loop: Loop | None) -> None:
        """Repeat a region, or nothing."""
        if self.song is not None:
            self.remix.set_loop(loop, self.song)
            self._player.set_loop(self.remix.loop)
            self._background.set_loop(self.remix.loop)

    def send_controls(self) -> None:
        """Hand the faders to the mixer."""
        self._player.set_controls(self.remix.heard)

    def model_changed(self) -> None:
        """Hear the chosen model's take first; where it has other stems, with what can be kept of the mix."""
        if self.song is not None:
            self.remix.change_stems(self._background.card.stems)
        self.send_preference()

    def levels(self, status: PlayerStatus) -> dict[str, Level]:
        """Return the levels by stem, with `residual` and `master`."""
        if self.song is None or status.song_id != self.song.id:
            return {}
        return dict(zip((*self.remix.stems, "residual", "master"), status.levels, strict=False))

    def prefer(self, take_id: str) -> None:
        """Hear one take before all others."""
        self._background.prefer(take_id)
        self.send_preference()

    def send_preference(self) -> None:
        """Tell the player which takes to hear, best first."""
        self._player.prefer(self._background.take_ids())
        self._spans_due = 0.0

    def view(self) -> SongView | None:
        """Return what the window shows of the song."""
        song, item = self.song, self.item
        if song is None or item is None:
            return None
        return SongView(
            song.id, song.source, song.title, item.artist, song.note, describe(song), item.cover, song.rate,
            song.frames, song.decoded_frames, song.complete, self.remix.stems,
        )  # fmt: skip

    def save(self, position_frames: int | None = None) -> None:
        """Keep the mix, if it changed since it was last kept; a song heard to its end begins anew."""
        if self.song is None:
            return
        frame = self._player.status().position_frames if position_frames is None else position_frames
        frame = 0 if self.song.complete and frame >= self.song.frames else frame
        mix = self.remix.to_stored(self.song, self._background.asked_first, frame)
        if mix != self._saved:
            self._writer.save_mix(self.song.id, mix)
            self._saved = mix

    @property
    def work(self) -> tuple[object, ...]:
        """What a crash must not lose; equal to what it was before as long as nothing was done."""
        return (self.song, self.remix.controls, self.remix.loop, self._background.asked_first)

    def _known_take(self, song: Song) -> str:
        take_id = self.remix.take_id
        known = take_id != self._background.card.take_id and self._background.name(take_id)
        take = song.take(take_id) if known else None
        return take_id if take is not None and take.stems == self.remix.stems else ""

    def _begin(self, song: Song) -> None:
        stored = self._writer.load_mix(song.id)
        self.remix = Remix.from_stored(stored, self._background.card.stems)
        start = min(self.remix.start_frames, max(0, song.frames - 1))
        playable = round(_PLAYABLE_SECONDS * song.rate)
        if self.item is not None and self.item.state == "failed" and song.decoded_frames:
            start = max(0, min(start, song.decoded_frames - playable))
        elif not song.complete and song.decoded_frames < start + playable:
            return
        self.song = song
        self._sought = (start, time.monotonic() + _SEEK_SECONDS)
        self._background.attach(song)
        self._background.prefer(self._known_take(song))
        self._load(song, start)
        if self._autoplay:
            self._player.play()

    def _load_again(self, song: Song, status: PlayerStatus) -> None:
        frame = self.position_frames(status)
        self._load(song, frame)
        if status.playing:
            self._player.play()

    def _load(self, song: Song, frame: int) -> None:
        self.send_controls()
        self._player.load(song.folder, self._background.take_ids(), self.remix.stems, frame)
        self.set_loop(self.remix.loop)
        self._loaded_stems = self.remix.stems


def describe(song: Song) -> str:
    """Return a song's format in a few words."""
    kilohertz = f"{song.rate / 1000:.2f}".rstrip("0").rstrip(".")
    bits = f" · {song.bits} bit" if song.bits else ""
    channels = {1: " · mono", 2: " · stereo"}.get(song.channels, f" · {song.channels} channels")
    return f"{song.format.upper()} · {kilohertz} kHz{bits}{channels}"
