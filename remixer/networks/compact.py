"""Smaller files of an exported network: 8-bit arithmetic, 16-bit weights, and what they cost."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.errors import ModelError
from remixer.networks.aside import written_aside
from remixer.privacy import keep_private

SMALL_TENSOR = 1024
TRANSFORM = ("/dft/", "/transform/")
PAYING = ("MatMul", "Gemm", "LSTM")


def quantize_int8(source: Path, target: Path, exclude: Sequence[str] = TRANSFORM) -> None:
    """Write an ONNX network with 8-bit weights and activations scaled on the fly.

    Dense and recurrent layers only: convolutions become slower in 8 bits.

    Args:
        source: an exported network.
        target: where the smaller one goes.
        exclude: parts of node names that stay in single precision; Fourier transforms by default.

    Raises:
        ModelError: the file cannot be read or quantised, or its weights are stored in 16 bits already.
    """
    import onnx

    keep_private()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    try:
        model = onnx.load(str(source))
        _name_nodes(model)
        kept = _left_alone(model, exclude)
        if _halved(model):
            raise ModelError(
                f"The weights of {source.name} are stored in 16 bits already: quantise the full ones."
            )
        with tempfile.TemporaryDirectory() as folder, written_aside(target) as aside, _hushed():
            plain = Path(folder) / "plain.onnx"
            onnx.save(model, str(plain))
            quantize_dynamic(
                str(plain),
                str(aside),
                op_types_to_quantize=list(PAYING),
                weight_type=QuantType.QInt8,
                per_channel=True,
                nodes_to_exclude=kept,
            )
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(f"The network {source.name} could not be quantised.", str(error)) from error


def halve_weights(source: Path, target: Path, lossless: bool = False) -> None:
    """Write an ONNX network with 16-bit weights on disk; it still computes in single precision.

    Args:
        source: an exported network.
        target: where the smaller one goes; may be the same place.
        lossless: leave alone what 16 bits cannot hold exactly, such as windows and tables.

    Raises:
        ModelError: the file cannot be read or written, or a weight exceeds what 16 bits hold.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    try:
        model = onnx.load(str(source))
    except Exception as error:
        raise ModelError(f"The network {source.name} could not be read.", str(error)) from error
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or int(np.prod(tensor.dims)) < SMALL_TENSOR:
            continue
        values = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            rounded = values.astype(np.float16)
        if lossless and not np.array_equal(rounded, values):
            continue
        if not np.isfinite(rounded).all():
            raise ModelError(
                f"The network {source.name} has a weight too large for 16 bits, in “{tensor.name}”."
            )
        name, half = tensor.name, tensor.name + "_half"
        tensor.CopyFrom(numpy_helper.from_array(rounded, half))
        casts.append(helper.make_node("Cast", [half], [name], name=f"cast_{name}", to=TensorProto.FLOAT))
    for place, node in enumerate(casts):
        model.graph.node.insert(place, node)
    with written_aside(target) as aside:
        onnx.save(model, str(aside))


def agreement_db(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    """How far the difference of two signals lies below the expected one, in dB."""
    noise = float(np.square(found.astype(np.float64) - expected).sum())
    power = float(np.square(expected.astype(np.float64)).sum())
    return float("inf") if noise == 0.0 else 10.0 * float(np.log10(max(power, 1e-30) / noise))


def _left_alone(model: Any, exclude: Sequence[str]) -> list[str]:
    """Nodes that stay as they are: those named, and products whose weights are no plain matrix."""
    sides = {tensor.name: len(tensor.dims) for tensor in model.graph.initializer}
    kept = []
    for node in model.graph.node:
        stacked = node.op_type == "MatMul" and any(sides.get(name, 2) != 2 for name in node.input)
        if stacked or any(part in node.name for part in exclude):
            kept.append(node.name)
    return kept


def _halved(model: Any) -> bool:
    """Whether layers that would pay have their weights stored in 16 bits."""
    import onnx

    halves = {
        tensor.name for tensor in model.graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT16
    }
    widened = {
        node.output[0] for node in model.graph.node if node.op_type == "Cast" and node.input[0] in halves
    }
    return any(widened & {*node.input} for node in model.graph.node if node.op_type in PAYING)


def _name_nodes(model: Any) -> None:
    """Give every node a name, so that it can be told apart."""
    for place, node in enumerate(model.graph.node):
        if not node.name:
            node.name = f"node_{place}"


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep the quantiser's advice about itself out of the log."""
    root = logging.getLogger()
    root.addFilter(_below_error)
    try:
        yield
    finally:
        root.removeFilter(_below_error)


def _below_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR
