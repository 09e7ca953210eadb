"""The networks, by name. Importing this package imports no network and no torch."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from remixer.errors import UsageError

if TYPE_CHECKING:
    from torch import nn

SUDO = "remixer.networks.sudo_rm_rf"
DENSE = "remixer.networks.mmdensenet"
MEL = "remixer.networks.mel_mdensenet"

PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "sudo-rm-rf-1.0x": (SUDO, {"blocks": 16}),
    "sudo-rm-rf-0.5x": (SUDO, {"blocks": 8}),
    "sudo-rm-rf-0.25x": (SUDO, {"blocks": 4}),
    "sudo-rm-rf-0.25x-44k": (SUDO, {"blocks": 4, "kernel": 116, "stems": 4, "channels": 2}),
    "causal-sudo-rm-rf-0.25x": ("remixer.networks.causal_sudo_rm_rf", {"blocks": 4}),
    "hs-tasnet": ("remixer.networks.hs_tasnet", {}),
    "hs-tasnet-small": ("remixer.networks.hs_tasnet", {"small": True}),
    "tasnet": ("remixer.networks.tasnet", {}),
    "x-umx": ("remixer.networks.x_umx", {}),
    "band-masker": ("remixer.networks.band_masker", {}),
    "mmdensenet": (DENSE, {}),
    "mmdensenet-table-4.1": (DENSE, {"merge": "zero-pad"}),
    "mdensenet-mbc": ("remixer.networks.mbc", {}),
    "mdensenet-mbdb": ("remixer.networks.mbdb_variants", {}),
    "magnet-phasenet": ("remixer.networks.phasenet", {}),
    "mel-mdensenet-dc": (MEL, {"down_convs": True, "bottleneck": False}),
    "mel-mdensenet-dc-nodsconvs": (MEL, {"down_convs": False, "bottleneck": False}),
    "mel-mdensenet-dc-nodsconvs-bc": (MEL, {"down_convs": False, "bottleneck": True}),
    "mel-mdensenet-4": (MEL, {"stems": 4, "channels": 2, "context": 64}),
    "causal-mel-mdensenet-4": ("remixer.networks.mel_live", {"stems": 4, "channels": 2}),
}
NAMES = tuple(PRESETS)


def build(network: str, **config: Any) -> nn.Module:
    """Build a network with random weights.

    Args:
        network: one of `NAMES`.
        config: what differs from the network's published configuration.

    Raises:
        UsageError: there is no such network, or it has no such setting.
    """
    if network not in PRESETS:
        raise UsageError(f"There is no network “{network}”; there are {', '.join(NAMES)}.")
    module, preset = PRESETS[network]
    settings = {name: _frozen(value) for name, value in {**preset, **config}.items()}
    try:
        built: nn.Module = import_module(module).build(**settings)
    except (TypeError, ValueError) as error:
        reason = f": {error}" if isinstance(error, ValueError) else ""
        raise UsageError(
            f"The network “{network}” cannot be built from {config}{reason}.", str(error)
        ) from error
    return built


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list | tuple) else value
