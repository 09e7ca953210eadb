"""Weights as safetensors: nothing is unpickled, and a network is filled whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixer.errors import ModelError
from remixer.networks.aside import written_aside

if TYPE_CHECKING:
    from torch import Tensor, nn


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file.

    Raises:
        ModelError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"The weights {path.name} could not be read.", str(error)) from error


def save_weights(network: nn.Module, path: Path) -> str:
    """Write every parameter and buffer of the network; return the file's SHA-256.

    Raises:
        ModelError: the file cannot be written; nothing is left under its name then.
    """
    from safetensors.torch import save_file

    tensors = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    with written_aside(path) as aside:
        save_file(tensors, aside)
        aside.chmod(0o644)  # safetensors keeps what it writes to its owner; a model is for everybody
        return sha256_of(aside)


def load_weights(network: nn.Module, path: Path, sha256: str | None = None) -> None:
    """Fill the network; it stays as it was unless every tensor is there, known and of the right form.

    Args:
        network: what is filled.
        path: a safetensors file.
        sha256: what the file must hash to, if known.

    Raises:
        ModelError: the file is unreadable, torn, of another hash, or does not fit the network.
    """
    found = read_weights(path, sha256)
    expected = network.state_dict()
    missing = sorted(expected.keys() - found.keys())
    extra = sorted(found.keys() - expected.keys())
    if missing:
        raise ModelError(
            f"The weights {path.name} lack {_count(missing)} the network needs.", ", ".join(missing)
        )
    if extra:
        raise ModelError(
            f"The weights {path.name} hold {_count(extra)} the network does not know.", ", ".join(extra)
        )
    for name, tensor in expected.items():
        _check_tensor(path, name, found[name], tensor)
    network.load_state_dict(found)


def read_weights(path: Path, sha256: str | None = None) -> dict[str, Tensor]:
    """The tensors of a safetensors file, its hash checked first.

    Raises:
        ModelError: the file is unreadable, torn or of another hash.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if not path.is_file():
        raise ModelError(f"The weights {path.name} are missing.", str(path))
    digest = sha256_of(path)
    if sha256 is not None and digest != sha256:
        raise ModelError(
            f"The weights {path.name} are not the ones that were announced: "
            f"their hash begins {digest[:8]}, expected {sha256[:8]}."
        )
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"The weights {path.name} are torn or no safetensors file.", str(error)) from error
    return tensors


def _check_tensor(path: Path, name: str, found: Tensor, expected: Tensor) -> None:
    """Raise ModelError unless shape and kind agree."""
    for word, one, other in (("shape", found.shape, expected.shape), ("kind", found.dtype, expected.dtype)):
        if one != other:
            raise ModelError(
                f"The weights {path.name} do not fit: “{name}” has the {word} {_plain(one)}, "
                f"expected {_plain(other)}."
            )


def _plain(value: Any) -> str:
    return str(value) if not hasattr(value, "numel") else str(tuple(value))


def _count(names: list[str]) -> str:
    return f"“{names[0]}”" if len(names) == 1 else f"“{names[0]}” and {len(names) - 1} more tensors"
