"""Which networks are measured, over what input each is counted, and how each is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from remixer.bench.rivals import RIVALS
from remixer.errors import UsageError

if TYPE_CHECKING:
    from torch import nn

    from remixer.networks.counts import Convention

LIVE_RATE = 44_100
MEL_RATE = 32_000
SPEECH_RATE = 8_000


@dataclass(frozen=True)
class Case:
    """How one network is counted and run.

    Attributes:
        network: its name in the registry.
        rate: of its audio, in Hz.
        counted: what one forward pass is counted over: a hop, samples of audio, or a magnitude spectrum
            `bins x frames`.
        shape: that input, batch first; empty for a hop.
        convention: how the published figure counts.
        context: the spectrum of `shape` is also what a live program would run per context of frames.
    """

    network: str
    rate: int
    counted: Literal["hop", "audio", "spectrum"]
    shape: tuple[int, ...] = ()
    convention: Convention = "true"
    context: bool = False

    @property
    def counted_over(self) -> str:
        """In words."""
        if self.counted == "hop":
            return "1 hop"
        return "x".join(str(side) for side in self.shape[1:]) + (
            " samples" if self.counted == "audio" else ""
        )


def _spectrum(network: str, bins: int, frames: int, context: bool = False) -> Case:
    shape = (1, 1, bins, frames)
    convention: Convention = "thop-old" if network.endswith("4.1") else "thop"
    return Case(network, MEL_RATE, "spectrum", shape, convention, context)


CASES = (
    *(
        Case(f"sudo-rm-rf-{size}x", SPEECH_RATE, "audio", (1, 1, SPEECH_RATE), "thop")
        for size in ("1.0", "0.5", "0.25")
    ),
    Case("sudo-rm-rf-0.25x-44k", LIVE_RATE, "audio", (1, 2, LIVE_RATE)),
    *(Case(name, LIVE_RATE, "hop") for name in ("causal-sudo-rm-rf-0.25x", "hs-tasnet", "hs-tasnet-small")),
    *(Case(name, LIVE_RATE, "hop") for name in ("tasnet", "x-umx")),
    _spectrum("mmdensenet", 1024, 64),
    _spectrum("mmdensenet-table-4.1", 1024, 64),
    _spectrum("mdensenet-mbc", 1024, 64),
    _spectrum("mdensenet-mbdb", 1024, 64),
    Case("magnet-phasenet", MEL_RATE, "audio", (1, 1, MEL_RATE)),
    _spectrum("mel-mdensenet-dc", 128, 8, context=True),
    _spectrum("mel-mdensenet-dc-nodsconvs", 128, 8, context=True),
    _spectrum("mel-mdensenet-dc-nodsconvs-bc", 128, 8, context=True),
    _spectrum("mel-mdensenet-4", 128, 8, context=True),
    Case("causal-mel-mdensenet-4", MEL_RATE, "hop"),
)
NAMES = tuple(case.network for case in CASES)


def chosen(names: list[str]) -> tuple[list[Case], list[str]]:
    """The cases and the rivals of these names, or all.

    Raises:
        UsageError: there is no network of such a name.
    """
    known = {case.network: case for case in CASES}
    for name in names:
        if name not in known and name not in RIVALS:
            raise UsageError(
                f"There is no network “{name}” to measure; there are {', '.join([*NAMES, *RIVALS])}."
            )
    if not names:
        return list(CASES), list(RIVALS)
    return [known[name] for name in names if name in known], [name for name in names if name in RIVALS]


def prepared(case: Case, shapes_only: bool = False) -> nn.Module:
    """The network ready to run: random weights, inference mode, norms folded where they can be.

    With `shapes_only` the weights have shapes and no values: enough to count, and quick.
    """
    import torch

    from remixer.networks import build
    from remixer.networks.mdensenet import fold_batch_norms

    torch.manual_seed(0)
    with torch.device("meta" if shapes_only else "cpu"):
        network = build(case.network).eval()
    fold_batch_norms(network)
    return network


def inner(network: nn.Module) -> nn.Module:
    """The network of spectra inside its signal chain."""
    return network.get_submodule("masker.network")
