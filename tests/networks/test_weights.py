"""Weights fill a network whole, or it stays as it was and one sentence says why."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from remixer.errors import ModelError
from remixer.networks.weights import load_weights, save_weights, sha256_of

pytestmark = pytest.mark.torch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save_weights(network(1), tmp_path / "net.safetensors")
    return tmp_path / "net.safetensors"


def network(seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))


def same(one: nn.Module, other: nn.Module) -> bool:
    return all(
        torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )


def refuse(path: Path, words: str, sha256: str | None = None) -> None:
    """Loading says `words` and leaves the network as it was."""
    filled = network(2)
    with pytest.raises(ModelError, match=words):
        load_weights(filled, path, sha256)
    assert same(filled, network(2))


def test_weights_come_back_and_their_hash_is_told(file: Path) -> None:
    digest = save_weights(network(1), file)
    assert digest == sha256_of(file)
    filled = network(2)
    load_weights(filled, file, digest)
    assert same(filled, network(1))
    assert [one.name for one in file.parent.iterdir() if one.is_file()] == [file.name]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no modes there")
def test_everybody_may_read_them(file: Path) -> None:
    assert file.stat().st_mode & 0o444 == 0o444


def test_a_wrong_hash_is_refused(file: Path) -> None:
    refuse(file, "not the ones that were announced", "0" * 64)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    refuse(tmp_path / "nothing.safetensors", "are missing")


def test_a_torn_file_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])
    refuse(file, "are torn")


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    torch.save(network(1).state_dict(), tmp_path / "net.pt")
    refuse(tmp_path / "net.pt", "no safetensors file")


def test_a_missing_tensor_is_refused(file: Path) -> None:
    tensors = load_file(file)
    del tensors["0.bias"]
    save_file(tensors, file)
    refuse(file, "lack “0.bias”")


def test_an_extra_tensor_is_refused(file: Path) -> None:
    save_file({**load_file(file), "more": torch.zeros(2)}, file)
    refuse(file, "hold “more”")


def test_a_wrong_shape_is_refused(file: Path) -> None:
    save_file({**load_file(file), "0.weight": torch.zeros(4, 2)}, file)
    refuse(file, r"“0.weight” has the shape \(4, 2\), expected \(4, 3\)")


def test_a_wrong_kind_is_refused(file: Path) -> None:
    save_file({**load_file(file), "0.bias": torch.zeros(4, dtype=torch.float16)}, file)
    refuse(file, "“0.bias” has the kind torch.float16, expected torch.float32")


def test_weights_that_cannot_be_written_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="could not be written"):
        save_weights(network(1), tmp_path / "file" / "net.safetensors")
