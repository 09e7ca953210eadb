"""MBDB: dense blocks whose layers work on several bands at once (thesis, Section 4.4.2, Table 4.8)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from remixer.networks.bands import Bands
from remixer.networks.mdensenet import SQUARE, UPRIGHT, DenseBlock, DenseLayer, Kernel, OutputHead, conv

Split = list[Tensor]


@dataclass(frozen=True)
class Scale:
    """One row of Table 4.8: the sizes of a block.

    Attributes:
        edges: between the bands, as parts of 16 kHz.
        growth: k of each band, and of the full band last.
        layers: L of each band and of the full band; all alike where bands share inside the block.
        overlap: overlapping bins as a part of the edge's bin.
        inside: maps each band shows to the full band after every layer; 0 if it does not.
        before: maps shown at the block's input instead.
        after: maps shown at its output.
        forced: maps of a last full-band layer that all must pass; 0 for none, and then bands go on apart.
    """

    edges: tuple[float, ...]
    growth: tuple[int, ...]
    layers: tuple[int, ...]
    overlap: float = 0.0
    inside: int = 0
    before: int = 0
    after: int = 0
    forced: int = 0

    @property
    def out(self) -> tuple[int, ...]:
        """Maps that leave the block: of each band that goes on apart, and of the full band last."""
        if self.forced:
            return (self.forced,)
        return (*self.growth[:-1], self.growth[-1] + self.after)


class Show(nn.Module):
    """Compress each band's maps and join them into maps of the full band.

    Args:
        channels: maps of each band.
        maps: shown maps.
        bands: where they lie.
    """

    def __init__(self, channels: tuple[int, ...], maps: int, bands: Bands) -> None:
        super().__init__()
        self.bands = bands
        self.compress = nn.ModuleList(conv(one, maps, (1, 1)) for one in channels)

    def forward(self, split: Split) -> Tensor:
        """Bands `(batch, channels, F_b, T)` to `(batch, maps, F, T)`."""
        return self.bands.join([one(band) for one, band in zip(self.compress, split, strict=True)])


class MultiBandBlock(nn.Module):
    """A dense block of band-limited layers and full-band layers (Figure 4.7).

    Args:
        channels: maps in: of each band that comes apart, and of the full band last.
        scale: its sizes.
        bands: where they lie.
        kernel: of every convolution.
    """

    def __init__(self, channels: tuple[int, ...], scale: Scale, bands: Bands, kernel: Kernel) -> None:
        super().__init__()
        self.scale, self.bands, count = scale, bands, len(scale.growth) - 1
        apart = list(channels[:-1]) or [0] * count
        full = channels[-1]
        self.before = Show(tuple(apart), scale.before, bands) if scale.before else None
        if scale.inside:
            self.limited, self.shows, self.full = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
            for _ in range(scale.layers[-1]):
                self.limited.append(
                    nn.ModuleList(DenseLayer(full + apart[b], scale.growth[b], kernel) for b in range(count))
                )
                self.shows.append(Show(scale.growth[:-1], scale.inside, bands))
                self.full.append(DenseLayer(full + scale.inside, scale.growth[-1], kernel))
                full += scale.inside + scale.growth[-1]
                apart = [one + k for one, k in zip(apart, scale.growth, strict=False)]
        else:
            sizes = list(zip(apart, scale.growth, scale.layers, strict=False))
            self.limited = nn.ModuleList(DenseBlock(*size, kernel) for size in sizes)
            self.full = nn.ModuleList(
                [DenseBlock(full + scale.before, scale.growth[-1], scale.layers[-1], kernel)]
            )
        self.after = Show(scale.growth[:-1], scale.after, bands) if scale.after else None
        last = scale.growth[-1] + scale.after
        self.force = DenseLayer(last, scale.forced, kernel) if scale.forced else None

    def forward(self, split: Split, full: Tensor) -> tuple[Split, Tensor]:
        """Bands apart (none if only the full band comes) and the full band, to the same afterwards."""
        new, out = self.share_inside(split, full) if self.scale.inside else self.share_outside(split, full)
        if self.after is not None:
            out = torch.cat([out, self.after(new)], dim=1)
        if self.force is not None:
            return [], self.force(out)
        return new, out

    def share_inside(self, split: Split, full: Tensor) -> tuple[Split, Tensor]:
        """Every layer's bands are shown to the full band, and its past to every band."""
        new, out = split, full
        for limited, show, layer in zip(self.limited, self.shows, self.full, strict=True):
            views = self.bands.cut(full)
            seen = [torch.cat(pair, dim=1) for pair in zip(views, split, strict=True)] if split else views
            parts = list(limited) if isinstance(limited, nn.ModuleList) else []
            new = [part(view) for part, view in zip(parts, seen, strict=True)]
            full = torch.cat([full, show(new)], dim=1)
            out = layer(full)
            full = torch.cat([full, out], dim=1)
            split = [torch.cat(pair, dim=1) for pair in zip(split, new, strict=True)] if split else new
        return new, out

    def share_outside(self, split: Split, full: Tensor) -> tuple[Split, Tensor]:
        """Bands run on their own and are shown at the ends only."""
        if self.before is not None:
            full = torch.cat([full, self.before(split)], dim=1)
        new = [block(band) for block, band in zip(self.limited, split, strict=True)]
        return new, self.full[0](full)


