"""Checkpoints: one safetensors file for all tensors, with the numbers as JSON in its header.

The file is written aside and renamed, so a run that is killed leaves the last whole one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from remixer.errors import InputError, OutputError

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn
    from torch.optim import Optimizer


@dataclass
class Progress:
    """Where a run stands."""

    step: int = 0
    elapsed_seconds: float = 0.0
    best_sdr: float = -100.0
    best_step: int = 0


def save_checkpoint(
    path: Path,
    network: nn.Module,
    average: dict[str, Tensor],
    optimiser: Optimizer | None,
    progress: Progress,
) -> None:
    """Write weights, their running average, the optimiser's state, if any, and the progress.

    Raises:
        OutputError: the file cannot be written; an older one of that name stays.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    tensors = {f"network.{key}": value for key, value in network.state_dict().items()}
    tensors |= {f"average.{key}": value for key, value in average.items()}
    states = {} if optimiser is None else optimiser.state_dict()["state"]
    for index, state in states.items():
        tensors |= {f"optimiser.{index}.{key}": value for key, value in state.items()}
    part = path.with_suffix(".part")
    contiguous = {key: value.detach().contiguous().clone() for key, value in tensors.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(contiguous, part, metadata={"progress": json.dumps(asdict(progress))})
        part.replace(path)
    except (OSError, SafetensorError) as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"The checkpoint {path} could not be written.", str(error)) from error


def require_no_run(folder: Path) -> None:
    """See that a new run replaces none.

    Raises:
        InputError: the folder holds one.
    """
    if (folder / "last.safetensors").is_file():
        raise InputError(f"{folder} holds a run already; go on with --resume, or choose another --out.")


def load_checkpoint(
    path: Path, network: nn.Module, average: dict[str, Tensor], optimiser: Optimizer | None
) -> Progress:
    """Read a checkpoint into the given objects.

    Raises:
        InputError: the file is missing, or no checkpoint of this network.
    """
    from safetensors import SafetensorError

    if not path.is_file():
        raise InputError(f"There is no checkpoint {path}.")
    try:
        progress, tensors = _read(path)
        network.load_state_dict(_part(tensors, "network."))
        average.update(_part(tensors, "average."))
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise InputError(f"{path} is not a checkpoint of this network.", str(error)) from error
    if optimiser is not None:
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in _part(tensors, "optimiser.").items():
            index, name = key.split(".", 1)
            state.setdefault(int(index), {})[name] = value
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": state, "param_groups": groups})
    return progress


def start_from(path: Path, network: nn.Module) -> None:
    """Give a network the weights of the same network, or of one it has adapted weights of.

    Args:
        path: a checkpoint, whose averaged weights are taken, or the `weights.safetensors` of a model.
        network: what begins with them.

    Raises:
        InputError: the file holds no weights of such a network.
    """
    from safetensors import SafetensorError

    try:
        tensors = _read(path)[1]
        weights = _part(tensors, "average.") or {key: _full(value) for key, value in tensors.items()}
        adapted = getattr(network, "adapted", dict)
        network.load_state_dict(adapted(weights))
    except (OSError, SafetensorError, KeyError, RuntimeError, ValueError) as error:
        raise InputError(f"{path} holds no weights this network can start from.", str(error)) from error


def _read(path: Path) -> tuple[Progress, dict[str, Tensor]]:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        progress = Progress(**json.loads((file.metadata() or {}).get("progress", "{}")))
        return progress, {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118


def _full(value: Tensor) -> Tensor:
    return value.float() if value.is_floating_point() else value


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key[len(prefix) :]: value for key, value in tensors.items() if key.startswith(prefix)}
