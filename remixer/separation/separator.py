"""One Protocol for everything that separates, and the choice of the runtime that does it."""

from __future__ import annotations

import os
import sys
from typing import Protocol

import numpy as np

from remixer.errors import Cancelled, ModelError
from remixer.separation.card import ModelCard, Runtime, verify
from remixer.separation.classic import separate_classic
from remixer.separation.devices import AUTO, CPU, PROVIDERS, available_providers, devices, require
from remixer.separation.spectrum import Audio

# accelerators that `auto` takes without being asked; the others are often slower than the CPU
TRUSTED = ("cuda:0", "rocm", "directml")


class Separator(Protocol):
    """A model that is ready to separate."""

    @property
    def card(self) -> ModelCard:
        """The model."""

    @property
    def device(self) -> str:
        """Where it runs: a device id, never `auto`."""

    def separate(self, mixture: Audio) -> Audio:
        """Separate `(2, frames)` at the card's rate into `(stems, 2, frames)`.

        Raises:
            ModelError: the model or its device failed.
            Cancelled: `interrupt` was called.
        """

    def interrupt(self) -> None:
        """Make the running `separate`, or the next one, stop soon with `Cancelled`. Thread: any."""

    def close(self) -> None:
        """Give back what the model holds."""


class ClassicSeparator:
    """The separator that needs no weights."""

    device = CPU

    def __init__(self, card: ModelCard) -> None:
        self.card = card
        self._interrupted = False

    def separate(self, mixture: Audio) -> Audio:
        """Separate `(2, frames)` into `(4, 2, frames)`; see `Separator`."""
        self._check()
        return separate_classic(np.ascontiguousarray(mixture), self._check)

    def interrupt(self) -> None:
        """Stop soon. Thread: any."""
        self._interrupted = True

    def _check(self) -> None:
        if self._interrupted:
            self._interrupted = False
            raise Cancelled

    def close(self) -> None:
        """Hold nothing."""


def open_separator(card: ModelCard, device: str = AUTO, threads: int = 0) -> Separator:
    """Make a model ready on a device, after checking the hash of its weights.

    Args:
        card: the model.
        device: an id from `devices()`.
        threads: threads of the runtime; 0 leaves one core for the rest of the program.

    Raises:
        ModelError: the weights are damaged, or the device or runtime cannot run them.
    """
    if card.kind == "classic":
        return ClassicSeparator(card)
    if card.kind == "streaming":
        from remixer.separation.streaming import StreamingSeparator

        return StreamingSeparator(card, device, threads or default_threads())
    runtime, place = choose(card, device)
    weights = card.weights_for(runtime)
    if weights is None:
        raise ModelError(f"The model “{card.id}” has no weights for {runtime}.")
    verify(weights, card.id)
    if runtime == "torch":
        from remixer.separation.torch_runtime import TorchSeparator

        return TorchSeparator(card, weights, place, threads or default_threads())
    from remixer.separation.onnx_runtime import OnnxSeparator

    return OnnxSeparator(card, weights, place, threads or default_threads())


def default_threads() -> int:
    """All cores but one."""
    if sys.platform == "linux":
        return max(1, len(os.sched_getaffinity(0)) - 1)
    return max(1, (os.cpu_count() or 2) - 1)


def choose(card: ModelCard, device: str) -> tuple[Runtime, str]:
    """The runtime and the device that shall run a model: ONNX before torch, `auto` resolved.

    Raises:
        ModelError: there is no such device, or this model has no weights that could run there.
    """
    by_onnx = card.weights_for("onnxruntime") is not None
    by_torch = card.weights_for("torch") is not None
    providers = available_providers() if by_onnx else ()
    reachable = {CPU, *(id_ for name, id_, _ in PROVIDERS if name in providers)} if by_onnx else set[str]()
    if device == AUTO:
        device = CPU if card.kind == "streaming" else _best(reachable, by_torch)
    if device in reachable:
        return "onnxruntime", device
    require(device)
    if by_torch:
        return "torch", device
    raise ModelError(f"The model “{card.id}” cannot run on the device “{device}”: choose another device.")


def _best(reachable: set[str], by_torch: bool) -> str:
    if by_torch:
        reachable = reachable | {one.id for one in devices() if one.runtime == "torch"}
    return next((place for place in TRUSTED if place in reachable), CPU)
