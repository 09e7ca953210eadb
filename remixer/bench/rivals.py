"""Architectures of other packages, with random weights, if those packages are installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from remixer.errors import UsageError

if TYPE_CHECKING:
    from torch import nn

RIVALS = {"htdemucs": "demucs", "hdemucs": "demucs", "umxhq": "openunmix"}
SEGMENT_SECONDS = 7.8
SOURCES = ["drums", "bass", "other", "vocals"]


def installed(names: list[str]) -> tuple[list[str], list[str]]:
    """Those of the named rivals that can be measured, and those whose package is missing."""
    there = [name for name in names if find_spec(RIVALS[name]) is not None]
    return there, [name for name in names if name not in there]


def build_rival(name: str) -> nn.Module:
    """A rival in inference mode, `(1, 2, frames)` to `(1, 4, 2, frames)`.

    Raises:
        UsageError: there is no such rival.
    """
    if name == "htdemucs":
        from demucs.htdemucs import HTDemucs

        return _ready(HTDemucs(SOURCES, segment=SEGMENT_SECONDS))
    if name == "hdemucs":
        from demucs.hdemucs import HDemucs

        return _ready(HDemucs(SOURCES, cac=False))
    if name == "umxhq":
        from openunmix.model import OpenUnmix, Separator

        targets = {one: OpenUnmix(nb_bins=2049, nb_channels=2, hidden_size=512) for one in SOURCES}
        return _ready(Separator(targets, niter=1))
    raise UsageError(f"There is no rival “{name}”; there are {', '.join(RIVALS)}.")


def _ready(network: Any) -> nn.Module:
    ready: nn.Module = network.eval()
    return ready
