"""Networks as torch modules with weights from safetensors; nothing is ever unpickled."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from remixer.errors import ModelError
from remixer.separation.card import ModelCard, Weights
from remixer.separation.network_separator import NetworkSeparator, failure, not_started
from remixer.separation.spectrum import Audio


def load_network(card: ModelCard, weights: Weights, device: str, threads: int) -> Any:
    """Build the network the card names and fill it with its weights, all of them and no others.

    Weights kept in half precision are computed in single precision, as their ONNX file does.

    Raises:
        ModelError: torch is missing, the network is unknown, the weights do not fit it, or the device failed.
    """
    try:
        import torch

        from remixer.networks import build
        from remixer.networks.weights import read_weights
    except ImportError as error:
        raise ModelError(
            f"The model “{card.id}” needs the torch runtime, which is not installed.", repr(error)
        ) from error
    torch.set_num_threads(threads)
    try:
        network = build(card.network, **dict(card.config))
        network.load_state_dict(read_weights(weights.file), strict=True)
    except Exception as error:
        raise ModelError(
            f"The weights of the model “{card.id}” do not fit its network “{card.network}”.",
            str(error),
        ) from error
    try:
        return network.eval().to(device)
    except Exception as error:
        raise not_started(device, str(error)) from error


class TorchSeparator(NetworkSeparator):
    """A network that hears a whole stretch: (1, channels, n) to (1, stems, channels, n)."""

    def __init__(self, card: ModelCard, weights: Weights, device: str, threads: int) -> None:
        super().__init__(card, device)
        self._network = load_network(card, weights, device, threads)
        for module in self._network.modules():
            module.register_forward_pre_hook(self._before_layer)

    def close(self) -> None:
        """Drop the network."""
        self._network = None

    def _run(self, heard: Audio) -> NDArray[Any]:
        import torch

        with torch.inference_mode():
            stems = self._network(torch.from_numpy(heard)[None].to(self.device))
            return cast(NDArray[Any], stems[0].float().cpu().numpy())

    def _before_layer(self, module: Any, inputs: Any) -> None:
        self._check()


class TorchHops:
    """A causal network stepped hop by hop, for models that have no ONNX file."""

    def __init__(self, card: ModelCard, weights: Weights, device: str, threads: int) -> None:
        self.card = card
        self.device = device
        self._network = load_network(card, weights, device, threads)

    def initial_state(self) -> Any:
        """What the network starts from: silence."""
        state = self._network.initial_state(1)
        return {name: value.to(self.device) for name, value in state.items()}

    def run(self, hops: Audio, state: Any) -> tuple[Audio, Any]:
        """Separate `(channels, n * hop_frames)` into `(stems, channels, n * hop_frames)`.

        Raises:
            ModelError: the run broke off.
        """
        import torch

        try:
            with torch.inference_mode():
                heard = torch.from_numpy(np.ascontiguousarray(hops[None])).to(self.device)
                stems, state = self._network.step(heard, state)
                return stems[0].float().cpu().numpy(), state
        except Exception as error:
            raise failure(self.card, self.device, error) from error
