"""The part of the song that the lanes show."""

from __future__ import annotations

from dataclasses import dataclass, replace

_LEAST_FRAMES = 2048


@dataclass(frozen=True)
class Viewport:
    """A window onto a song, in frames.

    Attributes:
        frames: the song's length.
        start: the first frame shown.
        end: the frame behind the last one shown.
    """

    frames: int = 1
    start: int = 0
    end: int = 1

    @classmethod
    def whole(cls, frames: int) -> Viewport:
        """Return the view of a whole song."""
        return cls(max(1, frames), 0, max(1, frames))

    @property
    def span(self) -> int:
        """How many frames are shown."""
        return self.end - self.start

    def resized(self, frames: int) -> Viewport:
        """Return the view after the song's length became better known."""
        frames = max(1, frames)
        if self.span >= self.frames:
            return Viewport.whole(frames)
        return replace(self, frames=frames)._placed(min(self.span, frames), self.start)

    def zoomed(self, factor: float, at_frame: int) -> Viewport:
        """Return the view `factor` times closer, with one frame kept in its place."""
        span = min(self.frames, max(min(_LEAST_FRAMES, self.frames), round(self.span / factor)))
        share = (at_frame - self.start) / self.span
        return self._placed(span, round(at_frame - share * span))

    def scrolled(self, by_frames: int) -> Viewport:
        """Return the view moved along the song."""
        return self._placed(self.span, self.start + by_frames)

    def centred(self, frame: int) -> Viewport:
        """Return the view with a frame in its middle."""
        return self._placed(self.span, frame - self.span // 2)

    def following(self, playhead: int) -> Viewport:
        """Return the view turned over when the playhead runs out of it."""
        if self.start <= playhead < self.end - self.span // 20:
            return self
        return self._placed(self.span, playhead - self.span // 10)

    def revealing(self, frame: int) -> Viewport:
        """Return the view itself if the frame is in it, else one around the frame."""
        return self if self.start <= frame <= self.end else self.centred(frame)

    def framed(self, start: int, end: int) -> Viewport:
        """Return the view of exactly these frames."""
        return self._placed(min(self.frames, max(min(_LEAST_FRAMES, self.frames), end - start)), start)

    def _placed(self, span: int, start: int) -> Viewport:
        start = max(0, min(start, self.frames - span))
        return replace(self, start=start, end=start + span)
