"""Pruning while training: the entry of `remixer prune`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remixer.errors import InputError
from remixer.training.config import read_config

if TYPE_CHECKING:
    from pathlib import Path


def prune(
    config_path: Path, checkpoint: Path, *, songs: Path | None = None, out: Path, resume: bool = False
) -> Path:
    """Prune whole channels of a trained dense network while it goes on learning (thesis, Section 5.4).

    Raises:
        InputError: the configuration names a network without dense blocks, or one that cannot be trained yet.
    """
    network = str(read_config(config_path).get("network", {}).get("kind", "band-masker"))
    if "mdensenet" not in network:
        raise InputError(
            f"{config_path} describes a {network}, which has no dense blocks to prune; "
            "only the MDenseNet family has."
        )
    raise InputError(f"{config_path} describes a {network}, which this version can prune but not yet train.")
