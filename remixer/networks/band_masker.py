"""A masker over frequency bands: the family the shipped four-stem models belong to.

The spectrum is folded into about 450 bands (every bin its own band where pitch matters, wider bands above),
all stems share one trunk, a small U-Net, and the masks of the stems sum to one, so that the stems sum to the
mixture. The same class covers three uses:

* whole songs: symmetric windows, a trunk that looks both ways;
* causal with the latency of its window: the same with a causal trunk;
* causal with a short latency: a long *asymmetric* analysis window that ends at the newest sample, and a
  synthesis window over its last `2 * hop_frames` only, so fine frequency resolution costs no delay.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from remixer.networks.band_unet import BandUNet, causal_start, layout
from remixer.networks.fourier import FastFourier, Fourier, MatrixFourier, even_root
from remixer.networks.growth import grown
from remixer.networks.layers import CausalNetwork, State, frame, overlap_add, pad_to_hops

POWER_FLOOR = 1e-9


@dataclass(frozen=True)
class BandMaskerConfig:
    """Shape of a `BandMasker`; `bands` lists (count of bands, bins in each) from low to high frequency.

    Width, deep width, hidden, stages and dilation are those of its `BandUNet`.
    """

    stems: tuple[str, ...] = ("vocals", "drums", "bass", "other")
    window_frames: int = 4096
    hop_frames: int = 1024
    synthesis_frames: int = 4096
    bands: tuple[tuple[int, int], ...] = ((256, 1), (64, 4), (128, 8))
    width: int = 48
    deep_width: int = 96
    hidden: int = 64
    stages: int = 1
    dilation: int = 1
    causal: bool = False


def analysis_and_synthesis_windows(window: int, hop: int, synthesis: int) -> tuple[Tensor, Tensor]:
    """Two windows whose product, overlapped at `hop`, sums to one.

    Returns:
        The analysis window `(window,)` and the synthesis window `(synthesis,)`, which applies to the newest
        samples of the frame. With `synthesis == window` both are Hann windows; else the analysis window
        rises slowly and falls within the last `hop` samples.
    """
    if synthesis == window:
        analysis = torch.hann_window(window, periodic=True, dtype=torch.float64)
        overlap = analysis.square().reshape(-1, hop).sum(0).repeat(window // hop)
        return analysis.float(), (analysis / overlap).float()
    short = torch.hann_window(2 * hop, periodic=True, dtype=torch.float64)
    long = torch.hann_window(2 * (window - hop), periodic=True, dtype=torch.float64)
    analysis = torch.cat([long[: window - hop].sqrt(), short[hop:].sqrt()])
    rising = short[:hop] / analysis[window - 2 * hop : window - hop]
    return analysis.float(), torch.cat([rising, short[hop:].sqrt()]).float()


class BandMasker(CausalNetwork):
    """Masks for stereo stems from band powers of the mixture.

    Args:
        config: shapes; see `BandMaskerConfig`.
    """

    analysis: Tensor
    synthesis: Tensor

    def __init__(self, config: BandMaskerConfig) -> None:
        """Build the layers; weights are random."""
        super().__init__(
            config.hop_frames, config.synthesis_frames - config.hop_frames, len(config.stems), channels=2
        )
        self.config = config
        self.band_count = sum(count for count, _ in config.bands)
        self.bin_count = sum(count * bins for count, bins in config.bands)
        analysis, synthesis = analysis_and_synthesis_windows(
            config.window_frames, config.hop_frames, config.synthesis_frames
        )
        self.register_buffer("analysis", analysis, persistent=False)
        self.register_buffer("synthesis", synthesis, persistent=False)
        if not even_root(config.window_frames):
            raise ValueError(f"a window of {config.window_frames}: the square of an even number is needed")
        self.transform: Fourier = FastFourier(config.window_frames, config.synthesis_frames)
        scale, shift = torch.tensor([0.6, 0.6, 1.0]), torch.tensor([5.5, 5.5, 0.0])
        self.feature_scale = nn.Parameter(scale[:, None].repeat(1, self.band_count))
        self.feature_shift = nn.Parameter(shift[:, None].repeat(1, self.band_count))
        self.trunk = BandUNet(
            3, 2 * self.stems, self.band_count,
            config.width, config.deep_width, config.hidden, config.stages, config.dilation, config.causal,
        )  # fmt: skip

    def spectrum(self, audio: Tensor) -> Tensor:
        """Complex spectra `(..., steps, bins)` of `(..., frames)`; a full-scale sine has amplitude one."""
        frames = audio.unfold(-1, self.config.window_frames, self.config.hop_frames)
        spectrum: Tensor = torch.fft.rfft(frames * (self.analysis * (2.0 / self.analysis.sum())))
        return spectrum

    def fold(self, power: Tensor) -> Tensor:
        """Sum over the bins of each band: `(..., bins)` to `(..., bands)`."""
        parts, first = [], 0
        for count, bins in self.config.bands:
            part = power[..., first : first + count * bins]
            parts.append(part if bins == 1 else part.reshape(*part.shape[:-1], count, bins).sum(-1))
            first += count * bins
        return torch.cat(parts, dim=-1)

    def unfold(self, masks: Tensor) -> Tensor:
        """Spread band masks over all bins; above the last band its mask is held."""
        parts, first = [], 0
        rest = self.config.window_frames // 2 + 1 - self.bin_count
        for count, width in (*self.config.bands, (1, rest)):
            first = min(first, self.band_count - count)
            part = masks[..., first : first + count]
            spread = part.unsqueeze(-1).expand(*[-1] * part.ndim, width).flatten(-2)
            parts.append(part if width == 1 else spread)
            first += count
        return torch.cat(parts, dim=-1)

    def features(self, left: Tensor, right: Tensor, cross: Tensor) -> Tensor:
        """Log powers of both channels and their coherence, each `(batch, steps, bands)`, normalised."""
        both = (left * right).sqrt()
        stacked = torch.stack(
            [
                torch.log10(left + POWER_FLOOR),
                torch.log10(right + POWER_FLOOR),
                cross / (both + POWER_FLOOR),
            ],
            dim=2,
        )
        return (stacked + self.feature_shift) * self.feature_scale

    def logits(self, features: Tensor) -> Tensor:
        """Unnormalised masks `(batch, steps, stems * channels * bands)` from features."""
        return self.recall(features, None)[0]

    def recall(self, features: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Unnormalised masks, and the state of the trunk after the last step."""
        masks: tuple[Tensor, State] = self.trunk(features.transpose(1, 2), state)
        return masks

    def adapted(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Weights to start from: those of a smaller masker, or of one that looks ahead if this one is causal.

        Raises:
            ValueError: they are of a larger one.
        """
        fitted = causal_start(weights) if self.config.causal else weights
        return grown(fitted, self.state_dict(), layout(self.config.causal))

    def to_masks(self, logits: Tensor) -> Tensor:
        """Masks `(batch, steps, stems, channels, bands)` that sum to one over the stems."""
        shape = (*logits.shape[:-1], self.stems, 2, self.band_count)
        return logits.float().reshape(shape).softmax(dim=2)

    def state_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of every state tensor."""
        config = self.config
        return {
            "past": (batch, 2, config.window_frames - config.hop_frames),
            "tail": (batch, self.stems, 2, self.latency),
            **self.trunk.state_shapes(batch),
        }

    def step(self, hop: Tensor, state: State) -> tuple[Tensor, State]:
        """Separate hops `(batch, 2, n * hop)` into `(batch, stems, 2, n * hop)`, `latency` frames late."""
        audio = torch.cat([state["past"], hop], dim=-1)
        waves, following = self.separate_frames(frame(audio, self.config.window_frames, self.hop), state)
        joined = overlap_add(waves, self.hop)
        older = torch.cat([state["tail"], torch.zeros_like(joined[..., self.latency :])], dim=-1)
        joined = joined + older
        following["past"] = audio[..., -(self.config.window_frames - self.hop) :]
        following["tail"] = joined[..., joined.shape[-1] - self.latency :]
        return joined[..., : joined.shape[-1] - self.latency], following

    def forward(self, mixture: Tensor) -> Tensor:
        """Separate `(batch, 2, frames)` into `(batch, stems, 2, frames)`, aligned with the mixture."""
        window = self.config.window_frames
        padded = nn.functional.pad(pad_to_hops(mixture, self.hop, self.latency), (window - self.hop, 0))
        waves, _ = self.separate_frames(frame(padded, window, self.hop), None)
        joined = overlap_add(waves, self.hop)
        return joined[..., self.latency : self.latency + mixture.shape[-1]]

    def separate_frames(self, frames: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Stems of framed audio: `(batch, 2, steps, window)` to `(batch, stems, 2, steps, synthesis)`."""
        scale = 2.0 / self.analysis.sum()
        heard = frames * (self.analysis * scale)
        re, im = self.transform(heard)
        power = self.fold((re.square() + im.square())[..., : self.bin_count])
        cross = self.fold((re[:, 0] * re[:, 1] + im[:, 0] * im[:, 1])[..., : self.bin_count])
        logits, after = self.recall(self.features(power[:, 0], power[:, 1], cross), state)
        masks = self.unfold(self.to_masks(logits)[:, :, :-1]).permute(0, 2, 3, 1, 4)
        waves = self.transform.inverse(masks * re.unsqueeze(1), masks * im.unsqueeze(1))
        newest = heard[..., heard.shape[-1] - self.config.synthesis_frames :].unsqueeze(1)
        rest = newest - waves.sum(dim=1, keepdim=True)  # the masks sum to one, so this is the last stem
        return torch.cat([waves, rest], dim=1) * (self.synthesis / scale), after

    def exportable(self) -> BandMasker:
        """A copy whose transform uses real matrix products only."""
        twin = copy.deepcopy(self).eval()
        twin.transform = MatrixFourier(self.config.window_frames, self.config.synthesis_frames)
        return twin


def build(**settings: Any) -> BandMasker:
    """A `BandMasker` from plain settings, as a file gives them; see `BandMaskerConfig`."""
    return BandMasker(config_from(settings))


def config_from(settings: Mapping[str, Any]) -> BandMaskerConfig:
    """The configuration that plain settings describe."""
    values = dict(settings)
    if "bands" in values:
        values["bands"] = tuple((int(count), int(width)) for count, width in values["bands"])
    if "stems" in values:
        values["stems"] = tuple(values["stems"])
    return BandMaskerConfig(**values)
