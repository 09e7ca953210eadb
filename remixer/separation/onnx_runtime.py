"""Networks as ONNX files: whole stretches of song, and single hops with explicit state."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.errors import ModelError
from remixer.privacy import keep_private
from remixer.separation.card import ModelCard, Weights
from remixer.separation.devices import CPU, PROVIDERS
from remixer.separation.network_separator import NetworkSeparator, failure, not_started
from remixer.separation.spectrum import Audio

State = dict[str, NDArray[Any]]


def open_session(card: ModelCard, weights: Weights, device: str, threads: int) -> Any:
    """An onnxruntime session on exactly that device.

    Raises:
        ModelError: onnxruntime is missing, the file is no network, or the device failed.
    """
    try:
        keep_private()
        import onnxruntime
    except ImportError as error:
        raise ModelError("onnxruntime is not installed, so no ONNX model can run.", repr(error)) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_mem_pattern = card.kind == "streaming" and device == CPU
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    provider = next((name for name, id_, _ in PROVIDERS if id_ == device), "CPUExecutionProvider")
    wanted = [provider] if device == CPU else [provider, "CPUExecutionProvider"]
    try:
        session = onnxruntime.InferenceSession(str(weights.file), options, providers=wanted)
    except Exception as error:
        raise ModelError(f"The model “{card.id}” could not be opened on {device}.", str(error)) from error
    if session.get_providers()[0] != provider:
        raise not_started(device, provider)
    return session


class OnnxSeparator(NetworkSeparator):
    """A network that hears a whole stretch: `mixture` (1, channels, n) to `stems` (1, stems, channels, n)."""

    def __init__(self, card: ModelCard, weights: Weights, device: str, threads: int) -> None:
        super().__init__(card, device)
        self._session = open_session(card, weights, device, threads)
        self._run_options: Any = None
        inputs = [one.name for one in self._session.get_inputs()]
        outputs = [one.name for one in self._session.get_outputs()]
        if inputs != ["mixture"] or outputs != ["stems"]:
            raise ModelError(
                f"The weights of the model “{card.id}” are no network for whole songs: "
                f"found {inputs} to {outputs}, expected mixture to stems."
            )

    def interrupt(self) -> None:
        """Break off the run. Thread: any."""
        super().interrupt()
        options = self._run_options
        if options is not None:
            options.terminate = True

    def close(self) -> None:
        """Drop the session."""
        self._session = None

    def _run(self, heard: Audio) -> NDArray[Any]:
        keep_private()
        import onnxruntime

        options = self._run_options = onnxruntime.RunOptions()
        try:
            self._check()
            stems: NDArray[Any] = self._session.run(["stems"], {"mixture": heard[None]}, options)[0][0]
        finally:
            self._run_options = None
        return stems


class OnnxHops:
    """A causal network: `hop` and `state_<name>` to `stems` and `next_<name>`, whole hops a call."""

    def __init__(self, card: ModelCard, weights: Weights, device: str, threads: int) -> None:
        self.card = card
        self.device = device
        self._session = open_session(card, weights, device, threads)
        inputs = {one.name: one for one in self._session.get_inputs()}
        outputs = [one.name for one in self._session.get_outputs()]
        self._states = [name.removeprefix("state_") for name in inputs if name.startswith("state_")]
        expected = {"stems", *(f"next_{name}" for name in self._states)}
        if set(inputs) != {"hop", *(f"state_{name}" for name in self._states)} or set(outputs) != expected:
            raise ModelError(
                f"The weights of the model “{card.id}” are no streaming network: "
                f"found {sorted(inputs)} to {sorted(outputs)}."
            )
        self._outputs = ["stems", *(f"next_{name}" for name in self._states)]
        self._shapes = {name: inputs[f"state_{name}"] for name in self._states}

    def initial_state(self) -> State:
        """All zeros."""
        kinds = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(int64)": np.int64}
        return {
            name: np.zeros(
                [length if isinstance(length, int) else 1 for length in one.shape],
                kinds.get(one.type, np.float32),
            )
            for name, one in self._shapes.items()
        }

    def run(self, hops: Audio, state: State) -> tuple[Audio, State]:
        """Separate `(channels, n * hop_frames)` into `(stems, channels, n * hop_frames)`.

        Raises:
            ModelError: the run broke off.
        """
        feeds = {"hop": hops[None], **{f"state_{name}": value for name, value in state.items()}}
        try:
            stems, *following = self._session.run(self._outputs, feeds)
        except Exception as error:
            raise failure(self.card, self.device, error) from error
        return stems[0], dict(zip(self._states, following, strict=True))
