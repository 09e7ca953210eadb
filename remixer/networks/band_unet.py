"""A small U-Net over bands and time: the trunk of the band maskers.

Convolutions over time and frequency share their weights among bands, so that little data teaches much; dense
layers along frequency join the harmonics of a note, and a recurrent layer, the same for each deep band,
remembers. The blocks are those of the TFC-TDF networks (Choi et al., ISMIR 2020), in residual form, with the
single recurrent path along time of RT-STT (arXiv 2511.13146).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from remixer.networks.growth import Blocks
from remixer.networks.layers import GATES, State

STRIDE = 4
MOMENTUM = 0.02


class Norm(nn.Module):
    """Batch normalisation of maps `(batch, width, steps, bands)`; all its state is of one type."""

    mean: Tensor
    variance: Tensor

    def __init__(self, width: int, gain: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((width,), gain))
        self.bias = nn.Parameter(torch.zeros(width))
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("variance", torch.ones(width))

    def forward(self, maps: Tensor) -> Tensor:
        """By the batch while learning, by the running averages else."""
        return nn.functional.batch_norm(
            maps, self.mean, self.variance, self.weight, self.bias, self.training, MOMENTUM
        )


class TimeConvolution(nn.Module):
    """Convolution, normalisation, SiLU; over three steps, `dilation` apart.

    Args:
        width_in: maps that go in.
        width_out: maps that come out.
        kernel: bands it spans.
        stride: bands from one output to the next.
        dilation: steps between its taps.
        causal: whether it looks back only.
    """

    def __init__(
        self, width_in: int, width_out: int, kernel: int, stride: int, dilation: int, causal: bool
    ) -> None:
        super().__init__()
        self.maps, self.past_steps = width_in, 2 * dilation
        self.causal = causal
        padding = (0 if causal else dilation, (kernel - stride) // 2)
        self.convolution = nn.Conv2d(
            width_in, width_out, (3, kernel), (1, stride), padding, (dilation, 1), bias=False
        )
        self.norm = Norm(width_out)

    def forward(self, maps: Tensor, past: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Maps of the same steps, and what the next call needs as `past` if causal; None: silence."""
        if self.causal:
            if past is None:
                maps = nn.functional.pad(maps, (0, 0, self.past_steps, 0))
            else:
                maps = torch.cat([past, maps], dim=2)
            past = maps[:, :, maps.shape[2] - self.past_steps :]
        return nn.functional.silu(self.norm(self.convolution(maps))), past


class FrequencyLayer(nn.Module):
    """A residual bottleneck of two dense layers along frequency, the same for each map and step."""

    def __init__(self, width: int, bands: int, inner: int) -> None:
        super().__init__()
        self.narrow, self.narrow_norm = nn.Linear(bands, inner, bias=False), Norm(width)
        self.widen, self.widen_norm = nn.Linear(inner, bands, bias=False), Norm(width, gain=0.0)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps of the same shape."""
        inner = nn.functional.silu(self.narrow_norm(self.narrow(maps)))
        widened: Tensor = self.widen_norm(self.widen(inner))
        return maps + widened


class TimeMemory(nn.Module):
    """A residual LSTM along time, the same for each band."""

    def __init__(self, width: int, hidden: int, causal: bool) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.lstm = nn.LSTM(width, hidden, bidirectional=not causal)
        self.out = nn.Linear(hidden * (1 if causal else 2), width)

    def forward(
        self, maps: Tensor, memory: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Maps of the same shape, and `(h, c)` after the last step."""
        batch, width, steps, bands = maps.shape
        rows = self.norm(maps.permute(2, 0, 3, 1)).reshape(steps, batch * bands, width)
        out, memory = self.lstm(rows, memory)
        return maps + self.out(out).reshape(steps, batch, bands, width).permute(1, 3, 0, 2), memory


