"""The models that come with the program are whole, in time, and run as their cards say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from song_maker import make_song

from remixer.audio.demo import render_demo
from remixer.separation.card import ModelCard, verify
from remixer.separation.catalog import load_catalog
from remixer.separation.separator import open_separator
from remixer.separation.song_run import separate_song
from remixer.separation.streaming import Streamer, open_hops

pytest.importorskip("onnxruntime")
CATALOG = load_catalog()
CARDS = {card.id: card for card in CATALOG if card.channels == 2}
STREAMING = {name: card for name, card in CARDS.items() if card.kind == "streaming"}
WHOLE = {name: card for name, card in CARDS.items() if card.kind == "whole"}
SECONDS = 4


@pytest.fixture(scope="module")
def mixture() -> np.ndarray:
    """Some seconds of the demo song, `(frames, 2)`."""
    mixture: np.ndarray = np.sum(list(render_demo().values()), axis=0)[: 44_100 * SECONDS]
    return mixture


def test_every_model_folder_is_sound() -> None:
    assert CATALOG.faults == ()
    for card in CATALOG:
        for weights in card.weights:
            verify(weights, card.id)
        assert card.licence
        assert card.paper


def test_each_role_has_at_most_one_default() -> None:
    chosen = [card.role for card in CATALOG if card.default]
    assert len(chosen) == len(set(chosen))


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_stems_are_in_time_and_add_up_to_most_of_the_song(card: ModelCard, mixture: np.ndarray) -> None:
    stems = open_separator(card, threads=1).separate(np.ascontiguousarray(mixture.T))
    assert stems.shape == (len(card.stems), 2, len(mixture))
    assert np.isfinite(stems).all()
    if len(card.stems) == 4:
        rest = mixture.T - stems.sum(axis=0)
        assert np.square(rest).sum() < 0.05 * np.square(mixture).sum()


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_silence_stays_silent(card: ModelCard) -> None:
    stems = open_separator(card, threads=1).separate(np.zeros((2, 44_100), np.float32))
    assert np.abs(stems).max() < 1e-4


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("card", STREAMING.values(), ids=STREAMING)
def test_a_live_model_gives_the_same_for_any_blocks(card: ModelCard, rate: int, mixture: np.ndarray) -> None:
    hops = open_hops(card)
    made = []
    for block in (65, 8193):
        stream = Streamer(card, rate, hops=hops)
        parts = [stream.process(mixture[at : at + block]) for at in range(0, len(mixture), block)]
        made.append(np.concatenate([*parts, stream.flush()], axis=1))
    np.testing.assert_array_equal(made[0], made[1])


@pytest.mark.parametrize("card", STREAMING.values(), ids=STREAMING)
def test_a_live_model_over_a_song_equals_its_stream(
    card: ModelCard, mixture: np.ndarray, tmp_path: Path
) -> None:
    take = separate_song(make_song(tmp_path, mixture), card)
    stream = Streamer(card, 44_100)
    wanted = np.concatenate([stream.process(mixture), stream.flush()], axis=1)
    np.testing.assert_allclose(take.audio, wanted, atol=1e-6)
    whole = open_separator(card).separate(np.ascontiguousarray(mixture.T))
    np.testing.assert_allclose(whole.transpose(0, 2, 1), wanted, atol=1e-6)


@pytest.mark.parametrize("card", WHOLE.values(), ids=WHOLE)
def test_the_length_of_spans_hardly_changes_the_stems(
    card: ModelCard, mixture: np.ndarray, tmp_path: Path
) -> None:
    from dataclasses import replace

    stems = []
    for seconds in (1, 12):
        short = replace(card, id=f"{card.id}-{seconds}", segment_frames=seconds * card.rate)
        stems.append(np.array(separate_song(make_song(tmp_path / str(seconds), mixture), short).audio))
    off = np.square(stems[0] - stems[1]).sum()
    assert off < 0.01 * np.square(mixture).sum()
