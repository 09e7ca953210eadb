"""Causal TasNet as compared in the HS-TasNet paper (Section 3.2; Table 2: 51 M parameters, 23 ms)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from remixer.networks.layers import FramedNetwork, Memory, State


class TasNet(FramedNetwork):
    """Learned encoder, four LSTMs, a mask for each stem, learned decoder with a Hann window.

    Args:
        stems: how many stems come out.
        channels: channels of the mixture; the encodings of all of them meet in the recurrent layers.
        window: samples in a frame; the hop is half of it.
        bases: basis signals N of the encoder (1,500).
        hidden: LSTM units (1,000).
        pairs: pairs of LSTMs; an identity skip connection spans each pair.
    """

    def __init__(
        self,
        stems: int = 4,
        channels: int = 2,
        window: int = 1024,
        bases: int = 1500,
        hidden: int = 1000,
        pairs: int = 2,
    ) -> None:
        super().__init__(window, stems, channels)
        self.bases, self.hidden = bases, hidden
        self.encoder = nn.Linear(window, bases, bias=False)
        self.gate = nn.Linear(window, bases, bias=False)
        self.enter = nn.Linear(channels * bases, hidden)
        self.memories = nn.ModuleList(Memory(hidden, 2) for _ in range(pairs))
        self.mask = nn.Linear(hidden, stems * channels * bases)
        self.decoder = nn.Linear(bases, window, bias=False)
        self.hann: Tensor
        self.register_buffer("hann", torch.hann_window(window), persistent=False)

    def memory_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Hidden and cell state of each pair of LSTMs, `(2, batch, hidden)`."""
        shape = (2, batch, self.hidden)
        return {f"pair{place}_{part}": shape for place in range(len(self.memories)) for part in "hc"}

    def separate(self, frames: Tensor, memory: State) -> tuple[Tensor, State]:
        """Frames `(batch, channels, n, window)` to `(batch, stems, channels, n, window)`."""
        batch, channels, steps, _ = frames.shape
        basis = torch.relu(self.encoder(frames)) * torch.sigmoid(self.gate(frames))
        hidden = self.enter(basis.permute(2, 0, 1, 3).reshape(steps, batch, channels * self.bases))
        following: State = {}
        for place, block in enumerate(self.memories):
            h, c = f"pair{place}_h", f"pair{place}_c"
            hidden, following[h], following[c] = block(hidden, hidden, (memory[h], memory[c]))
        masks = self.mask(hidden).reshape(steps, batch, self.stems, channels, self.bases)
        masks = masks.softmax(dim=2).permute(1, 2, 3, 0, 4)
        waves: Tensor = self.decoder(masks * basis.unsqueeze(1))
        return waves * self.hann, following


def build(**config: int) -> TasNet:
    """TasNet with 51,653,000 parameters, or with changes to its settings."""
    return TasNet(**config)
