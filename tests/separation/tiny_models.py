"""Tiny models whose output is known exactly: gains, short filters, explicit state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

Audio = NDArray[np.float32]
STEMS = ("vocals", "drums", "bass", "other")
HOP = 64
TAPS = 33
LATENCY = 16

MANIFEST = """
id = "{id}"
name = "Tiny"
network = "tiny"
role = "{role}"
default = true
stems = ["vocals", "drums", "bass", "other"]
rate = {rate}
channels = 2
kind = "{kind}"
hop_frames = {hop}
latency_frames = {latency}
parameters = 4
paper = "none"
licence = "MIT"
tiers = ["open"]

[weights.onnx]
file = "model.onnx"
sha256 = "{sha256}"

[offline]
segment_frames = {segment}
context_frames = {context}
"""


def kernels(seed: int = 5) -> Audio:
    """One short filter a stem, (4, TAPS)."""
    made = np.random.default_rng(seed).standard_normal((len(STEMS), TAPS)) / TAPS
    return made.astype(np.float32)


def filtered(mixture: Audio, taps: Audio) -> Audio:
    """What the filters make of `(2, n)`, their delay undone: `(4, 2, n)`."""
    n = mixture.shape[-1]
    return np.stack(
        [
            [np.convolve(channel, tap[::-1])[LATENCY : LATENCY + n] for channel in mixture.astype(np.float64)]
            for tap in taps
        ]
    ).astype(np.float32)


def _save(
    path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: dict[str, Any]
) -> None:
    onnx = pytest.importorskip("onnx")
    from onnx import helper, numpy_helper

    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, 1, shape) for name, shape in inputs],
        [helper.make_tensor_value_info(name, 1, shape) for name, shape in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))


def _filter_nodes(heard: str) -> list[Any]:
    """(1, 2, n + TAPS - 1) to `stems` (1, 4, 2, n): channels as a batch, stems as channels."""
    from onnx import helper

    return [
        helper.make_node("Transpose", [heard], ["batched"], perm=[1, 0, 2]),
        helper.make_node("Conv", ["batched", "kernels"], ["apart"]),
        helper.make_node("Transpose", ["apart"], ["swapped"], perm=[1, 0, 2]),
        helper.make_node("Unsqueeze", ["swapped", "zero"], ["stems"]),
    ]


def write_whole(path: Path, taps: Audio) -> None:
    """A network that hears a whole stretch, zeros beyond it, and does not delay."""
    pytest.importorskip("onnx")
    from onnx import helper

    pads = np.array([0, 0, LATENCY, 0, 0, TAPS - 1 - LATENCY], np.int64)
    nodes = [helper.make_node("Pad", ["mixture", "pads"], ["padded"]), *_filter_nodes("padded")]
    constants = {"pads": pads, "kernels": taps[:, None, :], "zero": np.array([0], np.int64)}
    _save(path, nodes, [("mixture", [1, 2, "n"])], [("stems", [1, 4, 2, "n"])], constants)


def write_streaming(path: Path, taps: Audio) -> None:
    """A causal network with its past as state; what it returns lags by LATENCY frames."""
    pytest.importorskip("onnx")
    from onnx import helper

    constants = {
        "kernels": taps[:, None, :],
        "zero": np.array([0], np.int64),
        "from": np.array([-(TAPS - 1)], np.int64),
        "to": np.array([1 << 30], np.int64),
        "axis": np.array([2], np.int64),
    }
    nodes = [
        helper.make_node("Concat", ["state_past", "hop"], ["joined"], axis=2),
        helper.make_node("Slice", ["joined", "from", "to", "axis"], ["next_past"]),
        *_filter_nodes("joined"),
    ]
    inputs = [("hop", [1, 2, "n"]), ("state_past", [1, 2, TAPS - 1])]
    _save(path, nodes, inputs, [("stems", [1, 4, 2, "n"]), ("next_past", [1, 2, TAPS - 1])], constants)