class MultiBandDenseNet(nn.Module):
    """The U-shape of the MDenseNet with multi-band blocks.

    Args:
        scales: sizes of the blocks on the way down; the way up mirrors them.
        first: maps of the input convolutions, of each band and the full band last.
        head: k of the last dense block.
        outputs: sources.
        bins: of the spectrum.
    """

    def __init__(
        self,
        scales: tuple[Scale, ...],
        first: tuple[int, ...],
        head: int = 4,
        outputs: int = 1,
        bins: int = 1024,
    ) -> None:
        super().__init__()
        deep = len(scales) - 1
        self.grids = nn.ModuleList(
            Bands(one.edges, one.overlap, bins // 2**deep, 2 ** (deep - place))
            for place, one in enumerate(scales)
        )
        self.enter = nn.ModuleList(conv(1, one, SQUARE, bias=True) for one in first)
        channels = first
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        self.squeeze, self.expand = nn.ModuleList(), nn.ModuleList()
        for place, scale in enumerate(scales):
            kernel = UPRIGHT if place == deep else SQUARE
            self.down.append(MultiBandBlock(channels, scale, self._grid(place), kernel))
            channels = scale.out
            if place < deep:
                self.squeeze.append(Each(tuple(conv(one, one, (1, 1)) for one in channels)))
        for place in range(deep - 1, -1, -1):
            self.expand.append(
                Each(tuple(nn.ConvTranspose2d(one, one, 2, 2, bias=False) for one in channels))
            )
            joined = tuple(a + b for a, b in zip(channels, scales[place].out, strict=True))
            self.up.append(MultiBandBlock(joined, scales[place], self._grid(place), SQUARE))
            channels = scales[place].out
        self.show = Show(channels[:-1], 4, self._grid(0)) if len(channels) > 1 else None
        self.head = OutputHead(channels[-1] + (4 if self.show is not None else 0), outputs, growth=head)
        self.pool = nn.AvgPool2d(2)

    def _grid(self, place: int) -> Bands:
        grid = self.grids[place]
        if not isinstance(grid, Bands):
            raise TypeError(f"found {type(grid).__name__}, expected Bands")
        return grid

    def forward(self, magnitude: Tensor) -> Tensor:
        """Magnitudes of the sources `(batch, outputs, F, T)` from those of the mixture `(batch, 1, F, T)`."""
        *limited, whole = self.enter
        split = [one(band) for one, band in zip(limited, self._grid(0).cut(magnitude), strict=True)]
        full = whole(magnitude)
        skips = []
        for place, block in enumerate(self.down):
            split, full = block(split, full)
            if place < len(self.squeeze):
                skips.append((split, full))
                squeezed = self.squeeze[place]([*split, full])
                *split, full = [self.pool(one) for one in squeezed]
        for block, expand in zip(self.up, self.expand, strict=True):
            *split, full = expand([*split, full])
            bands, skip = skips.pop()
            split = [torch.cat(pair, dim=1) for pair in zip(split, bands, strict=True)]
            split, full = block(split, torch.cat([full, skip], dim=1))
        if self.show is not None:
            full = torch.cat([full, self.show(split)], dim=1)
        return torch.relu(self.head(full))


class Each(nn.Module):
    """A layer of its own for each band and the full band.

    Args:
        layers: in the order of the bands.
    """

    def __init__(self, layers: tuple[nn.Module, ...]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Every band through its layer."""
        return [layer(one) for layer, one in zip(self.layers, maps, strict=True)]
