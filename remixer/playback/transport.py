"""Where the song is and how it moves: play, pause, seek and loop as crossfades of a fixed length."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from remixer.mixing.controls import DEFAULT, Controls
from remixer.mixing.formula import ramp_frames
from remixer.mixing.mixer import Mixer

Audio = NDArray[np.float32]
Loop = tuple[int, int]

_RESUME_SECONDS = 0.25
_MOVES_KEPT = 100_000
_ANCHORS_KEPT = 64


class Anchor(NamedTuple):
    """From the `rendered`-th frame of output on, the song goes on from `position`, or rests there."""

    rendered: int
    position: int
    moving: bool


class Transport:
    """Moves through a song and renders it, without a click wherever it goes.

    What sounded before a change of place is rendered on into a tail that
    fades out, while what follows fades in. The lengths are counted in frames,
    so the sound does not depend on the sizes of the blocks.

    Attributes:
        mixer: the song's mixer, or None.
        rendered: frames given out so far.
        position: the frame rendered next.
        playing: the song sounds, or waits for its decoder.
        waiting: it waits for its decoder.
        loop: the region that is repeated.
        anchors: the last changes of place.
        moves: fader moves: the frame, and the faders from there on.

    Thread: audio, all of it.
    """

    def __init__(self) -> None:
        self.mixer: Mixer | None = None
        self.rendered = 0
        self.position = 0
        self.playing = False
        self.waiting = False
        self.loop: Loop | None = None
        self.controls = DEFAULT
        self.anchors: deque[Anchor] = deque([Anchor(0, 0, False)], maxlen=_ANCHORS_KEPT)
        self.moves: deque[tuple[int, Controls]] = deque(maxlen=_MOVES_KEPT)
        self._buffers = Buffers(ramp_frames(44_100))
        self._tail_left = 0
        self._risen = self._buffers.fade

    # Changes

    def load(self, mixer: Mixer, position: int, buffers: Buffers) -> None:
        """Turn to another song, resting at a frame; what sounded fades out."""
        self._depart()
        self.playing = self.waiting = False
        self.mixer, self.position, self.loop = mixer, position, None
        if buffers.fade != self._buffers.fade:
            self._buffers, self._tail_left, self._risen = buffers, 0, buffers.fade
        self.controls = mixer.controls
        self.moves.append((position, mixer.controls))
        self.anchors = deque([Anchor(self.rendered, position, False)], maxlen=_ANCHORS_KEPT)

    def play(self) -> None:
        """Let the song sound, at its end from the beginning."""
        if self.mixer is None or self.playing:
            return
        if self.position >= self.mixer.song.frames:
            self.position = 0
        self.playing, self.waiting = True, False
        self.mixer.leave()
        self._risen = self._buffers.fade if self.position == 0 else 0
        self._anchor()

    def pause(self) -> None:
        """Let it rest at this frame."""
        self._depart()
        self.playing = self.waiting = False
        self._anchor()

    def seek(self, frame: int) -> None:
        """Go on from another frame."""
        self._jump(max(0, frame))

    def set_controls(self, controls: Controls) -> None:
        """Move the faders: by a ramp while the song sounds, at once where it has not sounded yet."""
        self.controls = controls
        unheard = not self.playing or self.waiting or self.anchors[-1].rendered == self.rendered
        if self.mixer is not None:
            self.mixer.set_controls(controls, at_once=unheard)
        self.moves.append((self.position, controls))

    # Sound

    def render(self, out: Audio) -> None:
        """Fill `out`, (n, 2)."""
        done = 0
        while done < len(out):
            piece = out[done:]
            if self._sounds():
                piece = piece[: self._sound(piece)]
            else:
                piece.fill(0.0)
            self._add_tail(piece)
            self.rendered += len(piece)
            done += len(piece)
            self._arrive()

    def _sounds(self) -> bool:
        if not self.playing or self.mixer is None:
            return False
        if self.waiting:
            song = self.mixer.song
            ahead = self._readable() - self.position
            if not song.complete and ahead < _RESUME_SECONDS * song.rate:
                return False
            self.waiting, self._risen = False, 0
            self._anchor()
        return self._end() > self.position

    def _sound(self, piece: Audio) -> int:
        mixer = self.mixer
        if mixer is None:
            return 0
        frames = min(len(piece), self._end() - self.position)
        mixer.render(self.position, frames, piece)
        rise = min(self._buffers.fade - self._risen, frames)
        if rise > 0:
            piece[:rise] *= self._buffers.up[self._risen : self._risen + rise]
            self._risen += rise
        self.position += frames
        return frames

    def _end(self) -> int:
        end = self._readable()
        loop_end = self._loop_end()
        return min(end, loop_end) if self.position < loop_end else end

    def _loop_end(self) -> int:
        if self.loop is None or self.mixer is None:
            return 0
        return min(self.loop[1], self.mixer.song.frames)

    def _readable(self) -> int:
        if self.mixer is None:
            return 0
        song = self.mixer.song
        return song.frames if song.complete else song.decoded_frames - self._buffers.fade

    def _arrive(self) -> None:
        if not self.playing or self.waiting or self.mixer is None:
            return
        if self.loop is not None and self.position == self._loop_end() > self.loop[0]:
            self._jump(self.loop[0])
        elif self.position >= self._readable():
            if self.mixer.song.complete:
                self.playing = False
            else:
                self._depart()
                self.waiting = True
            self._anchor()

    def _jump(self, frame: int) -> None:
        self._depart()
        self.position = frame
        if self.mixer is not None:
            self.mixer.leave()
        self._anchor()

    def _depart(self) -> None:
        """Render what sounds on into the tail, fading out."""
        buffers, left = self._buffers, self._tail_left
        tail, beyond = buffers.tail, buffers.beyond
        tail[:left] = tail[buffers.fade - left :]
        tail[left:] = 0.0
        sounding = self.playing and not self.waiting and self.position <= self._readable()
        if sounding and self.mixer is not None:
            self.mixer.peek(self.position, buffers.fade, beyond)
            rise = buffers.fade - self._risen
            if rise > 0:
                beyond[:rise] *= buffers.up[self._risen :]
            beyond *= buffers.down
            tail += beyond
        self._tail_left = buffers.fade
        self._risen = 0

    def _add_tail(self, piece: Audio) -> None:
        left = min(self._tail_left, len(piece))
        if left:
            start = self._buffers.fade - self._tail_left
            piece[:left] += self._buffers.tail[start : start + left]
            self._tail_left -= left

    def _anchor(self) -> None:
        self.anchors.append(Anchor(self.rendered, self.position, self.playing and not self.waiting))


class Buffers:
    """What the crossfades of one length need, made before they are needed."""

    def __init__(self, fade: int) -> None:
        self.fade = fade
        rise = np.arange(1, fade + 1, dtype=np.float32) / np.float32(fade)
        self.up = np.repeat(rise[:, None], 2, axis=1)
        self.down = np.float32(1) - self.up
        self.tail = np.zeros((fade, 2), np.float32)
        self.beyond = np.zeros((fade, 2), np.float32)
