"""Networks as ONNX files, proven equal to the torch network before they get their names."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from remixer.errors import ModelError
from remixer.networks.aside import written_aside
from remixer.privacy import keep_private

if TYPE_CHECKING:
    from torch import nn

    from remixer.networks.layers import CausalNetwork

Array = NDArray[np.float32]
OPSET = 18
TOLERANCE = 1e-4


def export_whole(
    network: nn.Module,
    path: Path,
    lengths: Sequence[int] = (20_000, 44_100, 7_001),
    tolerance: float = TOLERANCE,
) -> float:
    """Write a network of whole signals: `mixture` [1, channels, T] to `stems` [1, stems, channels, T], any T.

    Args:
        network: its `forward` takes `(1, channels, T)`; `network.channels` channels, two if it does not say.
        path: where the file goes; it appears there only if the exported network equals this one.
        lengths: lengths T at which the two are compared; the first is the one traced.
        tolerance: largest difference allowed, relative to the largest output sample.

    Returns:
        The largest relative difference found.

    Raises:
        ModelError: the network cannot be exported, or the exported one differs.
    """
    still = _frozen(network)
    channels = int(getattr(network, "channels", 2))
    axes = {"mixture": {2: "frames"}, "stems": {3: "frames"}}
    with written_aside(path) as aside:
        _export(still, (_noise(channels, lengths[0], 0),), aside, ["mixture"], ["stems"], axes)
        worst = max(_whole_difference(still, aside, channels, length) for length in lengths)
        _accept(path, worst, tolerance)
    return worst


def export_streaming(
    network: CausalNetwork, path: Path, tolerance: float = TOLERANCE, hops: Sequence[int] = (1, 2, 1, 4, 1)
) -> float:
    """Write a causal network with its state in the open.

    It turns `hop` [1, channels, n * hop] and `state_<name>` … into `stems` [1, stems, channels, n * hop] and
    `next_<name>` …, for any n ≥ 1; all state starts as zeros.

    Args:
        network: what is exported.
        path: where the file goes; it appears there only if the exported network equals this one.
        tolerance: largest difference allowed, relative to the largest output sample.
        hops: calls of how many hops each the two are compared on, state carried along.

    Returns:
        The largest relative difference found.

    Raises:
        ModelError: the network cannot be exported, or the exported one differs.
    """
    still = _frozen(network)
    names = list(still.initial_state(1))
    axes = {"hop": {2: "hops"}, "stems": {3: "hops"}}
    inputs = (_noise(network.channels, 2 * network.hop, 0), *still.initial_state(1).values())
    into = ["hop", *(f"state_{name}" for name in names)]
    out = ["stems", *(f"next_{name}" for name in names)]
    with written_aside(path) as aside:
        _export(_stepper(still, names), inputs, aside, into, out, axes)
        worst = _stream_difference(still, aside, names, hops)
        _accept(path, worst, tolerance)
    return worst


def export_spectrum(
    network: nn.Module, path: Path, shape: tuple[int, ...], tolerance: float = TOLERANCE
) -> float:
    """Write a network of magnitude spectra of a fixed shape: `spectrum` to `masks`.

    Raises:
        ModelError: the network cannot be exported, or the exported one differs.
    """
    import torch

    still = _frozen(network)
    spectrum = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    with written_aside(path) as aside, torch.inference_mode():
        _export(still, (spectrum,), aside, ["spectrum"], ["masks"], {})
        found = open_file(aside).run(["masks"], {"spectrum": spectrum.numpy()})[0]
        worst = _relative(found, still(spectrum).numpy())
        _accept(path, worst, tolerance)
    return worst


def open_file(path: Path, threads: int = 1) -> Any:
    """An onnxruntime session on the processor.

    Raises:
        ModelError: the file is no network.
    """
    keep_private()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(f"The network {path.name} could not be opened.", str(error)) from error


def _stepper(network: CausalNetwork, names: list[str]) -> nn.Module:
    """The network with its state as plain inputs and outputs, in the order of `names`."""
    from torch import Tensor, nn

    class Stepper(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, hop: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
            stems, following = self.network.step(hop, dict(zip(names, state, strict=True)))
            return (stems, *(following[name] for name in names))

    return Stepper().eval()


def _frozen(network: Any) -> Any:
    """A copy for inference on the processor, in single precision, in its form for export if it has one."""
    still = copy.deepcopy(network).cpu().float().eval()
    return still.exportable() if hasattr(still, "exportable") else still


def _export(
    network: nn.Module,
    inputs: tuple[Any, ...],
    path: Path,
    into: list[str],
    out: list[str],
    axes: dict[str, Any],
) -> None:
    """Run the exporter; its warnings about itself are no news."""
    import torch

    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network,
                inputs,
                str(path),
                input_names=into,
                output_names=out,
                dynamic_axes=axes,
                opset_version=OPSET,
                dynamo=False,
            )
    except Exception as error:
        raise ModelError(f"The network could not be exported to {path.stem}.", str(error)) from error


def _noise(channels: int, frames: int, seed: int) -> Any:
    """White noise `(1, channels, frames)` at −20 dB."""
    import torch

    return torch.randn(1, channels, frames, generator=torch.Generator().manual_seed(seed)) * 0.1


def _whole_difference(network: Any, path: Path, channels: int, frames: int) -> float:
    import torch

    mixture = _noise(channels, frames, 1)
    with torch.inference_mode():
        expected = network(mixture).numpy()
    return _relative(open_file(path).run(["stems"], {"mixture": mixture.numpy()})[0], expected)


def _stream_difference(network: CausalNetwork, path: Path, names: list[str], hops: Sequence[int]) -> float:
    """Largest relative difference of the stems over calls with carried state."""
    import torch

    session = open_file(path)
    state = network.initial_state(1)
    carried = {f"state_{name}": value.numpy() for name, value in state.items()}
    worst = 0.0
    for call, count in enumerate(hops):
        hop = _noise(network.channels, count * network.hop, call)
        with torch.inference_mode():
            stems, state = network.step(hop, state)
        found, *following = session.run(None, {"hop": hop.numpy(), **carried})
        carried = {f"state_{name}": value for name, value in zip(names, following, strict=True)}
        worst = max(worst, _relative(found, stems.numpy()))
    return worst


def _relative(found: Array, expected: Array) -> float:
    if found.shape != expected.shape:
        raise ModelError(
            f"The exported network returned audio of shape {found.shape}, expected {expected.shape}."
        )
    return float(np.abs(found - expected).max() / max(float(np.abs(expected).max()), 1e-6))


def _accept(path: Path, difference: float, tolerance: float) -> None:
    if not difference <= tolerance:
        raise ModelError(
            f"The exported network {path.name} differs from the trained one by {difference:.1e}, "
            f"expected at most {tolerance:.0e}."
        )
