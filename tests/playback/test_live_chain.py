from __future__ import annotations

import numpy as np
import pytest
from fake_stream import DELAY, FakeStream, separated
from song_maker import Audio, noise

from remixer.mixing.controls import DEFAULT, STEMS
from remixer.playback.live_chain import FADE_FRAMES, LiveChain

FRAMES = 20_000
MUTED = DEFAULT.with_stem("vocals", mute=True)


class Kept:
    """A recorder that keeps everything in memory."""

    def __init__(self) -> None:
        self.stems: list[Audio] = []

    def put(self, stems: Audio, mix: Audio) -> None:
        self.stems.append(stems.copy())

    def rest(self, frames: int) -> None:
        self.stems.append(np.zeros((len(STEMS), frames, 2), np.float32))


def run(chain: LiveChain, sound: Audio, block: int, late: range | None = None) -> Audio:
    out = np.zeros_like(sound)
    for number, start in enumerate(range(0, len(sound), block)):
        piece = slice(start, min(start + block, len(sound)))
        chain.render(sound[piece], out[piece])
        while (late is None or number not in late) and chain.work():
            pass
    return out


@pytest.mark.parametrize("block", [1, 32, 512, 1000])
def test_at_rest_the_sound_comes_out_exactly_the_announced_delay_later(block: int) -> None:
    sound = noise(FRAMES)
    chain = LiveChain(FakeStream(), STEMS, 44_100, block)
    assert chain.delay_frames == DELAY + block + FADE_FRAMES
    out = run(chain, sound, block)
    assert np.array_equal(out[chain.delay_frames :], sound[: FRAMES - chain.delay_frames])
    assert not out[: chain.delay_frames].any()
    assert chain.missed == 0


@pytest.mark.parametrize("cushion", [2, 4])
def test_a_cushion_gives_the_model_more_time_and_comes_out_later_by_as_much(cushion: int) -> None:
    sound = noise(FRAMES)
    chain = LiveChain(FakeStream(), STEMS, 44_100, 512, cushion_blocks=cushion)
    assert chain.delay_frames == DELAY + cushion * 512 + FADE_FRAMES
    out = run(chain, sound, 512, late=range(20, 20 + cushion - 1))
    assert np.array_equal(out[chain.delay_frames :], sound[: FRAMES - chain.delay_frames])
    assert chain.missed == 0


def test_a_click_comes_out_at_the_announced_frame() -> None:
    sound = np.zeros((FRAMES, 2), np.float32)
    sound[11_234] = 1.0
    chain = LiveChain(FakeStream(), STEMS, 44_100, 512, MUTED)
    out = run(chain, sound, 512)
    assert int(np.abs(out[:, 0]).argmax()) == 11_234 + chain.delay_frames


@pytest.mark.parametrize("block", [1, 64, 65, 512])
def test_stems_are_taken_off_the_sound_they_belong_to(block: int) -> None:
    sound = noise(FRAMES)
    chain = LiveChain(FakeStream(), STEMS, 44_100, block, MUTED)
    out = run(chain, sound, block)[chain.delay_frames :]
    expected = (sound - separated(sound)[0])[: len(out)]
    assert np.abs(out - expected).max() < 1e-6


def test_a_block_that_comes_too_late_is_heard_as_it_came_in_and_is_counted() -> None:
    sound = np.repeat(0.5 * np.sin(np.arange(FRAMES) / 30)[:, None], 2, axis=1).astype(np.float32)
    chain = LiveChain(FakeStream(), STEMS, 44_100, 512, MUTED)
    out = run(chain, sound, 512, late=range(20, 23))[chain.delay_frames :]
    dry, wet = sound[: len(out)], (sound - separated(sound)[0])[: len(out)]
    assert chain.missed >= 2
    same_as_dry = np.abs(out - dry).max(axis=1) < 1e-6
    assert same_as_dry.sum() >= chain.missed * 512 - 2 * FADE_FRAMES
    assert np.abs(out[:4000] - wet[:4000]).max() < 1e-6
    assert np.abs(out[-4000:] - wet[-4000:]).max() < 1e-6
    assert np.abs(np.diff(out, axis=0)).max() < np.abs(np.diff(sound, axis=0)).max() + 0.5 / FADE_FRAMES


def test_faders_move_by_ramps() -> None:
    sound = np.full((FRAMES, 2), 0.5, np.float32)
    chain = LiveChain(FakeStream(), STEMS, 44_100, 512)
    run(chain, sound[:10_240], 512)
    chain.set_controls(DEFAULT.with_master(-12))
    out = run(chain, sound[10_240:], 512)
    assert np.abs(np.diff(out, axis=0)).max() < 0.5 / 441 * 1.1
    assert out[-1, 0] == pytest.approx(0.5 * 10 ** (-12 / 20), rel=1e-3)


def test_what_is_recorded_are_the_stems_as_they_were_used() -> None:
    sound = noise(FRAMES)
    chain = LiveChain(FakeStream(), STEMS, 44_100, 512)
    kept = Kept()
    chain.recorder = kept
    run(chain, sound, 512)
    stems = np.concatenate(kept.stems, axis=1)[:, chain.delay_frames :]
    assert np.array_equal(stems, separated(sound)[:, : stems.shape[1]])


def test_a_model_that_has_fallen_far_behind_begins_anew() -> None:
    sound = noise(200_000)
    chain = LiveChain(FakeStream(), STEMS, 44_100, 512, MUTED)
    out = run(chain, sound, 512, late=range(20, 250))[chain.delay_frames :]
    wet = (sound - separated(sound)[0])[: len(out)]
    assert np.abs(out[-20_000:] - wet[-20_000:]).max() < 1e-6


def test_levels_are_told() -> None:
    sound = np.full((FRAMES, 2), 0.5, np.float32)
    chain = LiveChain(FakeStream(), STEMS, 44_100, 512, MUTED)
    run(chain, sound, 512)
    vocals, drums, *_, master = chain.levels()
    assert max(vocals.peak) == 0.0
    assert drums.peak[0] == pytest.approx(0.5 * 0.3 * 1.5, rel=1e-3)
    assert master.peak[0] == pytest.approx(0.5 * (1 - 0.4 * 1.5), rel=1e-3)
