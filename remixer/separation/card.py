"""A model on disk: a manifest, its weights, and a hash that says they are the right ones."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from remixer.errors import ModelError

Kind = Literal["streaming", "whole", "classic"]
Runtime = Literal["onnxruntime", "torch"]

MANIFEST = "model.toml"
RUNTIME_OF_TABLE: dict[str, Runtime] = {"onnx": "onnxruntime", "torch": "torch"}
DEFAULT_SEGMENT_SECONDS = 6.0
DEFAULT_CONTEXT_SECONDS = 1.0

_REQUIRED: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "name": str,
    "network": str,
    "role": str,
    "default": bool,
    "stems": list,
    "rate": int,
    "channels": int,
    "kind": str,
    "parameters": int,
    "paper": str,
    "licence": str,
    "tiers": list,
    "weights": dict,
}
_OPTIONAL: dict[str, type | tuple[type, ...]] = {
    "hop_frames": int,
    "latency_frames": int,
    "config": dict,
    "offline": dict,
    "validation": dict,
    "cost": dict,
}
_OFFLINE: dict[str, type | tuple[type, ...]] = {
    "segment_frames": int,
    "context_frames": int,
    "wiener_iterations": int,
    "group_hops": int,
}


@dataclass(frozen=True)
class Weights:
    """One weight file of a model, for one runtime."""

    runtime: Runtime
    file: Path
    sha256: str


@dataclass(frozen=True)
class ModelCard:
    """What a model is, what it makes and how it is run; frames are counted at the model's own rate.

    Attributes:
        latency_frames: how far what a streaming model returns lags behind what it is fed in the same call.
        segment_frames: the stretch of song separated at a time.
        context_frames: what the network hears before and after that stretch.
        group_hops: how many hops a streaming model separates in one call when it runs ahead.
        sha256: hash of the preferred weights (ONNX before torch); it names the takes of the model.
        validation: where the quality was measured, and the figures.
    """

    id: str
    name: str
    network: str
    role: str
    default: bool
    stems: tuple[str, ...]
    rate: int
    channels: int
    kind: Kind
    parameters: int
    paper: str
    licence: str
    tiers: tuple[str, ...]
    segment_frames: int
    context_frames: int
    sha256: str
    hop_frames: int = 0
    latency_frames: int = 0
    wiener_iterations: int = 0
    group_hops: int = 1
    folder: Path | None = None
    weights: tuple[Weights, ...] = ()
    config: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    validation: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    cost: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def take_id(self) -> str:
        """The name of this model's takes: another version of the weights is another take."""
        return f"{self.id}-{self.sha256[:8]}"

    @property
    def latency_ms(self) -> float | None:
        """The algorithmic latency, hop included, or None for a model that needs the future."""
        if self.kind != "streaming":
            return None
        return (self.hop_frames + self.latency_frames) * 1000 / self.rate

    def weights_for(self, runtime: Runtime) -> Weights | None:
        """The weights this runtime can run, or None."""
        return next((one for one in self.weights if one.runtime == runtime), None)


def load_card(folder: Path) -> ModelCard:
    """Read `model.toml` in a folder and check it against the files beside it, all but their hashes.

    The hash of the weights is checked by `verify` when they are opened: reading the catalog stays fast.

    Raises:
        ModelError: the manifest is missing, torn, incomplete, or says something unknown.
    """
    path = folder / MANIFEST
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"The model folder “{folder.name}” has no readable {MANIFEST}.", repr(error)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(
            f"The manifest of the model “{folder.name}” is no valid TOML.", str(error)
        ) from error
    _check_keys(folder.name, "", table, _REQUIRED, _OPTIONAL)
    offline = table.get("offline", {})
    _check_keys(folder.name, "offline.", offline, {}, _OFFLINE)
    return _card(folder, table, offline, _weights(folder, table["weights"]))


def verify(weights: Weights, model: str) -> None:
    """Check the hash of a weight file.

    Raises:
        ModelError: the file cannot be read or is not the one the manifest names.
    """
    try:
        with weights.file.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"The weights of the model “{model}” cannot be read: {weights.file.name}.", repr(error)
        ) from error
    if found != weights.sha256:
        raise ModelError(
            f"The weights of the model “{model}” are damaged: {weights.file.name} has the SHA-256 "
            f"{found[:8]}… and {weights.sha256[:8]}… was expected.",
            str(weights.file),
        )


