"""Networks as ONNX files: whole stretches of song, and single hops with explicit state."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.errors import Cancelled, ModelError
from remixer.privacy import keep_private
from remixer.separation.card import ModelCard, Weights
from remixer.separation.devices import CPU, PROVIDERS
from remixer.separation.spectrum import Audio
from remixer.separation.wiener import wiener

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
        raise ModelError(f"The device “{device}” did not start: choose another device.", provider)
    return session


def failure(card: ModelCard, device: str, error: Exception) -> ModelError:
    """What is said when a run breaks off."""
    return ModelError(
        f"The model “{card.id}” failed on {device}: choose another device or model.", str(error)
    )


class OnnxSeparator:
    """A network that hears a whole stretch: `mixture` (1, channels, n) to `stems` (1, stems, channels, n)."""

    def __init__(self, card: ModelCard, weights: Weights, device: str, threads: int) -> None:
        self.card = card
        self.device = device
        self.rate = card.rate
        self.segment_frames = card.segment_frames
        self.context_frames = card.context_frames
        self._session = open_session(card, weights, device, threads)
        self._run_options: Any = None
        self._interrupted = False
        inputs = [one.name for one in self._session.get_inputs()]
        outputs = [one.name for one in self._session.get_outputs()]
        if inputs != ["mixture"] or outputs != ["stems"]:
            raise ModelError(
                f"The weights of the model “{card.id}” are no network for whole songs: "
                f"found {inputs} to {outputs}, expected mixture to stems."
            )

    def separate(self, mixture: Audio) -> Audio:
        """Separate `(2, frames)` into `(stems, 2, frames)`; see `Separator`."""
        keep_private()
        import onnxruntime

        options = onnxruntime.RunOptions()
        self._run_options = options
        heard = fold(mixture, self.card.channels)
        try:
            if self._interrupted:
                raise Cancelled
            stems = self._session.run(["stems"], {"mixture": heard[None]}, options)[0][0]
        except Cancelled:
            raise
        except Exception as error:
            if self._interrupted:
                raise Cancelled from error
            raise failure(self.card, self.device, error) from error
        finally:
            self._run_options = None
            self._interrupted = False
        return finish(self.card, mixture, stems)

    def interrupt(self) -> None:
        """Break off the run. Thread: any."""
        self._interrupted = True
        options = self._run_options
        if options is not None:
            options.terminate = True

    def close(self) -> None:
        """Drop the session."""
        self._session = None


def fold(mixture: Audio, channels: int) -> Audio:
    """The channels a network hears: both, or their mean."""
    if channels == 1:
        mono: Audio = mixture.mean(axis=0, keepdims=True, dtype=np.float32)
        return mono
    return np.ascontiguousarray(mixture, np.float32)


def finish(card: ModelCard, mixture: Audio, stems: NDArray[Any]) -> Audio:
    """Check what a network returned, spread mono over both channels, filter if the card asks for it.

    Raises:
        ModelError: the shape is not that of the card's stems.
    """
    expected = (len(card.stems), card.channels, mixture.shape[-1])
    if stems.shape != expected:
        raise ModelError(f"The model “{card.id}” returned audio of shape {stems.shape}, expected {expected}.")
    audio = np.asarray(stems, np.float32)
    if card.channels == 1:
        audio = np.repeat(audio, 2, axis=1)
    return wiener(mixture, audio, card.wiener_iterations) if card.wiener_iterations else audio


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
