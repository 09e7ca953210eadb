"""SuDoRM-RF made causal: the real-time form that its paper gives as an outlook (Section 5).

Convolutions look back only, the levels of a U-ConvBlock keep their last samples, nearest up-sampling repeats
the last value, and the global norm becomes a cumulative one: over all channels, from the start to now.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from remixer.networks.layers import CausalNetwork, State, frame, overlap_add
from remixer.networks.sudo_rm_rf import KERNEL, add_repeated

FLOOR = 1e-6


class Clock:
    """How much the past weighs after each frame, at every level.

    Args:
        heard: frames before this call `(1,)`, at the finest level.
        steps: a tensor `(…, L)` at the finest level.
        levels: how many levels there are, each half as fast as the one before.
    """

    def __init__(self, heard: Tensor, steps: Tensor, levels: int) -> None:
        ticks = torch.cumsum(torch.ones_like(steps[:1, :1]), dim=-1)
        self.shares, self.carries = [], []
        for level in range(levels):
            before = heard / 2**level
            share = 1.0 / (ticks[..., : steps.shape[-1] // 2**level] + before)
            self.shares.append(share)
            self.carries.append(share * before)
        self.after = heard + ticks[0, 0, -1:]


class CumulativeNorm(nn.Module):
    """Divide by the root mean square of all channels from the first frame to the present one.

    The operations of a hop are too small for their number to be free: the mean is not taken off, nothing is
    added, and there is no gain where the next layer can take it.

    Args:
        channels: channels of the features.
        level: how often their time was halved.
        gain: learn a gain for each channel.
    """

    def __init__(self, channels: int, level: int = 0, gain: bool = True) -> None:
        super().__init__()
        self.level, self.channels = level, channels
        self.gain = nn.Parameter(torch.ones(channels, 1)) if gain else None

    def forward(self, features: Tensor, power: Tensor, clock: Clock) -> tuple[Tensor, Tensor]:
        """From `(batch, channels, L)` and the mean power before, `(batch, 1, 1)`, to both afterwards."""
        now = torch.linalg.vector_norm(features, dim=1, keepdim=True).square()
        running = torch.cumsum(now, dim=-1) * clock.shares[self.level] + power * clock.carries[self.level]
        root = self.channels**0.5
        normed = features * (running.clamp(min=FLOOR).pow(-0.5) * root)
        return normed if self.gain is None else normed * self.gain, running[..., -1:]


class CausalBlock(nn.Module):
    """Algorithm 1 with memory: like `UConvBlock`, hop by hop.

    Args:
        channels: C, in and out.
        inner: C_U, expanded.
        depth: Q, how often the time is halved.
    """

    def __init__(self, channels: int, inner: int, depth: int) -> None:
        super().__init__()
        self.expand = nn.Conv1d(channels, inner, 1)
        self.expand_act = nn.PReLU(inner)
        self.convs = nn.ModuleList(
            nn.Conv1d(inner, inner, KERNEL, stride=1 if level == 0 else 2, groups=inner)
            for level in range(depth + 1)
        )
        self.merge_act = nn.PReLU(inner)
        self.contract = nn.Conv1d(inner, channels, 1)
        self.out_act = nn.PReLU(channels)
        norms = [CumulativeNorm(inner, gain=False)]
        norms += [CumulativeNorm(inner, level) for level in range(depth + 1)]
        norms += [CumulativeNorm(inner, gain=False), CumulativeNorm(channels), CumulativeNorm(channels)]
        self.norms = nn.ModuleList(norms)

    def forward(
        self, features: Tensor, past: Tensor, powers: Tensor, clock: Clock
    ) -> tuple[Tensor, Tensor, Tensor]:
        """From `(batch, C, L)`, the levels' last samples and the powers, to all three afterwards.

        Args:
            features: L is a multiple of 2**Q.
            past: `(batch, C_U, (Q + 1) * 4)`.
            powers: `(batch, 1, norms)`.
            clock: of this call.
        """
        kept: list[Tensor] = []

        parts = torch.split(powers, 1, dim=2)

        def norm(place: int, into: Tensor) -> Tensor:
            out, running = self.norms[place](into, parts[place], clock)
            kept.append(running)
            normed: Tensor = out
            return normed

        level = self.expand_act(norm(0, self.expand(features)))
        levels, following = [], []
        for place, (conv, history) in enumerate(
            zip(self.convs, torch.split(past, KERNEL - 1, dim=2), strict=True)
        ):
            level = torch.cat([history, level], dim=-1)
            following.append(level[..., -(KERNEL - 1) :])
            level = norm(1 + place, conv(level))
            levels.append(level)
        merged = levels.pop()
        while levels:
            merged = add_repeated(levels.pop(), merged)
        first = 1 + len(self.convs)
        merged = norm(first + 1, self.contract(self.merge_act(norm(first, merged))))
        out: Tensor = self.out_act(norm(first + 2, merged + features))
        return out, torch.cat(following, dim=-1), torch.cat(kept, dim=-1)


class CausalSudoRmRf(CausalNetwork):
    """Figure 1 in real time: encoder, causal separator, masks, decoder.

    Args:
        blocks: B.
        stems: N.
        channels: channels of the mixture; a stem's mask is common to them.
        stride: samples between frames; the encoder's kernel is twice as long.
        hop: samples a step takes, a multiple of `stride * 2**depth`.
        bases: C_E.
        width: C.
        inner: C_U.
        depth: Q.
    """

    def __init__(
        self,
        blocks: int = 4,
        stems: int = 4,
        channels: int = 2,
        stride: int = 32,
        hop: int = 512,
        bases: int = 512,
        width: int = 128,
        inner: int = 512,
        depth: int = 4,
    ) -> None:
        if hop % (stride * 2**depth):
            raise ValueError(f"a hop of {hop} samples is no multiple of the grain, {stride * 2**depth}")
        super().__init__(hop, stride, stems, channels)
        self.stride, self.bases, self.inner, self.depth = stride, bases, inner, depth
        self.encoder = nn.Linear(channels * 2 * stride, bases, bias=False)
        self.enter_norm = CumulativeNorm(bases, gain=False)
        self.enter = nn.Conv1d(bases, width, 1)
        self.blocks = nn.ModuleList(CausalBlock(width, inner, depth) for _ in range(blocks))
        self.leave_norm = CumulativeNorm(width, gain=False)
        self.leave = nn.Linear(width, stems * bases)
        self.decoders = nn.Parameter(torch.empty(stems, bases, channels * 2 * stride))
        nn.init.kaiming_uniform_(self.decoders, a=5**0.5)

    def state_shapes(self, batch: int) -> dict[str, tuple[int, ...]]:
        """Name and shape of every state tensor."""
        blocks, norms = len(self.blocks), self.depth + 5
        return {
            "input": (batch, self.channels, self.stride),
            "tail": (batch, self.stems, self.channels, self.stride),
            "past": (batch, blocks * self.inner, (self.depth + 1) * (KERNEL - 1)),
            "powers": (batch, 1, blocks * norms + 2),
            "heard": (1,),
        }

    def step(self, hop: Tensor, state: State) -> tuple[Tensor, State]:
        """Separate `(batch, channels, n * hop)` into `(batch, stems, channels, n * hop)` for any n ≥ 1."""
        audio = torch.cat([state["input"], hop], dim=-1)
        frames = frame(audio, 2 * self.stride, self.stride)
        encoded = torch.relu(self.encoder(frames.transpose(1, 2).flatten(2)))
        features, following = self.separate(encoded, state)
        masks = self.leave(features.transpose(1, 2)).reshape(*encoded.shape[:2], self.stems, self.bases)
        latent = (masks.softmax(dim=2) * encoded.unsqueeze(2)).transpose(1, 2)
        waves = torch.matmul(latent, self.decoders)
        waves = waves.reshape(*waves.shape[:3], self.channels, 2 * self.stride).transpose(2, 3)
        joined = overlap_add(waves, self.stride)
        first = joined[..., : self.stride] + state["tail"]
        following["input"] = audio[..., -self.stride :]
        following["tail"] = joined[..., -self.stride :]
        return torch.cat([first, joined[..., self.stride : -self.stride]], dim=-1), following

    def separate(self, encoded: Tensor, state: State) -> tuple[Tensor, State]:
        """From encoded frames `(batch, L, C_E)` to features `(batch, C, L)` and what is remembered."""
        count, norms = len(self.blocks), self.depth + 5
        powers = torch.split(state["powers"], [norms] * count + [1, 1], dim=2)
        histories = torch.split(state["past"], self.inner, dim=1)
        turned = encoded.transpose(1, 2)
        clock = Clock(state["heard"], turned, self.depth + 1)
        normed, entering = self.enter_norm(turned, powers[count], clock)
        features = self.enter(normed)
        pasts, kept = [], []
        for block, history, before in zip(self.blocks, histories, powers, strict=False):
            features, after, running = block(features, history, before, clock)
            pasts.append(after)
            kept.append(running)
        features, leaving = self.leave_norm(features, powers[count + 1], clock)
        following = {
            "past": torch.cat(pasts, dim=1),
            "powers": torch.cat([*kept, entering, leaving], dim=-1),
            "heard": clock.after,
        }
        return features, following


def build(**config: int) -> CausalSudoRmRf:
    """Causal SuDoRM-RF 0.25x at 44.1 kHz, or with changes to its settings."""
    return CausalSudoRmRf(**config)
