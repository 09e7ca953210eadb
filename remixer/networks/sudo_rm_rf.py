"""SuDoRM-RF: successive down-sampling and resampling of multi-resolution features.

Tzinis, Wang, Smaragdis: “Sudo rm -rf: Efficient Networks for Universal Audio Source Separation”, MLSP 2020.
Equations (3)-(9), Algorithm 1, Table 1 (2.66, 1.42 and 0.79 M parameters) and the variants of Table 2.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

KERNEL = 5
Norm = Literal["LN", "GLN"]
Mask = Literal["softmax", "ReLU"]


def make_norm(kind: Norm, channels: int) -> nn.GroupNorm:
    """LN takes the moments of each channel over time (Section 2.2), GLN those of all channels (Table 2)."""
    return nn.GroupNorm(channels if kind == "LN" else 1, channels, eps=1e-8)


class UConvBlock(nn.Module):
    """Algorithm 1: expand, go down `depth` times by two, come up adding the resolutions, contract.

    The published counts leave out the PReLU that Algorithm 1 draws after the depth-wise convolutions, and
    have one more norm before the last PReLU.

    Args:
        channels: C, in and out.
        inner: C_U, expanded.
        depth: Q, how often the time is halved.
        norm: LN or GLN.
    """

    def __init__(self, channels: int, inner: int, depth: int, norm: Norm) -> None:
        super().__init__()
        self.expand = nn.Conv1d(channels, inner, 1)
        self.expand_norm = make_norm(norm, inner)
        self.expand_act = nn.PReLU(inner)
        self.convs = nn.ModuleList(
            nn.Conv1d(inner, inner, KERNEL, stride=1 if level == 0 else 2, padding=KERNEL // 2, groups=inner)
            for level in range(depth + 1)
        )
        self.norms = nn.ModuleList(make_norm(norm, inner) for _ in range(depth + 1))
        self.merge_norm = make_norm(norm, inner)
        self.merge_act = nn.PReLU(inner)
        self.contract = nn.Conv1d(inner, channels, 1)
        self.contract_norm = make_norm(norm, channels)
        self.out_norm = make_norm(norm, channels)
        self.out_act = nn.PReLU(channels)

    def forward(self, features: Tensor) -> Tensor:
        """`(batch, C, L)` to `(batch, C, L)`; L is a multiple of 2**Q."""
        level: Tensor = self.expand_act(self.expand_norm(self.expand(features)))
        levels = []
        for conv, norm in zip(self.convs, self.norms, strict=True):
            level = norm(conv(level))
            levels.append(level)
        merged = levels.pop()
        while levels:
            merged = add_repeated(levels.pop(), merged)
        merged = self.contract(self.merge_act(self.merge_norm(merged)))
        out: Tensor = self.out_act(self.out_norm(self.contract_norm(merged) + features))
        return out


def add_repeated(fine: Tensor, coarse: Tensor) -> Tensor:
    """Add to `(batch, channels, 2 L)` each value of `(batch, channels, L)` twice (Definition 2.5)."""
    return (fine.reshape(-1, 2) + coarse.reshape(-1, 1)).reshape_as(fine)


class SudoRmRf(nn.Module):
    """Encoder, separator of U-ConvBlocks, mask for each stem, decoder (Figure 1).

    Args:
        blocks: B; 16, 8 and 4 for 1.0x, 0.5x and 0.25x.
        stems: N.
        channels: channels of the mixture; a stem's mask is common to them.
        kernel: K_E; the stride is half of it. 21 samples at 8 kHz are 116 at 44.1 kHz.
        bases: C_E.
        width: C.
        inner: C_U.
        depth: Q.
        norm: LN or GLN. Section 2.2 writes LN; the row of Table 2 with LN and this shape scores 16.0 dB,
            Table 1 has 17.02 for it, so GLN is taken, which has as many parameters.
        mask: softmax over the stems, or ReLU.
        decoders: one for each stem (`N`), or `1` for all.
        spare_norm: carry a norm that is never used; the published counts include it.
    """

    def __init__(
        self,
        blocks: int = 16,
        stems: int = 2,
        channels: int = 1,
        kernel: int = 21,
        bases: int = 512,
        width: int = 128,
        inner: int = 512,
        depth: int = 4,
        norm: Norm = "GLN",
        mask: Mask = "softmax",
        decoders: Literal["N", "1"] = "N",
        spare_norm: bool = True,
    ) -> None:
        super().__init__()
        self.stems, self.channels, self.bases, self.stride = stems, channels, bases, kernel // 2
        self.mask_kind = mask
        self.literal = False
        self.grain = self.stride * 2**depth
        padding = (kernel - self.stride + 1) // 2
        self.encoder = nn.Conv1d(channels, bases, kernel, self.stride, padding)
        self.enter_norm = make_norm(norm, bases)
        self.enter = nn.Conv1d(bases, width, 1)
        self.blocks = nn.Sequential(*(UConvBlock(width, inner, depth, norm) for _ in range(blocks)))
        self.leave_norm = make_norm(norm, width)
        self.leave = nn.Conv1d(width, bases, 1)
        self.mask = nn.Conv2d(1, stems, (bases + 1, 1), padding=(bases // 2, 0))
        groups = stems if decoders == "N" else 1
        self.decoder = nn.ConvTranspose1d(
            groups * bases,
            groups * channels,
            kernel,
            self.stride,
            padding,
            output_padding=2 * padding - kernel + self.stride,
            groups=groups,
        )
        if spare_norm:
            self.spare_norm = make_norm(norm, bases)

    def forward(self, mixture: Tensor) -> Tensor:
        """Separate `(batch, channels, frames)` into `(batch, stems, channels, frames)`."""
        frames = mixture.shape[-1]
        padded = nn.functional.pad(mixture, (0, self.grain - 1))
        padded = padded[..., : (padded.shape[-1] // self.grain) * self.grain]
        encoded = torch.relu(self.encoder(padded))
        features = self.leave_norm(self.blocks(self.enter(self.enter_norm(encoded))))
        codes = self.codes(features)
        masks = codes.softmax(dim=1) if self.mask_kind == "softmax" else torch.relu(codes)
        return self.decode(masks * encoded.unsqueeze(1))[..., :frames]

    def codes(self, features: Tensor) -> Tensor:
        """Equation (5): `(batch, C, L)` to `(batch, N, C_E, L)`.

        The point-wise convolution and the convolution along the bases follow each other with nothing between,
        so they are one product of `(N C_E, C)`, which saves half of the arithmetic of a small network;
        `literal` runs them one by one, as they are counted.
        """
        if self.literal:
            return self.literal_codes(features)
        weight, bias = self.folded_mask()
        codes = nn.functional.conv1d(features, weight.unsqueeze(-1), bias)
        return codes.reshape(features.shape[0], self.stems, self.bases, -1)

    def literal_codes(self, features: Tensor) -> Tensor:
        """Equation (5) layer by layer: `(batch, C, L)` to `(batch, N, C_E, L)`."""
        codes: Tensor = self.mask(self.leave(features).unsqueeze(1))
        return codes

    def folded_mask(self) -> tuple[Tensor, Tensor]:
        """Weight `(N C_E, C)` and bias `(N C_E,)` of `leave` and `mask` in one."""
        width = self.bases
        kernels = nn.functional.pad(self.mask.weight[:, 0, :, 0], (width, width))
        places = torch.arange(width, device=kernels.device)
        offsets = places[None, :] - places[:, None] + width // 2 + width
        toeplitz = kernels[:, offsets].reshape(self.stems * width, width)
        weight = toeplitz @ self.leave.weight[:, :, 0]
        bias = self.mask.bias if self.mask.bias is not None else kernels.new_zeros(self.stems)
        inner = self.leave.bias if self.leave.bias is not None else kernels.new_zeros(width)
        return weight, toeplitz @ inner + bias.repeat_interleave(width)

    def decode(self, latent: Tensor) -> Tensor:
        """Equation (9): `(batch, N, C_E, L)` to `(batch, N, channels, frames)`."""
        batch, stems, bases, length = latent.shape
        if self.decoder.groups == stems:
            waves = self.decoder(latent.reshape(batch, stems * bases, length))
        else:
            waves = self.decoder(latent.reshape(batch * stems, bases, length))
        shaped: Tensor = waves.reshape(batch, stems, self.channels, -1)
        return shaped


def build(**config: int | str | bool) -> SudoRmRf:
    """SuDoRM-RF 1.0x, or with changes to its settings."""
    return SudoRmRf(**config)  # type: ignore[arg-type]
