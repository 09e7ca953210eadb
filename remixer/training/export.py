"""From a checkpoint to a model folder: ONNX, safetensors and the manifest."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from remixer.errors import OutputError, UsageError
from remixer.networks.compact import halve_weights, quantize_int8
from remixer.networks.weights import save_weights, sha256_of
from remixer.separation.card import load_card

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from torch import nn

    from remixer.training.trained import Trained

WEIGHTS = "weights.safetensors"
GRAPH = "model.onnx"
PRECISIONS = ("fp32", "fp16", "int8")
NOTE = (
    "Medians of utterance SDR in dB over the songs of songs/valid; "
    "not comparable with figures published for MUSDB18."
)


@dataclass(frozen=True)
class Identity:
    """What the manifest says about a model beside its numbers."""

    id: str
    name: str
    role: str
    default: bool
    paper: str
    licence: str
    tiers: tuple[str, ...]
    segment_seconds: float = 6.0
    context_seconds: float = 1.0
    wiener_iterations: int = 0
    precision: str = "fp32"
    validation: Mapping[str, Any] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)


def export(trained: Trained, identity: Identity, out: Path) -> Path:
    """Write `out/<id>/` with the graph, the weights and the manifest.

    For every precision but `fp32` the weights are rounded to half precision first, so that both runtimes have
    the same ones.

    Returns:
        The model's folder.

    Raises:
        ModelError: the exported graph differs from the network, or the program would refuse the manifest.
        UsageError: there is no such precision.
        OutputError: the folder cannot be written.
    """
    import torch

    from remixer.networks.export import export_streaming, export_whole

    if identity.precision not in PRECISIONS:
        raise UsageError(f"There is no precision “{identity.precision}”; there are {', '.join(PRECISIONS)}.")
    network, folder = trained.network, out / identity.id
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {folder} could not be made.", str(error)) from error
    if identity.precision != "fp32":
        with torch.no_grad():
            for value in network.state_dict().values():
                if value.is_floating_point():
                    value.copy_(value.half().float())
    write: Callable[..., float] = export_streaming if is_streaming(network) else export_whole
    write(network, folder / GRAPH)
    if identity.precision == "fp32":
        save_weights(network, folder / WEIGHTS)
    else:
        compress(folder / GRAPH, identity.precision)
        save_weights(network.half(), folder / WEIGHTS)
        network.float()
    _write_manifest(trained, identity, folder)
    load_card(folder)
    return folder


def compress(graph: Path, precision: str) -> None:
    """Store the weights of a graph in fewer bits: `fp16` (computed in float) or `int8` (computed in int8)."""
    if precision == "int8":
        quantize_int8(graph, graph)
    else:
        halve_weights(graph, graph, lossless=True)


def is_streaming(network: nn.Module) -> bool:
    """Whether a network is exported hop by hop; a band masker that looks ahead is not."""
    from remixer.networks.band_masker import BandMasker
    from remixer.networks.layers import CausalNetwork

    if isinstance(network, BandMasker):
        return network.config.causal
    return isinstance(network, CausalNetwork) and bool(getattr(network, "causal", True))


def _write_manifest(trained: Trained, identity: Identity, folder: Path) -> None:
    network, rate = trained.network, trained.rate
    streaming = is_streaming(network)
    table: dict[str, Any] = {
        "id": identity.id, "name": identity.name, "network": trained.name, "role": identity.role,
        "default": identity.default, "stems": list(trained.stems), "rate": rate,
        "channels": int(getattr(network, "channels", 2)), "kind": "streaming" if streaming else "whole",
        "hop_frames": int(getattr(network, "hop", getattr(network, "grain", 0))),
        "latency_frames": int(getattr(network, "latency", 0)) if streaming else 0,
        "parameters": sum(value.numel() for value in network.parameters()),
        "paper": identity.paper, "licence": identity.licence, "tiers": list(identity.tiers),
        "weights.onnx": {"file": GRAPH, "sha256": sha256_of(folder / GRAPH)},
        "weights.torch": {"file": WEIGHTS, "sha256": sha256_of(folder / WEIGHTS)},
        "config": dict(trained.config),
        "offline": {
            "segment_frames": round(identity.segment_seconds * rate / 1024) * 1024,
            "context_frames": round(identity.context_seconds * rate / 1024) * 1024,
            "wiener_iterations": identity.wiener_iterations,
        },
        "validation": {"note": NOTE, **identity.validation},
        "cost": dict(identity.cost),
    }  # fmt: skip
    part = folder / "model.toml.part"
    part.write_text(to_toml(table), encoding="utf-8")
    part.replace(folder / "model.toml")


def to_toml(table: Mapping[str, Any]) -> str:
    """Plain values and one level of tables as TOML; dotted names make sub-tables."""
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if not isinstance(value, dict)]
    for name, inner in table.items():
        if isinstance(inner, dict) and inner:
            lines += ["", f"[{name}]", *(f"{_key(key)} = {_value(value)}" for key, value in inner.items())]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key, re.ASCII) else f'"{key}"'


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
