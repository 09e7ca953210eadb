"""Blocks that several networks share: framing, overlap-add, recurrent memories, the causal form."""

from __future__ import annotations

import torch
from torch import Tensor, nn

State = dict[str, Tensor]

GATES = 4  # blocks in which the weights of an LSTM lie one above the other


def frame(audio: Tensor, window: int, hop: int) -> Tensor:
    """Cut `(..., n * hop + window - hop)` samples into overlapping frames `(..., n, window)`.

    `hop` divides `window`. Made of slices, so that it exports with a dynamic length.
    """
    overlap = window // hop
    blocks = audio.reshape(*audio.shape[:-1], -1, hop)
    count = blocks.shape[-2] - overlap + 1
    return torch.cat([blocks[..., part : part + count, :] for part in range(overlap)], dim=-1)


def overlap_add(frames: Tensor, hop: int) -> Tensor:
    """Sum overlapping frames `(..., n, window)` into `(..., n * hop + window - hop)` samples."""
    overlap = frames.shape[-1] // hop
    total = None
    for part in range(overlap):
        piece = frames[..., part * hop : (part + 1) * hop]
        piece = nn.functional.pad(piece, (0, 0, part, overlap - 1 - part))
        total = piece if total is None else total + piece
    if total is None:
        raise ValueError(f"frames of {frames.shape[-1]} samples are shorter than the hop of {hop}")
    return total.reshape(*frames.shape[:-2], -1)


def pad_to_hops(audio: Tensor, hop: int, extra: int) -> Tensor:
    """Append zeros to `(..., frames)`: at least `extra`, and then up to a whole number of hops."""
    padded = nn.functional.pad(audio, (0, extra + hop - 1))
    return padded[..., : (padded.shape[-1] // hop) * hop]


class Memory(nn.Module):
    """Stacked LSTMs with a skip connection (HS-TasNet, Section 3.3).

    Args:
        width: features in and out, and hidden units of each LSTM.
        layers: how many LSTMs the skip connection spans.
    """

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, width, layers)

    def forward(
        self, inputs: Tensor, skip: Tensor, hidden: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """From `(steps, batch, width)` and the state to `(steps, batch, width)`, hidden and cell."""
        outputs, (h, c) = self.lstm(inputs, hidden)
        return outputs + skip, h, c


class CausalNetwork(nn.Module):
    """A network that separates hop by hop, with all it remembers in explicit state tensors.

    Args:
        hop: samples a step takes and gives.
        latency: sample i out of `step` belongs to sample i - latency that went in.
        stems: how many stems come out.
        channels: channels of the mixture and of each stem.
    """

    def __init__(self, hop: int, latency: int, stems: int, channels: int) -> None:
        super().__init__()
        self.hop = hop
        self.latency = latency
        self.stems = stems
        self.channels = channels

    def state_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of every state tensor."""
        raise NotImplementedError

    def initial_state(self, batch: int = 1) -> State:
        """The state before the first sample: zeros, on the network's device."""
        like = next(self.parameters())
        return {name: like.new_zeros(shape) for name, shape in self.state_shapes(batch).items()}

    def step(self, hop: Tensor, state: State) -> tuple[Tensor, State]:
        """Separate `(batch, channels, n * hop)` into `(batch, stems, channels, n * hop)` for any n ≥ 1."""
        raise NotImplementedError

    def forward(self, mixture: Tensor) -> Tensor:
        """Separate a whole `(batch, channels, frames)` into `(batch, stems, channels, frames)`, aligned."""
        padded = pad_to_hops(mixture, self.hop, self.latency)
        stems, _ = self.step(padded, self.initial_state(mixture.shape[0]))
        return stems[..., self.latency : self.latency + mixture.shape[-1]]


class FramedNetwork(CausalNetwork):
    """A causal network on frames of `2 * hop` samples, overlapped by half.

    A child gives `memory_shapes` and `separate`; the last hop of the input and the open half of the output
    are kept here.
    """

    def __init__(self, window: int, stems: int, channels: int) -> None:
        super().__init__(window // 2, window // 2, stems, channels)
        self.window_frames = window

    def memory_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of what the recurrent layers remember."""
        raise NotImplementedError

    def separate(self, frames: Tensor, memory: State) -> tuple[Tensor, State]:
        """Windowed frames `(batch, stems, channels, n, window)` from `(batch, channels, n, window)`."""
        raise NotImplementedError

    def state_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of every state tensor."""
        return {
            "input": (batch, self.channels, self.hop),
            "tail": (batch, self.stems, self.channels, self.hop),
            **self.memory_shapes(batch),
        }

    def step(self, hop: Tensor, state: State) -> tuple[Tensor, State]:
        """Separate `(batch, channels, n * hop)` into `(batch, stems, channels, n * hop)` for any n ≥ 1."""
        audio = torch.cat([state["input"], hop], dim=-1)
        frames, following = self.separate(frame(audio, self.window_frames, self.hop), state)
        joined = overlap_add(frames, self.hop)
        first = joined[..., : self.hop] + state["tail"]
        stems = torch.cat([first, joined[..., self.hop : -self.hop]], dim=-1)
        following["input"] = audio[..., -self.hop :]
        following["tail"] = joined[..., -self.hop :]
        return stems, following
