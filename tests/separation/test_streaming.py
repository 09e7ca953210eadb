"""A causal model fed blocks: aligned, the same for any blocks, later by what is announced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tiny_models import filtered, kernels

from remixer.errors import ModelError
from remixer.separation.card import ModelCard
from remixer.separation.streaming import Streamer, open_hops

pytest.importorskip("onnxruntime")
Tiny = Callable[..., ModelCard]


def _sound(frames: int = 9000, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((frames, 2)).astype(np.float32) * 0.2


def _run(stream: Streamer, sound: np.ndarray, block: int) -> np.ndarray:
    parts = [stream.process(sound[at : at + block]) for at in range(0, len(sound), block)]
    return np.concatenate([*parts, stream.flush()], axis=1)


@pytest.mark.parametrize("frames", [1, 15, 64, 9000])
def test_the_stems_are_aligned_and_complete(tiny: Tiny, frames: int) -> None:
    sound = _sound(frames)
    made = _run(Streamer(tiny("streaming"), 44_100), sound, 512)
    assert made.shape == (4, frames, 2)
    np.testing.assert_allclose(made, filtered(sound.T, kernels()).transpose(0, 2, 1), atol=1e-5)


@pytest.mark.parametrize("rate", [44_100, 48_000, 22_050])
def test_blocks_of_any_size_give_the_same(tiny: Tiny, rate: int) -> None:
    sound = _sound()
    stream = Streamer(tiny("streaming"), rate)
    whole = _run(stream, sound, len(sound))
    assert whole.shape == (4, len(sound), 2)
    for block in (1, 64, 65, 512, 8193):
        np.testing.assert_array_equal(_run(stream, sound, block), whole)


@pytest.mark.parametrize("hops", [1, 4])
@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 32_000])
def test_the_announced_latency_is_exact(tiny: Tiny, rate: int, hops: int) -> None:
    stream = Streamer(tiny("streaming"), rate, max_hops=hops)
    made, worst = 0, 0
    for fed in range(1, 6000):
        made += stream.process(np.zeros((1, 2), np.float32)).shape[1]
        if made:
            worst = max(worst, fed - made)
        assert fed - made <= stream.total_latency_frames
    assert stream.fed_frames == 5999
    assert stream.made_frames == made
    if rate == 44_100:
        assert worst == stream.total_latency_frames == hops * 64 + 16 - 1
    else:
        assert worst >= stream.total_latency_frames - 2


def test_hops_are_grouped_alike_whatever_the_blocks(tiny: Tiny) -> None:
    calls: list[list[int]] = []

    class Listening:
        def __init__(self) -> None:
            self._hops = open_hops(card)

        def initial_state(self) -> Any:
            calls.append([])
            return self._hops.initial_state()

        def run(self, hops: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
            calls[-1].append(hops.shape[-1] // 64)
            return self._hops.run(hops, state)

    card = tiny("streaming")
    for block in (1, 63, 700, 9000):
        _run(Streamer(card, 44_100, max_hops=4, hops=Listening()), _sound(64 * 11), block)
    runs = [made for made in calls if made]
    assert runs == [[4, 4, 4]] * 4


def test_at_another_rate_the_stems_stay_in_time(tiny: Tiny) -> None:
    delta = np.zeros((4, 33), np.float32)
    delta[:, 16] = 1.0
    seconds = np.arange(20_000) / 48_000
    sound = np.repeat(np.sin(2 * np.pi * 997 * seconds)[:, None], 2, axis=1).astype(np.float32)
    made = _run(Streamer(tiny("streaming", taps=delta), 48_000), sound, 480)
    assert np.abs(made - sound)[:, 300:-300].max() < 3e-4


def test_a_kept_state_goes_on_as_if_nothing_had_happened(tiny: Tiny) -> None:
    sound = _sound()
    stream = Streamer(tiny("streaming"), 48_000)
    stream.process(sound[:3000])
    kept = stream.state()
    first = np.concatenate([stream.process(sound[3000:]), stream.flush()], axis=1)
    stream.process(_sound(seed=9))
    stream.restore(kept)
    again = np.concatenate([stream.process(sound[3000:]), stream.flush()], axis=1)
    np.testing.assert_array_equal(again, first)


def test_after_a_reset_nothing_is_left(tiny: Tiny) -> None:
    stream = Streamer(tiny("streaming"), 44_100)
    stream.process(_sound())
    stream.reset()
    assert not _run(stream, np.zeros((1000, 2), np.float32), 100).any()


def test_every_hop_is_timed(tiny: Tiny) -> None:
    stream = Streamer(tiny("streaming"), 44_100, max_hops=4)
    stream.process(_sound(64 * 10 + 5))
    assert len(stream.hop_times) == 8
    assert Streamer(tiny("streaming"), 44_100).total_latency_frames == 64 + 16 - 1
    assert (stream.hop_times > 0).all()
    assert stream.budget_ms == pytest.approx(64_000 / 44_100)


def test_samples_that_are_no_numbers_do_not_poison_the_stream(tiny: Tiny) -> None:
    sound = _sound()
    sound[100] = np.nan
    assert np.isfinite(_run(Streamer(tiny("streaming"), 44_100), sound, 512)).all()


def test_a_whole_song_network_cannot_stream(tiny: Tiny) -> None:
    with pytest.raises(ModelError, match="needs the whole song"):
        open_hops(tiny("whole"))
    card = tiny("streaming")
    whole = tiny("whole")
    card.weights[0].file.write_bytes(whole.weights[0].file.read_bytes())
    from dataclasses import replace

    wrong = replace(card, weights=(replace(card.weights[0], sha256=whole.sha256),))
    with pytest.raises(ModelError, match="no streaming network"):
        open_hops(wrong)
