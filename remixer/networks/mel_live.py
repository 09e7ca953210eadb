"""Mel-MDenseNet while it plays: each new frame is judged with the seven before it.

The thesis runs its network on contexts of eight frames (Section 5.5); here the context ends at the newest
frame, and the masks of the newest `fresh` frames are kept.
"""

from __future__ import annotations

import torch
from torch import Tensor

from remixer.networks.layers import CausalNetwork, State, overlap_add
from remixer.networks.magnitudes import Chain
from remixer.networks.mel_mdensenet import mel_masks


class MelLive(CausalNetwork):
    """A Mel-MDenseNet that looks back over a fixed context.

    Args:
        stems: sources.
        channels: channels of the mixture; the masks are common to them.
        context: frames in view, a multiple of eight.
        fresh: frames judged at a time; a hop is as long. More costs less and waits longer.
        bands: Mel bands.
        rate: of the audio, in Hz.
        window: samples in a frame.
        stride: samples between frames.
        config: of `MelMDenseNet`.
    """

    def __init__(
        self,
        stems: int = 4,
        channels: int = 2,
        context: int = 8,
        fresh: int = 2,
        bands: int = 128,
        rate: int = 32_000,
        window: int = 2048,
        stride: int = 512,
        **config: int | bool,
    ) -> None:
        super().__init__(stride * fresh, window - stride, stems, channels)
        self.context, self.fresh, self.bands = context, fresh, bands
        self.chain = Chain(window, stride)
        self.masker = mel_masks(stems, bands, rate, window, dict(config))

    def state_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of every state tensor."""
        return {
            "input": (batch, self.channels, self.latency),
            "past": (batch, 1, self.bands, self.context - self.fresh),
            "tail": (batch, self.stems, self.channels, self.latency),
        }

    def step(self, hop: Tensor, state: State) -> tuple[Tensor, State]:
        """Separate `(batch, channels, n * hop)` into `(batch, stems, channels, n * hop)` for any n ≥ 1."""
        audio = torch.cat([state["input"], hop], dim=-1)
        real, imaginary = self.chain.analyse(audio)
        mel = torch.cat([state["past"], self.masker.mel(self.chain.magnitude(real, imaginary))], dim=-1)
        masks = self.masker.linear(self.look_back(mel))
        joined = overlap_add(self.chain.apply(masks, real, imaginary), self.chain.hop)
        length = hop.shape[-1]
        tail = torch.nn.functional.pad(state["tail"], (0, length))
        joined = joined + tail
        following = {
            "input": audio[..., -self.latency :],
            "past": mel[..., -(self.context - self.fresh) :],
            "tail": joined[..., -self.latency :],
        }
        return joined[..., :length], following

    def look_back(self, mel: Tensor) -> Tensor:
        """Mel masks `(batch, stems, bands, n)` from `(batch, 1, bands, context - fresh + n)`."""
        batch, bands = mel.shape[0], mel.shape[2]
        groups = mel.reshape(batch, bands, -1, self.fresh)
        span = self.context // self.fresh
        count = groups.shape[2] - span + 1
        views = torch.cat([groups[:, :, part : part + count] for part in range(span)], dim=-1)
        views = views.transpose(1, 2).reshape(-1, 1, bands, self.context)
        masks = self.masker.network(views)[..., -self.fresh :]
        shaped = masks.reshape(batch, -1, self.stems, bands, self.fresh).permute(0, 2, 3, 1, 4)
        joined: Tensor = shaped.reshape(batch, self.stems, bands, -1)
        return joined


def build(**config: int | bool) -> MelLive:
    """The four-output Mel-MDenseNet-BC with look-back, or with changes to its settings."""
    return MelLive(**config)
