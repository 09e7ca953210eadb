"""A machine that is too slow for the live model: it says so, and the song stays the song."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from fake_stream import Audio, FakeStream
from song_maker import RATE, make_song, noise
from waiting import PAUSE, until

from remixer.mixing.controls import DEFAULT, STEMS
from remixer.playback.ahead import Ahead
from remixer.playback.engine import Engine
from remixer.playback.outputs import SilentOutput
from remixer.song.take import TILE_FRAMES

CARD: Any = SimpleNamespace(
    id="fake", take_id="fake-1", stems=STEMS, hop_frames=512, rate=RATE, latency_ms=23.2, kind="streaming"
)


class SlowStream(FakeStream):
    """Takes longer for a block than it lasts, until it is told to hurry."""

    hurried = False

    def process(self, block: Audio) -> Audio:
        if not self.hurried:
            PAUSE.wait(3 * len(block) / RATE)
        return super().process(block)


def test_too_slow_a_model_is_told_and_the_song_is_heard_as_it_is(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(60 * TILE_FRAMES))
    stream = SlowStream()
    ahead = Ahead(CARD, lambda card: object(), lambda card, rate, hops: stream)  # type: ignore[arg-type,return-value]
    engine = Engine()
    engine.load(song, controls=DEFAULT.with_stem("vocals", mute=True))
    engine.play()
    output = SilentOutput(engine.render, RATE)
    ahead.attach(song)
    ahead.focus(0, playing=True, jumped=True)
    ahead.begin()
    try:
        until(lambda: ahead.status().state == "slow")
        heard = output.pull(4 * TILE_FRAMES)[TILE_FRAMES:]
        assert np.array_equal(heard, song.read(TILE_FRAMES, 4 * TILE_FRAMES))
        stream.hurried = True
        until(lambda: ahead.status().state in ("running", "ahead"))
    finally:
        stream.hurried = True
        ahead.close()
