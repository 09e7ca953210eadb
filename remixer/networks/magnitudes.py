"""From waveforms to magnitudes and back: the signal chain of the thesis around a network of spectra.

Section 3.3.2: transform of 2,048 samples every 512, the constant component dropped, no logarithm, no
normalisation; the estimate takes the phase of the mixture.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from remixer.networks.layers import frame, overlap_add
from remixer.networks.spectral import RealDft

FLOOR = 1e-8


class Chain(nn.Module):
    """Hann-windowed transform there and back.

    Args:
        window: samples in a frame.
        hop: samples between frames, a quarter of the window or less.
    """

    def __init__(self, window: int, hop: int) -> None:
        super().__init__()
        self.window, self.hop = window, hop
        self.dft = RealDft(window)
        hann = torch.hann_window(window)
        gain = hann.square().reshape(-1, hop).sum(dim=0).mean()
        self.analysis: Tensor
        self.synthesis: Tensor
        self.register_buffer("analysis", hann, persistent=False)
        self.register_buffer("synthesis", hann / gain, persistent=False)

    def analyse(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        """`(…, n * hop + window - hop)` samples to both parts `(…, n, bins)`."""
        real, imaginary = self.dft(frame(audio, self.window, self.hop) * self.analysis)
        return real, imaginary

    def frames(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Parts `(…, n, bins)` to windowed frames `(…, n, window)`, to be overlapped."""
        return self.dft.inverse(real, imaginary) * self.synthesis

    def magnitude(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Mean magnitude of the channels, `(batch, channels, n, bins)` to `(batch, 1, bins - 1, n)`."""
        power = real[..., 1:].square() + imaginary[..., 1:].square()
        return (power + FLOOR**2).sqrt().mean(dim=1, keepdim=True).transpose(2, 3)

    def apply(self, masks: Tensor, real: Tensor, imaginary: Tensor) -> Tensor:  # type: ignore[override]
        """Frames `(batch, stems, channels, n, window)` under masks `(batch, stems, bins - 1, n)`."""
        turned = masks.transpose(2, 3).unsqueeze(2)
        turned = nn.functional.pad(turned, (1, 0))
        return self.frames(turned * real.unsqueeze(1), turned * imaginary.unsqueeze(1))


class MagnitudeSeparator(nn.Module):
    """Separate waveforms with a network of magnitudes.

    Args:
        masker: `(batch, 1, bins - 1, context)` magnitudes to `(batch, stems, bins - 1, context)` masks.
        stems: how many stems come out; one network per source in the thesis.
        channels: channels of the mixture; the masks are common to them.
        context: frames the network sees at a time; the signal is cut into such pieces.
        window: samples in a frame.
        hop: samples between frames.
    """

    def __init__(
        self, masker: nn.Module, stems: int, channels: int, context: int, window: int = 2048, hop: int = 512
    ) -> None:
        super().__init__()
        self.stems, self.channels, self.context = stems, channels, context
        self.grain = hop * context
        self.chain = Chain(window, hop)
        self.masker = masker

    def forward(self, mixture: Tensor) -> Tensor:
        """Separate `(batch, channels, frames)` into `(batch, stems, channels, frames)`."""
        frames, chain = mixture.shape[-1], self.chain
        past, piece = chain.window - chain.hop, chain.hop * self.context
        padded = nn.functional.pad(mixture, (past, past + piece - 1))
        whole = (padded.shape[-1] - past) // piece * piece + past
        real, imaginary = chain.analyse(padded[..., :whole])
        masks = self.masks(chain.magnitude(real, imaginary))
        stems = overlap_add(chain.apply(masks, real, imaginary), chain.hop)
        return stems[..., past : past + frames]

    def masks(self, magnitude: Tensor) -> Tensor:
        """Masks `(batch, stems, F, n)` from magnitudes `(batch, 1, F, n)`; n is a multiple of the context."""
        batch, _, bins, steps = magnitude.shape
        pieces = magnitude.reshape(batch, 1, bins, -1, self.context).permute(0, 3, 1, 2, 4)
        masks = self.masker(pieces.reshape(-1, 1, bins, self.context))
        shaped = masks.reshape(batch, -1, self.stems, bins, self.context).permute(0, 2, 3, 1, 4)
        joined: Tensor = shaped.reshape(batch, self.stems, bins, steps)
        return joined
