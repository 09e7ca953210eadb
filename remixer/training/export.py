"""From a checkpoint to a model folder: ONNX, safetensors and the manifest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, cast

from remixer.errors import OutputError
from remixer.networks.compact import halve_weights, quantize_int8
from remixer.networks.weights import load_weights, save_weights, sha256_of
from remixer.training.checkpoint import Progress, load_checkpoint
from remixer.training.config import build_network, read_config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from remixer.networks.band_masker import BandMasker
    from remixer.networks.band_masker_pair import BandMaskerPair

RATE_HZ = 44_100
WEIGHTS = "weights.safetensors"
GRAPH = "model.onnx"
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


def load_trained(config_path: Path, checkpoint: Path) -> tuple[BandMasker, Progress]:
    """The network of a configuration with the averaged weights of a checkpoint.

    Raises:
        InputError: the checkpoint does not fit the configuration.
    """
    network = cast("BandMasker", build_network(read_config(config_path).get("network", {})))
    average: dict[str, Any] = {}
    progress = load_checkpoint(checkpoint, network, average, None)
    network.load_state_dict(average)
    return network.eval(), progress


def pair_up(first: BandMasker, second: BandMasker, share: float) -> BandMaskerPair:
    """The mean of two trained networks as one; `share` is the weight of the first."""
    from remixer.networks.band_masker_pair import BandMaskerPair

    pair = BandMaskerPair(_plain(first), _plain(second), share)
    pair.first.load_state_dict(first.state_dict())
    pair.second.load_state_dict(second.state_dict())
    return pair.eval()


def export(network: BandMasker | BandMaskerPair, identity: Identity, out: Path) -> Path:
    """Write `out/<id>/` with the graph, the weights and the manifest.

    The weights are rounded to half precision first, so that both runtimes have the same ones.

    Returns:
        The model's folder.

    Raises:
        ModelError: the exported graph differs from the network.
        OutputError: the folder cannot be written.
    """
    import torch

    from remixer.networks.export import export_streaming, export_whole

    folder = out / identity.id
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {folder} could not be made.", str(error)) from error
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(value.half().float())
    write: Callable[..., float] = export_streaming if is_streaming(network) else export_whole
    write(network, folder / GRAPH)
    if identity.precision != "fp32":
        compress(folder / GRAPH, identity.precision)
    save_weights(network.half(), folder / WEIGHTS)
    network.float()
    _write_manifest(network, identity, folder)
    return folder


def compress(graph: Path, precision: str) -> None:
    """Store the weights of a graph in fewer bits: `fp16` (computed in float) or `int8` (computed in int8)."""
    if precision == "int8":
        quantize_int8(graph, graph)
    else:
        halve_weights(graph, graph, lossless=True)


def is_streaming(network: BandMasker | BandMaskerPair) -> bool:
    """Whether a network is exported hop by hop: a pair never is."""
    from remixer.networks.band_masker import BandMasker

    return isinstance(network, BandMasker) and not network.config.bidirectional


def _write_manifest(network: BandMasker | BandMaskerPair, identity: Identity, folder: Path) -> None:
    from remixer.networks.band_masker import BandMasker

    single = network if isinstance(network, BandMasker) else network.first
    streaming = is_streaming(network)
    settings = _plain(single)
    if not isinstance(network, BandMasker):
        settings = {"first": settings, "second": _plain(network.second), "share": network.share}
    table: dict[str, Any] = {
        "id": identity.id, "name": identity.name,
        "network": "band-masker" if single is network else "band-masker-pair", "role": identity.role,
        "default": identity.default, "stems": list(single.config.stems), "rate": RATE_HZ, "channels": 2,
        "kind": "streaming" if streaming else "whole",
        "hop_frames": single.hop, "latency_frames": single.latency if streaming else 0,
        "parameters": sum(value.numel() for value in network.parameters()),
        "paper": identity.paper, "licence": identity.licence, "tiers": list(identity.tiers),
        "weights.onnx": {"file": GRAPH, "sha256": sha256_of(folder / GRAPH)},
        "weights.torch": {"file": WEIGHTS, "sha256": sha256_of(folder / WEIGHTS)},
        "config": settings,
        "offline": {
            "segment_frames": round(identity.segment_seconds * RATE_HZ / 1024) * 1024,
            "context_frames": round(identity.context_seconds * RATE_HZ / 1024) * 1024,
            "wiener_iterations": identity.wiener_iterations,
        },
        "validation": {**identity.validation, "note": NOTE},
        "cost": dict(identity.cost),
    }  # fmt: skip
    part = folder / "model.toml.part"
    part.write_text(to_toml(table), encoding="utf-8")
    part.replace(folder / "model.toml")


def check_folder(folder: Path, network: BandMasker | BandMaskerPair) -> None:
    """Load the written safetensors once more.

    Raises:
        ModelError: they are not those of the network.
    """
    load_weights(network.half(), folder / WEIGHTS)
    network.float()


def to_toml(table: Mapping[str, Any]) -> str:
    """Plain values and one level of tables as TOML; dotted names make sub-tables."""
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if not isinstance(value, dict)]
    for name, inner in table.items():
        if isinstance(inner, dict) and inner:
            lines += ["", f"[{name}]", *(f"{key} = {_value(value)}" for key, value in inner.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _plain(network: BandMasker) -> dict[str, Any]:
    """The settings of a network, without what matters in training only."""
    settings = {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(network.config).items()}
    return {key: value for key, value in settings.items() if key != "dropout"}
