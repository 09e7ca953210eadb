"""What networks that hear whole stretches share, whichever runtime they run in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.errors import Cancelled, ModelError
from remixer.separation.card import ModelCard
from remixer.separation.spectrum import Audio
from remixer.separation.wiener import wiener


class NetworkSeparator(ABC):
    """A `Separator` with a network in it; a runtime says how the network is run.

    Args:
        card: the model.
        device: where the network runs.
    """

    def __init__(self, card: ModelCard, device: str) -> None:
        self.card = card
        self.device = device
        self._interrupted = False

    def separate(self, mixture: Audio) -> Audio:
        """Separate `(2, frames)` into `(stems, 2, frames)`; see `Separator`."""
        heard = fold(mixture, self.card.channels)
        try:
            self._check()
            stems = self._run(heard)
        except Cancelled:
            raise
        except Exception as error:
            if self._interrupted:
                raise Cancelled from error
            raise failure(self.card, self.device, error) from error
        finally:
            self._interrupted = False
        return finish(self.card, mixture, stems)

    def interrupt(self) -> None:
        """Break off the run. Thread: any."""
        self._interrupted = True

    @abstractmethod
    def close(self) -> None:
        """Drop the network."""

    @abstractmethod
    def _run(self, heard: Audio) -> NDArray[Any]:
        """Run the network: `(channels, frames)` to `(stems, channels, frames)`; may raise anything."""

    def _check(self) -> None:
        if self._interrupted:
            raise Cancelled


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


def failure(card: ModelCard, device: str, error: Exception) -> ModelError:
    """What is said when a run breaks off."""
    return ModelError(
        f"The model “{card.id}” failed on {device}: choose another device or model.", str(error)
    )


def not_started(device: str, detail: str) -> ModelError:
    """What is said when a device does not take the network."""
    return ModelError(f"The device “{device}” did not start: choose another device.", detail)
