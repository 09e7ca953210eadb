"""The engine: a transport that takes commands from any thread and tells how it stands."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from remixer.mixing.controls import DEFAULT, STEMS, Controls
from remixer.mixing.levels import SILENT, Level, levels
from remixer.mixing.mixer import Mixer
from remixer.playback.transport import Audio, Buffers, Loop, Transport
from remixer.song.song import Song
from remixer.song.take import Take

Moves = list[tuple[int, Controls]]

_NEXT_SECONDS, _SOON_SECONDS, _FETCHED_SECONDS = 0.5, 3.0, 10.0


class Engine:
    """Plays one song through a mixer into whatever asks for frames.

    Commands take effect at the beginning of the next block.

    Attributes:
        controls_source: asked at every block for new faders; None says they have not moved.
        faults: how often something went wrong in `render`; the block was silence.
        fault: what went wrong the last time.
    """

    def __init__(self) -> None:
        self.controls_source: Callable[[], Controls | None] | None = None
        self.faults = 0
        self.fault: Exception | None = None
        self._transport = Transport()
        self._commands: deque[tuple[Callable[..., None], tuple[object, ...]]] = deque()
        self._sent = self._done = 0
        self._coming: Mixer | None = None
        self._held: list[object] = []  # so that it is never the audio thread that unmaps what it leaves

    # Commands. Thread: any but the one that renders; what they need is made here, before it is needed.

    def load(
        self,
        song: Song,
        takes: Sequence[Take] = (),
        stems: Sequence[str] = STEMS,
        position: int = 0,
        controls: Controls = DEFAULT,
    ) -> None:
        """Turn to another song, resting at a frame."""
        mixer = self._coming = Mixer(song, takes, stems, controls)
        self._held.append(mixer)
        _have_at_hand(song, takes, position, _NEXT_SECONDS)
        self._command(self._transport.load, mixer, position, Buffers(mixer.ramp_frames))

    def use(self, takes: Sequence[Take]) -> None:
        """Take the stems from these takes, the preferred one first."""
        self._held.append(takes)
        if self._coming is not None:
            _have_at_hand(self._coming.song, takes, self.position, _NEXT_SECONDS)
        self._command(self._use, tuple(takes))

    def play(self) -> None:
        """Let the song sound; at its end it begins again."""
        self._command(self._transport.play)

    def pause(self) -> None:
        """Let it rest where it is."""
        self._command(self._transport.pause)

    def seek(self, frame: int) -> None:
        """Go on from another frame, once the disk has given what is heard there."""
        mixer = self._coming
        if mixer is not None:
            _have_at_hand(mixer.song, [source.take for source in mixer.sources], frame, _NEXT_SECONDS)
        self._command(self._transport.seek, frame)

    def set_loop(self, loop: Loop | None) -> None:
        """Repeat a region, in frames; a playhead beyond it is left alone."""
        self._command(self._set_loop, loop if loop is not None and loop[1] > loop[0] else None)

    def set_controls(self, controls: Controls) -> None:
        """Move the faders."""
        self._command(self._transport.set_controls, controls)

    # How it stands. Thread: any.

    @property
    def song(self) -> Song | None:
        """The song that is rendered."""
        mixer = self._transport.mixer
        return mixer.song if mixer is not None else None

    @property
    def playing(self) -> bool:
        """Whether the song sounds or waits for its decoder."""
        return self._transport.playing

    @property
    def waiting(self) -> bool:
        """Whether the song waits for its decoder."""
        return self._transport.waiting

    @property
    def settled(self) -> bool:
        """Whether every command so far has taken effect."""
        return self._done == self._sent

    @property
    def position(self) -> int:
        """The frame that is rendered next."""
        return self._transport.position

    @property
    def rendered(self) -> int:
        """Frames given out so far."""
        return self._transport.rendered

    @property
    def controls(self) -> Controls:
        """The faders as they stand."""
        return self._transport.controls

    @property
    def heard(self) -> str:
        """The id of the take heard; empty for the song as it is."""
        mixer = self._transport.mixer
        return mixer.heard if mixer is not None else ""

    def position_at(self, rendered: float) -> tuple[int, bool]:
        """Return which frame of the song an earlier frame of output was, and whether the song was moving."""
        anchors = tuple(self._transport.anchors)
        anchor = next((one for one in reversed(anchors) if one.rendered <= rendered), anchors[0])
        moved = max(0, int(rendered) - anchor.rendered) if anchor.moving else 0
        return anchor.position + moved, anchor.moving

    def levels_at(self, position: int, frames: int) -> tuple[Level, ...]:
        """Return the levels of the frames before a position: stems, residual, master."""
        mixer = self._transport.mixer
        if mixer is None or not self.playing or self.waiting:
            return (SILENT,) * (len(mixer.stems if mixer is not None else STEMS) + 2)
        return levels(mixer, position - frames, frames)

    def take_moves(self) -> Moves:
        """Return the fader moves since the last call: the frame of the song, and the faders from there on."""
        taken: Moves = []
        while self._transport.moves:
            taken.append(self._transport.moves.popleft())
        return taken

    def refresh(self) -> None:
        """Map what has been decoded, have what is heard next at hand, and let go of what was left."""
        settled, mixer = self.settled, self._transport.mixer
        takes = [source.take for source in mixer.sources] if mixer is not None else []
        if settled:
            self._held = [mixer, *takes]
        if mixer is None:
            return
        if not mixer.complete:
            mixer.refresh()
        loop = self._transport.loop
        for seconds in (_NEXT_SECONDS, _SOON_SECONDS):
            _have_at_hand(mixer.song, takes, self.position, seconds)
            if loop is not None:
                _have_at_hand(mixer.song, takes, loop[0], seconds)
        _ask_for(mixer.song, takes, self.position, _FETCHED_SECONDS)

    # Sound.

    def render(self, out: Audio) -> None:
        """Fill `out`, (n, 2), whatever happens. Thread: audio."""
        expected = self._transport.rendered + len(out)
        try:
            self._obey()
            self._transport.render(out)
        except Exception as fault:  # noqa: BLE001  (the device must be given a whole buffer)
            out.fill(0.0)
            self.faults += 1
            self.fault = fault
            self._transport.rendered = expected

    def _obey(self) -> None:
        while self._commands:
            command, values = self._commands.popleft()
            try:
                command(*values)
            finally:
                self._done += 1
        if self.controls_source is not None:
            controls = self.controls_source()
            if controls is not None:
                self._transport.set_controls(controls)

    def _use(self, takes: tuple[Take, ...]) -> None:
        mixer = self._transport.mixer
        if mixer is not None:
            mixer.use(takes)

    def _set_loop(self, loop: Loop | None) -> None:
        self._transport.loop = loop

    def _command(self, command: Callable[..., None], *values: object) -> None:
        self._sent += 1
        self._commands.append((command, values))


def _have_at_hand(song: Song, takes: Sequence[Take], start: int, seconds: float) -> None:
    """Map what is heard from a frame on. Thread: any but one that must not wait for the disk."""
    end = _ask_for(song, takes, start, seconds)
    song.touch(start, end)
    for take in takes:
        take.touch(start, end)


def _ask_for(song: Song, takes: Sequence[Take], start: int, seconds: float) -> int:
    """Have the disk fetch what is heard from a frame on; return where that ends."""
    end = min(start + round(seconds * song.rate), song.frames)
    song.fetch(start, end)
    for take in takes:
        take.fetch(start, end)
    return end
