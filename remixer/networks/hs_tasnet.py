"""HS-TasNet: a spectrogram branch and a learned branch with a common memory.

Venkatesh, Benilov, Coleman, Roskam: “Real-time Low-latency Music Source Separation using Hybrid
Spectrogram-TasNet”, 2024. Figure 1 and Section 3.3; sizes in Table 2 (42 M and 16 M parameters).
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from remixer.networks.layers import FramedNetwork, Memory, State
from remixer.networks.spectral import RealDft

MAGNITUDE_FLOOR = 1e-12


class HsTasNet(FramedNetwork):
    """The network of Figure 1, for windows of `window` samples and hops of half of it.

    Args:
        stems: how many stems come out.
        channels: channels of the mixture.
        window: samples in a frame (1,024: 23 ms at 44.1 kHz).
        bases: learned basis signals of the encoder (1,024).
        hidden: LSTM units of a branch (500); the combined memory has twice as many if `combine` is `concat`.
        layers: LSTMs in each memory (two; one in HS-TasNet-Small).
        combine: how the branches meet: `concat`, or `sum` in HS-TasNet-Small.
        stereo: `concat` sees the channels of a frame together and makes a mask for each; `mono` runs the same
            weights over each channel. The full model's published size is met by the first, the small one's by
            the second.
    """

    def __init__(
        self,
        stems: int = 4,
        channels: int = 2,
        window: int = 1024,
        bases: int = 1024,
        hidden: int = 500,
        layers: int = 2,
        combine: Literal["concat", "sum"] = "concat",
        stereo: Literal["concat", "mono"] = "concat",
    ) -> None:
        super().__init__(window, stems, channels)
        self.bases, self.hidden, self.layers = bases, hidden, layers
        self.combine, self.stereo = combine, stereo
        self.together = channels if stereo == "concat" else 1
        self.dft = RealDft(window)
        self.encoder = nn.Linear(window, bases, bias=False)
        self.decoder = nn.Linear(bases, window, bias=False)
        self.spec_in = nn.Linear(self.together * self.dft.bins, hidden)
        self.time_in = nn.Linear(self.together * bases, hidden)
        common = 2 * hidden if combine == "concat" else hidden
        self.widths = {
            "spec": hidden,
            "time": hidden,
            "both": common,
            "spec_post": hidden,
            "time_post": hidden,
        }
        self.memories = nn.ModuleDict({name: Memory(width, layers) for name, width in self.widths.items()})
        self.spec_mask = nn.Linear(hidden, stems * self.together * self.dft.bins)
        self.time_mask = nn.Linear(hidden, stems * self.together * bases)
        hann = torch.hann_window(window)
        self.hann: Tensor
        self.root_hann: Tensor
        self.register_buffer("hann", hann, persistent=False)
        self.register_buffer("root_hann", hann.sqrt(), persistent=False)
        for mask in (self.spec_mask, self.time_mask):
            nn.init.constant_(mask.bias, 1.0 / stems)

    def memory_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Hidden and cell state of each memory, `(layers, rows, width)`."""
        rows = batch * self.channels // self.together
        return {
            f"{name}_{part}": (self.layers, rows, width)
            for name, width in self.widths.items()
            for part in ("h", "c")
        }

    def separate(self, frames: Tensor, memory: State) -> tuple[Tensor, State]:
        """Frames `(batch, channels, n, window)` to `(batch, stems, channels, n, window)` (Figure 1)."""
        real, imaginary = self.dft(frames * self.root_hann)
        magnitude = (real.square() + imaginary.square() + MAGNITUDE_FLOOR).sqrt()
        basis = torch.relu(self.encoder(frames))
        spec_mask, time_mask, following = self.masks(magnitude, basis, memory)
        spectral = self.dft.inverse(spec_mask * real.unsqueeze(1), spec_mask * imaginary.unsqueeze(1))
        learned = self.decoder(time_mask * basis.unsqueeze(1))
        return spectral * self.root_hann + learned * self.hann, following

    def masks(self, magnitude: Tensor, basis: Tensor, memory: State) -> tuple[Tensor, Tensor, State]:
        """Masks `(batch, stems, channels, n, features)` of both branches, and what they remember."""
        following: State = {}
        spec = self.spec_in(self.to_rows(magnitude))
        time = self.time_in(self.to_rows(basis))
        spec_out = self.remember("spec", spec, spec, memory, following)
        time_out = self.remember("time", time, time, memory, following)
        if self.combine == "concat":
            both = torch.cat([spec_out, time_out], dim=-1)
            both = self.remember("both", both, both, memory, following)
            spec_out, time_out = both[..., : self.hidden], both[..., self.hidden :]
        else:
            both = spec_out + time_out
            spec_out = time_out = self.remember("both", both, both, memory, following)
        spec_out = self.remember("spec_post", spec_out, spec, memory, following)
        time_out = self.remember("time_post", time_out, time, memory, following)
        spec_mask = self.from_rows(torch.relu(self.spec_mask(spec_out)))
        return spec_mask, self.from_rows(torch.relu(self.time_mask(time_out))), following

    def remember(self, name: str, inputs: Tensor, skip: Tensor, memory: State, following: State) -> Tensor:
        """Run one memory on `(n, rows, width)` from its part of the state."""
        block = self.memories[name]
        outputs: Tensor
        outputs, following[f"{name}_h"], following[f"{name}_c"] = block(
            inputs, skip, (memory[f"{name}_h"], memory[f"{name}_c"])
        )
        return outputs

    def to_rows(self, features: Tensor) -> Tensor:
        """`(batch, channels, n, features)` to `(n, rows, together * features)`."""
        batch, channels, steps, width = features.shape
        rows = batch * channels // self.together
        return features.permute(2, 0, 1, 3).reshape(steps, rows, self.together * width)

    def from_rows(self, masks: Tensor) -> Tensor:
        """`(n, rows, stems * together * features)` to `(batch, stems, channels, n, features)`."""
        steps, rows, width = masks.shape
        batch, apart = rows * self.together // self.channels, self.channels // self.together
        features = width // (self.stems * self.together)
        shaped: Tensor = masks.reshape(steps, batch, apart, self.stems, self.together, features)
        return shaped.permute(1, 3, 2, 4, 0, 5).reshape(batch, self.stems, self.channels, steps, features)


def build(small: bool = False, **config: object) -> HsTasNet:
    """HS-TasNet (41,843,448 parameters), or HS-TasNet-Small (15,966,800), with changes to its settings."""
    preset: dict[str, object] = {"layers": 1, "combine": "sum", "stereo": "mono"} if small else {}
    return HsTasNet(**{**preset, **config})  # type: ignore[arg-type]
