"""CrossNet-Open-Unmix (X-UMX), and its causal form as compared in the HS-TasNet paper (its Table 2).

One Open-Unmix network a stem: a linear layer, three LSTM layers with a skip around them, two linear layers, a
non-negative mask on the magnitude spectrogram. X-UMX joins them by averaging over the stems what enters and
what leaves the LSTMs. The causal form has unidirectional LSTMs and windows of 1024 with hops of 512
(31.5 million parameters for stereo and four stems); published X-UMX has windows of 4096, hops of 1024 and
bidirectional LSTMs of half the width.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn

from remixer.networks.layers import CausalNetwork, State, frame, overlap_add, pad_to_hops
from remixer.networks.spectral import RealDft


class XUmx(CausalNetwork):
    """Magnitude masks for stereo stems from crossed Open-Unmix networks.

    Args:
        stems: how many stems.
        window_frames: Hann window.
        hop_frames: its hop; must divide the window.
        hidden: width of every layer.
        layers: LSTM layers of each stem.
        causal: unidirectional LSTMs, and `step`; else bidirectional ones of half the width a direction.
        highest_bin: bins above it are not seen (their masks are still estimated); 0 for all.
    """

    analysis: Tensor
    synthesis: Tensor

    def __init__(
        self,
        stems: int = 4,
        window_frames: int = 1024,
        hop_frames: int = 512,
        hidden: int = 512,
        layers: int = 3,
        causal: bool = True,
        highest_bin: int = 0,
    ) -> None:
        """Build the layers; weights are random."""
        super().__init__(hop_frames, window_frames - hop_frames, stems, channels=2)
        self.window_frames = window_frames
        self.hidden, self.layers, self.causal = hidden, layers, causal
        self.bins = window_frames // 2 + 1
        self.seen = highest_bin or self.bins
        self.branches = nn.ModuleList(
            _Branch(self.bins, self.seen, hidden, layers, causal) for _ in range(stems)
        )
        window = torch.hann_window(window_frames, dtype=torch.float64).sqrt()
        overlap = window.square().reshape(-1, hop_frames).sum(0).repeat(window_frames // hop_frames)
        self.register_buffer("analysis", window.float(), persistent=False)
        self.register_buffer("synthesis", (window / overlap).float(), persistent=False)
        self.transform = RealDft(window_frames)

    def state_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of every state tensor."""
        shapes: dict[str, tuple[int, ...]] = {
            "past": (batch, 2, self.latency),
            "tail": (batch, self.stems, 2, self.latency),
        }
        for stem in range(self.stems):
            shapes[f"h{stem}"] = shapes[f"c{stem}"] = (self.layers, batch, self.hidden)
        return shapes

    def step(self, hop: Tensor, state: State) -> tuple[Tensor, State]:
        """Separate hops `(batch, 2, n * hop)` into `(batch, stems, 2, n * hop)`, `latency` frames late."""
        audio = torch.cat([state["past"], hop], dim=-1)
        waves, following = self._stems_of(frame(audio, self.window_frames, self.hop), state)
        joined = overlap_add(waves, self.hop)
        joined = joined + torch.cat([state["tail"], torch.zeros_like(joined[..., self.latency :])], dim=-1)
        following["past"] = audio[..., -self.latency :]
        following["tail"] = joined[..., joined.shape[-1] - self.latency :]
        return joined[..., : joined.shape[-1] - self.latency], following

    def forward(self, mixture: Tensor) -> Tensor:
        """Separate `(batch, 2, frames)` into `(batch, stems, 2, frames)`, aligned with the mixture."""
        padded = nn.functional.pad(pad_to_hops(mixture, self.hop, self.latency), (self.latency, 0))
        waves, _ = self._stems_of(frame(padded, self.window_frames, self.hop), None)
        return overlap_add(waves, self.hop)[..., self.latency : self.latency + mixture.shape[-1]]

    def _stems_of(self, frames: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Frames `(batch, 2, steps, window)` to stems of frames `(batch, stems, 2, steps, window)`."""
        re, im = self.transform(frames * self.analysis)
        magnitude = (re.square() + im.square()).clamp(min=1e-16).sqrt()
        masks, after = self.masks(magnitude.permute(2, 0, 1, 3), state)
        masks = masks.permute(0, 2, 3, 1, 4)
        waves = self.transform.inverse(masks * re.unsqueeze(1), masks * im.unsqueeze(1))
        return waves * self.synthesis, after

    def masks(self, magnitude: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Magnitudes `(steps, batch, 2, bins)` to masks `(batch, steps, stems, 2, bins)`."""
        branches = cast("list[_Branch]", list(self.branches))
        entered = torch.stack([branch.enter(magnitude) for branch in branches]).mean(0)
        after: State = {}
        left = []
        for index, branch in enumerate(branches):
            before = (state[f"h{index}"], state[f"c{index}"]) if state else None
            out, (after[f"h{index}"], after[f"c{index}"]) = branch.recurrent(entered, before)
            left.append(out)
        crossed = torch.cat([entered, torch.stack(left).mean(0)], dim=-1)
        masks = torch.stack([branch.leave(crossed) for branch in branches], dim=2)
        return masks.transpose(0, 1), after


class _Branch(nn.Module):
    """One stem's Open-Unmix network; steps first: `(steps, batch, ...)`."""

    def __init__(self, bins: int, seen: int, hidden: int, layers: int, causal: bool) -> None:
        super().__init__()
        self.bins, self.seen = bins, seen
        self.input_mean, self.input_scale = nn.Parameter(torch.zeros(seen)), nn.Parameter(torch.ones(seen))
        self.output_mean, self.output_scale = nn.Parameter(torch.ones(bins)), nn.Parameter(torch.ones(bins))
        self.first = nn.Linear(2 * seen, hidden, bias=False)
        self.first_norm = nn.BatchNorm1d(hidden)
        width = hidden if causal else hidden // 2
        self.recurrent = nn.LSTM(hidden, width, layers, bidirectional=not causal)
        self.second = nn.Linear(2 * hidden, hidden, bias=False)
        self.second_norm = nn.BatchNorm1d(hidden)
        self.third = nn.Linear(hidden, 2 * bins, bias=False)
        self.third_norm = nn.BatchNorm1d(2 * bins)

    def enter(self, magnitude: Tensor) -> Tensor:
        scaled = (magnitude[..., : self.seen] + self.input_mean) * self.input_scale
        return torch.tanh(_normed(self.first_norm, self.first(scaled.flatten(2))))

    def leave(self, crossed: Tensor) -> Tensor:
        hidden = torch.relu(_normed(self.second_norm, self.second(crossed)))
        masks = _normed(self.third_norm, self.third(hidden))
        masks = masks.reshape(*masks.shape[:-1], 2, self.bins)
        return torch.relu(masks * self.output_scale + self.output_mean)


def _normed(norm: nn.BatchNorm1d, hidden: Tensor) -> Tensor:
    flat: Tensor = norm(hidden.flatten(0, 1))
    return flat.reshape(*hidden.shape[:2], -1)


def build(**settings: Any) -> XUmx:
    """An `XUmx` from plain settings; the causal four-stem form by default."""
    return XUmx(**settings)
