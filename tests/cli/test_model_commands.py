"""`live`, `evaluate`, `bench` and the default model, on what is installed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from remixer.audio.decode import read
from remixer.audio.encode import Encoder, Encoding
from remixer.playback.live_chain import FADE_FRAMES
from remixer.separation.card import ModelCard
from remixer.separation.catalog import load_catalog

Run = Callable[..., Any]
Make = Callable[..., Path]


@pytest.fixture
def live_card() -> ModelCard:
    card = load_catalog().default_live()
    if card is None:
        pytest.skip("no live model is installed")
    return card


def test_live_writes_stems_and_figures(
    remixer: Run, song: Make, tmp_path: Path, live_card: ModelCard
) -> None:
    done = remixer(
        "live", song(rate=48_000), "--out", tmp_path / "o", "--block", "300", "--cushion", "2", "--json"
    )
    assert (done.code, done.err) == (0, "")
    (figures,) = done.documents
    assert figures["hops"] > 100
    delay_ms = (2 * 300 + FADE_FRAMES) * 1000 / 48_000
    assert figures["cushion"] == 2
    assert figures["latency_ms"]["total"] - figures["latency_ms"]["algorithmic"] > delay_ms - 0.1
    assert set(figures["hop_ms"]) == {"p50", "p95", "p99", "max"}
    assert {"algorithmic", "total"} <= set(figures["latency_ms"])
    assert figures["budget_ms"] == pytest.approx(live_card.hop_frames * 1000 / live_card.rate, abs=0.01)
    assert {Path(file).stem for file in figures["files"]} >= set(live_card.stems)
    assert all(len(read(Path(file))[0]) == 96_000 for file in figures["files"])


def test_live_says_what_it_cannot_do(remixer: Run, song: Make, tmp_path: Path) -> None:
    assert remixer("live", song(), "--model", "classic", "--out", tmp_path / "o").code in (2, 4)
    assert remixer("live", song(), "--input", "x", "--out", tmp_path / "o").code == 2
    assert remixer("live", song(), "--block", "0", "--out", tmp_path / "o").code == 2
    assert remixer("live", tmp_path / "missing.wav", "--out", tmp_path / "o").code in (3, 4)
    assert not list(tmp_path.glob("o/**/*.wav"))


def test_the_default_model_is_the_trained_one(remixer: Run, song: Make, tmp_path: Path) -> None:
    card = load_catalog().default_offline()
    done = remixer("separate", song(), "--residual", "--out", tmp_path / "o", "--json")
    assert (done.code, done.documents[0]["model"]) == (0, card.id)
    stems = [read(Path(file))[0] for file in done.documents[0]["files"]]
    assert np.array_equal(sum(stems), read(song())[0])


@pytest.mark.torch
def test_evaluate_scores_a_model(remixer: Run, song: Make, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    audio = read(song())[0]
    (tmp_path / "set" / "one").mkdir(parents=True)
    for place, name in enumerate(("vocals", "drums", "bass", "other")):
        with Encoder(tmp_path / "set" / "one" / f"{name}.wav", 44_100, Encoding()) as encoder:
            encoder.write(np.roll(audio, 3000 * place, axis=0) * np.float32(0.2))
    done = remixer("evaluate", "classic", tmp_path / "set", "--json")
    assert done.code == 0
    assert json.loads(done.out)
    assert remixer("evaluate", "classic", tmp_path).code == 3
    assert remixer("evaluate", "nonsense", tmp_path).code == 2


@pytest.mark.torch
def test_bench_counts(remixer: Run) -> None:
    pytest.importorskip("torch")
    (rows,) = remixer("bench", "--counts", "--only", "sudo-rm-rf-0.25x", "--json").documents
    assert [row["network"] for row in rows] == ["sudo-rm-rf-0.25x"]
    assert rows[0]["parameters"] > 0
    assert remixer("bench", "--only", "nonsense").code == 2