class DeepStage(nn.Module):
    """An LSTM, two convolutions and dense layers along frequency, all residual; it begins as the identity."""

    def __init__(self, width: int, bands: int, hidden: int, dilation: int, causal: bool) -> None:
        super().__init__()
        self.memory = TimeMemory(width, hidden, causal)
        self.convolutions = nn.ModuleDict(
            {name: TimeConvolution(width, width, 3, 1, dilation, causal) for name in ("first", "second")}
        )
        self.frequency = FrequencyLayer(width, bands, max(1, bands // 2))
        for quiet in (self.memory.out.weight, self.memory.out.bias):
            nn.init.zeros_(quiet)
        for layer in cast("dict[str, TimeConvolution]", self.convolutions).values():
            nn.init.zeros_(layer.norm.weight)

    def forward(self, maps: Tensor, before: State, after: State, prefix: str) -> Tensor:
        """Maps of the same shape; its state is read from `before` and put into `after`, names prefixed."""
        names = (f"{prefix}_h", f"{prefix}_c")
        kept = (before[names[0]], before[names[1]]) if names[0] in before else None
        maps, (after[names[0]], after[names[1]]) = self.memory(maps, kept)
        for name, layer in self.convolutions.items():
            change, past = layer(maps, before.get(f"{prefix}_{name}"))
            if past is not None:
                after[f"{prefix}_{name}"] = past
            maps = maps + change
        out: Tensor = self.frequency(maps)
        return out


class BandUNet(nn.Module):
    """From features `(batch, features, steps, bands)` to logits `(batch, steps, outputs * bands)`.

    Args:
        features: maps that go in.
        outputs: logits of each band.
        bands: how many; a multiple of 16.
        width: maps at a quarter of the bands.
        deep_width: maps at a sixteenth.
        hidden: units of an LSTM, in each direction.
        stages: LSTMs, one after the other.
        dilation: steps between the taps of the convolutions.
        causal: whether it looks back only.
    """

    def __init__(
        self, features: int, outputs: int, bands: int, width: int, deep_width: int, hidden: int,
        stages: int, dilation: int, causal: bool,
    ) -> None:  # fmt: skip
        super().__init__()
        if bands % STRIDE**2:
            raise ValueError(f"{bands} bands: a multiple of {STRIDE**2} is needed")
        self.causal, self.hidden = causal, hidden
        shallow, self.deep = bands // STRIDE, bands // STRIDE**2

        def convolution(width_in: int, width_out: int, kernel: int = 3, stride: int = 1) -> TimeConvolution:
            return TimeConvolution(width_in, width_out, kernel, stride, dilation, causal)

        self.convolutions = nn.ModuleDict(
            {
                "first": convolution(features, width, 2 * STRIDE, STRIDE),
                "down1": convolution(width, width), "down2": convolution(width, width),
                "deep1": convolution(deep_width, deep_width), "deep2": convolution(deep_width, deep_width),
                "deep3": convolution(deep_width, deep_width), "deep4": convolution(deep_width, deep_width),
                "up1": convolution(width, width), "up2": convolution(width, width),
            }
        )  # fmt: skip
        self.place = nn.Parameter(torch.zeros(width, 1, shallow))
        self.frequency = nn.ModuleDict(
            {
                "down": FrequencyLayer(width, shallow, shallow // 4),
                "before": FrequencyLayer(deep_width, self.deep, max(1, self.deep // 2)),
                "after": FrequencyLayer(deep_width, self.deep, max(1, self.deep // 2)),
                "up": FrequencyLayer(width, shallow, shallow // 4),
            }
        )
        self.down = nn.Conv2d(width, deep_width, (1, STRIDE), (1, STRIDE), bias=False)
        self.down_norm = Norm(deep_width)
        self.memory = TimeMemory(deep_width, hidden, causal)
        self.further = nn.ModuleList(
            DeepStage(deep_width, self.deep, hidden, dilation, causal) for _ in range(stages - 1)
        )
        self.up = nn.ConvTranspose2d(deep_width, width, (1, STRIDE), (1, STRIDE))
        self.up_norm = Norm(width)
        self.join = nn.Conv2d(2 * width, width, (1, 3), padding=(0, 1), bias=False)
        self.join_norm = Norm(width)
        self.mix = nn.Conv2d(width, 2 * width, 1)
        self.last = nn.Conv2d(2 * width, outputs * STRIDE, 1)

    def state_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of every state tensor of a causal one."""
        shapes: dict[str, tuple[int, ...]] = {}
        for name, layer in cast("dict[str, TimeConvolution]", self.convolutions).items():
            bands = self.deep * (STRIDE**2 if name == "first" else 1 if name.startswith("deep") else STRIDE)
            shapes[name] = (batch, layer.maps, layer.past_steps, bands)
        memory = (1, batch * self.deep, self.hidden)
        shapes["h"] = shapes["c"] = memory
        for index in range(len(self.further)):
            past = shapes["deep1"]
            shapes |= {f"stage{index + 2}_{name}": past for name in ("first", "second")}
            shapes |= {f"stage{index + 2}_{name}": memory for name in "hc"}
        return shapes

    def forward(self, features: Tensor, before: State | None) -> tuple[Tensor, State]:
        """Logits, and the state after the last step (if causal)."""
        before = before or {}
        after: State = {}

        def convolve(name: str, maps: Tensor) -> Tensor:
            maps, past = self.convolutions[name](maps, before.get(name))
            if past is not None:
                after[name] = past
            return maps

        def residual(names: tuple[str, str], frequency: str, maps: Tensor) -> Tensor:
            for name in names:
                maps = maps + convolve(name, maps)
            out: Tensor = self.frequency[frequency](maps)
            return out

        shallow = residual(("down1", "down2"), "down", convolve("first", features) + self.place)
        deep = nn.functional.silu(self.down_norm(self.down(shallow)))
        deep = residual(("deep1", "deep2"), "before", deep)
        kept = (before["h"], before["c"]) if "h" in before else None
        deep, (after["h"], after["c"]) = self.memory(deep, kept)
        deep = residual(("deep3", "deep4"), "after", deep)
        for index, stage in enumerate(self.further):
            deep = stage(deep, before, after, f"stage{index + 2}")
        up = nn.functional.silu(self.up_norm(self.up(deep)))
        joined = nn.functional.silu(self.join_norm(self.join(torch.cat([shallow, up], dim=1))))
        logits = self.last(nn.functional.silu(self.mix(residual(("up1", "up2"), "up", joined))))
        batch, _, steps, bands = logits.shape
        logits = logits.reshape(batch, -1, STRIDE, steps, bands).permute(0, 3, 1, 4, 2)
        return logits.reshape(batch, steps, -1), after


def layout(causal: bool) -> dict[str, Blocks]:
    """How the weights of a trunk are laid out, for `grown`."""
    return {
        "memory.lstm.": Blocks(out=GATES),
        "memory.out.weight": Blocks(into=1 if causal else 2),
        "join.weight": Blocks(into=2),
        "up.weight": Blocks(transposed=True),
    }


def causal_start(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of a trunk that looks ahead as a start for a causal one of the same widths.

    The LSTM keeps its forward half. Kernels expect the next step to be like the present one: their three taps
    (last, this, next) become (nothing, last, this and next). Weights of a causal trunk are left as they are.
    """
    if not any(name.endswith("_reverse") for name in weights):
        return weights
    fitted = {}
    for name, value in weights.items():
        if name.endswith("_reverse"):
            continue
        if name.endswith("memory.out.weight"):
            fitted[name] = value[:, : value.shape[1] // 2]
        elif name.endswith(".convolution.weight"):
            last, this, following = value.unbind(2)
            fitted[name] = torch.stack([torch.zeros_like(last), last, this + following], dim=2)
        else:
            fitted[name] = value
    return fitted
