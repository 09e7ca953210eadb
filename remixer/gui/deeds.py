"""What the keys do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remixer.gui.keys import press_focused
from remixer.gui.live_page import LivePage
from remixer.gui.song_page import SongPage
from remixer.mixing.controls import RESIDUAL
from remixer.session import Session


class Deeds:
    """The keys' side of a song: everything the mouse can do, without one.

    Args:
        session: what is driven.
        page: what is looked at.
        live: what is looked at while live sound is heard.
    """

    def __init__(self, session: Session, page: SongPage, live: LivePage) -> None:
        self._session = session
        self._page = page
        self._live = live
        self._chosen = 0
        self._last_loops: dict[str, tuple[int, int]] = {}

    def table(self) -> Mapping[str, Callable[[], object]]:
        """Return what each name of the table of keys does."""
        session, page = self._session, self._page
        return {
            "toggle": self.toggle,
            "back_5": self.back_5, "forward_5": self.forward_5,
            "back_1": self.back_1, "forward_1": self.forward_1,
            "to_start": self.to_start, "to_end": self.to_end,
            "next_song": self.next_song, "previous_song": self.previous_song,
            "loop_in": self.loop_in, "loop_out": self.loop_out, "loop": self.loop,
            "mute": self.mute, "solo": self.solo,
            "louder": self.louder, "softer": self.softer, "unity": self.unity,
            "bypass": self.bypass,
            "next_take": self.next_take, "reset": session.reset_controls,
            "undo": session.undo, "redo": session.redo,
            "zoom_in": page.zoom_in, "zoom_out": page.zoom_out, "fit": page.fit,
            "spectrogram": page.toggle_spectrum, "queue": page.toggle_queue,
        }  # fmt: skip

    def numbered(self) -> Mapping[str, Callable[[int], object]]:
        """Return what the keys with a number do."""
        return {"choose": self.choose, "mute_n": self.mute_n, "solo_n": self.solo_n}

    @property
    def stem(self) -> str:
        """The chosen stem."""
        names = self._names()
        return names[min(self._chosen, len(names) - 1)]

    def back_5(self) -> None:
        """Go five seconds back."""
        self._move(-5)

    def forward_5(self) -> None:
        """Go five seconds on."""
        self._move(5)

    def back_1(self) -> None:
        """Go a second back."""
        self._move(-1)

    def forward_1(self) -> None:
        """Go a second on."""
        self._move(1)

    def to_start(self) -> None:
        """Go to the beginning of the song; of the loop if the playhead is in it."""
        loop, here = self._session.front.remix.loop, self._page.playhead
        inside = loop is not None and loop[0] < here <= loop[1]
        self._session.seek(loop[0] if loop is not None and inside else 0)
        self._show(loop[0] if loop is not None and inside else 0)

    def to_end(self) -> None:
        """Go to the end."""
        song = self._session.front.song
        if song is not None:
            self._session.seek(song.frames)
            self._show(song.frames)

    def next_song(self) -> None:
        """Open the next song of the queue."""
        self._session.step(1)

    def previous_song(self) -> None:
        """Open the song before in the queue."""
        self._session.step(-1)

    def loop_in(self) -> None:
        """Let the loop begin at the playhead."""
        song = self._session.front.song
        if song is not None:
            loop = self._session.front.remix.loop
            end = loop[1] if loop is not None and loop[1] > self._page.playhead else song.frames
            self._session.set_loop((self._page.playhead, end))

    def loop_out(self) -> None:
        """Let the loop end at the playhead."""
        if self._session.front.song is not None:
            loop = self._session.front.remix.loop
            start = loop[0] if loop is not None and loop[0] < self._page.playhead else 0
            self._session.set_loop((start, self._page.playhead))

    def loop(self) -> None:
        """Loop the region of this song looped last, or what is seen; or end looping."""
        song, now = self._session.front.song, self._session.front.remix.loop
        if song is None:
            return
        if now is not None:
            self._last_loops[song.id] = now
            self._session.set_loop(None)
            return
        view = self._page.viewport
        self._session.set_loop(self._last_loops.get(song.id, (view.start, view.end)))

    def choose(self, number: int) -> None:
        """Choose a stem for the keys that follow, and take the focus there."""
        names = self._names()
        if number < len(names):
            self._chosen = number
            (self._live if self._session.live.on else self._page.mixer).focus_stem(names[number])

    def note_choice(self, number: int) -> None:
        """Let the keys that follow be for the stem that has the keyboard."""
        self._chosen = number

    def toggle(self) -> None:
        """Press the button that has the keyboard; else play or pause."""
        if not press_focused():
            self._session.toggle()

    def mute(self) -> None:
        """Mute the chosen stem, or not."""
        self._flip(self.stem, "mute")

    def solo(self) -> None:
        """Solo the chosen stem, or not."""
        self._flip(self.stem, "solo")

    def mute_n(self, number: int) -> None:
        """Mute a stem, or not."""
        names = self._names()
        if number < len(names):
            self._flip(names[number], "mute")

    def solo_n(self, number: int) -> None:
        """Solo a stem, or not."""
        names = self._names()
        if number < len(names):
            self._flip(names[number], "solo")

    def louder(self) -> None:
        """Make the chosen stem a step louder."""
        self._nudge(1.0)

    def softer(self) -> None:
        """Make the chosen stem a step softer."""
        self._nudge(-1.0)

    def unity(self) -> None:
        """Put the chosen stem's fader to 0 dB."""
        self._session.set_stem(self.stem, gain_db=0.0)

    def next_take(self) -> None:
        """Hear the stems of the next model there are some of."""
        takes = [take.take_id for take in self._session.front.takes]
        if len(takes) > 1:
            now = self._session.background.heard_first
            place = takes.index(now) if now in takes else -1
            self._session.prefer(takes[(place + 1) % len(takes)])

    def bypass(self) -> None:
        """Hear the song as it is, or the mix again."""
        self._session.set_bypassed(not self._session.remix.bypassed)

    def _names(self) -> list[str]:
        return [*self._session.remix.stems, RESIDUAL]

    def _flip(self, stem: str, what: str) -> None:
        self._session.set_stem(stem, **{what: not getattr(self._session.controls.stem(stem), what)})

    def _nudge(self, steps: float) -> None:
        rows = self._live.rows if self._session.live.on else self._page.mixer.rows
        row = rows.get(self.stem)
        if row is not None:
            self._session.set_stem(self.stem, gain_db=row.strip.fader.stepped(steps))

    def _move(self, by_seconds: float) -> None:
        song = self._session.front.song
        if song is not None:
            frame = max(0, min(self._page.playhead + round(by_seconds * song.rate), song.frames))
            self._session.seek(frame)
            self._show(frame)

    def _show(self, frame: int) -> None:
        self._page.set_viewport(self._page.viewport.revealing(frame))
