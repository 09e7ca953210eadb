"""Model folders made on the spot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_models import HOP, LATENCY, MANIFEST, Audio, kernels, write_streaming, write_whole

from remixer.separation.card import ModelCard, load_card


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., ModelCard]:
    """Make a model folder and load its card: `tiny("whole")` or `tiny("streaming")`, other values by name."""

    def make(
        kind: str = "whole", place: Path | None = None, taps: Audio | None = None, **told: Any
    ) -> ModelCard:
        values = {"id": f"tiny-{kind}", "role": "offline" if kind == "whole" else "live", "rate": 44_100}
        values |= {"segment": 30_000, "context": 4_000, "kind": kind, "hop": 0, "latency": 0}
        if kind == "streaming":
            values |= {"hop": HOP, "latency": LATENCY}
        values |= told
        folder = (place or tmp_path / "models") / str(values["id"])
        folder.mkdir(parents=True, exist_ok=True)
        weights = folder / "model.onnx"
        writer = write_streaming if kind == "streaming" else write_whole
        writer(weights, kernels() if taps is None else taps)
        values |= {"sha256": hashlib.sha256(weights.read_bytes()).hexdigest()}
        (folder / "model.toml").write_text(MANIFEST.format(**values), encoding="utf-8")
        return load_card(folder)

    return make
