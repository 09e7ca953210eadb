"""How much sound is kept ready for a device: more of it on a machine that cannot keep up."""

from __future__ import annotations

import time
from collections import deque

from remixer.playback.portaudio import LATENCY_SECONDS

_STEPS_SECONDS = (LATENCY_SECONDS, 0.12, 0.18)

_OFTEN = 2
_WITHIN_SECONDS = 600.0


class Buffering:
    """Watches how often a device runs dry, and keeps more ready when that is too often.

    Faders are heard as much later as more is kept ready, so the first step is
    short. One interruption may be chance, as when the machine slept; a second
    one within ten minutes is worse than slower faders.

    Attributes:
        seconds: how much sound to keep ready.
    """

    def __init__(self) -> None:
        self.seconds = _STEPS_SECONDS[0]
        self._known = 0
        self._times: deque[float] = deque(maxlen=_OFTEN)

    def begin(self) -> None:
        """Count a newly opened device's underruns from nothing; what was learnt stays."""
        self._known = 0
        self._times.clear()

    def grows(self, underruns: int) -> bool:
        """Take notice of how often the device has run dry; return whether more is kept ready from now on."""
        now = time.monotonic()
        self._times.extend([now] * (underruns - self._known))
        self._known = underruns
        longer = [step for step in _STEPS_SECONDS if step > self.seconds]
        often = len(self._times) == _OFTEN and now - self._times[0] < _WITHIN_SECONDS
        if not longer or not often:
            return False
        self.seconds = longer[0]
        return True