def _check_keys(
    model: str,
    prefix: str,
    table: Mapping[str, Any],
    required: Mapping[str, type | tuple[type, ...]],
    optional: Mapping[str, type | tuple[type, ...]],
) -> None:
    missing = sorted(required.keys() - table.keys())
    if missing:
        raise ModelError(f"The manifest of the model “{model}” lacks “{prefix}{missing[0]}”.")
    extra = sorted(table.keys() - required.keys() - optional.keys())
    if extra:
        raise ModelError(f"The manifest of the model “{model}” has an unknown entry “{prefix}{extra[0]}”.")
    for key, value in table.items():
        expected = required.get(key) or optional[key]
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise ModelError(
                f"The manifest of the model “{model}” has a {type(value).__name__} as “{prefix}{key}”, "
                f"where {getattr(expected, '__name__', expected)} was expected."
            )


def _weights(folder: Path, table: Mapping[str, Any]) -> tuple[Weights, ...]:
    tables: dict[str, type | tuple[type, ...]] = dict.fromkeys(RUNTIME_OF_TABLE, dict)
    _check_keys(folder.name, "weights.", table, {}, tables)
    found = []
    for name, runtime in RUNTIME_OF_TABLE.items():
        if name not in table:
            continue
        entry = table[name]
        _check_keys(folder.name, f"weights.{name}.", entry, {"file": str, "sha256": str}, {})
        file = folder / entry["file"]
        if Path(entry["file"]).name != entry["file"] or not file.is_file():
            raise ModelError(f"The model “{folder.name}” lacks its weights “{entry['file']}”.", str(file))
        found.append(Weights(runtime, file, entry["sha256"].lower()))
    if not found:
        raise ModelError(f"The manifest of the model “{folder.name}” names no weights.")
    return tuple(found)


def _card(
    folder: Path, table: dict[str, Any], offline: Mapping[str, int], weights: tuple[Weights, ...]
) -> ModelCard:
    _check_values(folder.name, table)
    rate = table["rate"]
    return ModelCard(
        **{
            key: table[key]
            for key in ("id", "name", "network", "role", "default", "rate", "channels", "kind", "parameters")
        },
        paper=table["paper"],
        licence=table["licence"],
        stems=tuple(table["stems"]),
        tiers=tuple(table["tiers"]),
        hop_frames=table.get("hop_frames", 0),
        latency_frames=table.get("latency_frames", 0),
        segment_frames=offline.get("segment_frames", round(DEFAULT_SEGMENT_SECONDS * rate)),
        context_frames=offline.get("context_frames", round(DEFAULT_CONTEXT_SECONDS * rate)),
        wiener_iterations=offline.get("wiener_iterations", 0),
        group_hops=offline.get("group_hops", 1),
        sha256=weights[0].sha256,
        folder=folder,
        weights=weights,
        config=MappingProxyType(table.get("config", {})),
        validation=MappingProxyType(table.get("validation", {})),
        cost=MappingProxyType(table.get("cost", {})),
    )


def _check_values(model: str, table: Mapping[str, Any]) -> None:
    kinds = tuple(kind for kind in get_args(Kind) if kind != "classic")
    stems = table["stems"]
    offline = table.get("offline", {})
    faults = {
        f"the kind “{table['kind']}”, expected {' or '.join(kinds)}": table["kind"] not in kinds,
        "stems that are not different names": not stems
        or not all(isinstance(stem, str) and stem for stem in stems)
        or len(set(stems)) != len(stems),
        f"{table['channels']} channels, where 1 or 2 were expected": table["channels"] not in (1, 2),
        f"a rate of {table['rate']} Hz": not 4000 <= table["rate"] <= 384_000,
        "no hop": table["kind"] == "streaming" and table.get("hop_frames", 0) < 1,
        "a negative latency or context": table.get("latency_frames", 0) < 0
        or offline.get("context_frames", 0) < 0,
        "an empty segment or group": min(offline.get(key, 1) for key in ("segment_frames", "group_hops")) < 1,
        "an id that is no plain name": not table["id"] or Path(table["id"]).name != table["id"],
    }
    for what, is_fault in faults.items():
        if is_fault:
            raise ModelError(f"The manifest of the model “{model}” has {what}.")
