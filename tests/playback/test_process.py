from __future__ import annotations

from multiprocessing import Pipe

from remixer.playback.process import Playback
from remixer.playback.shared import shared_memory


def test_a_window_that_ends_before_playback_has_begun_is_no_fault() -> None:
    ours, theirs = Pipe()
    playback = Playback(theirs, shared_memory(), None)
    ours.close()
    playback.run()
