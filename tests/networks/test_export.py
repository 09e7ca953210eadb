"""An exported network is the network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_networks import CAUSAL, EVERY
from torch import Tensor, nn

from remixer.errors import ModelError
from remixer.networks import build
from remixer.networks.compact import agreement_db, halve_weights, quantize_int8
from remixer.networks.export import export_streaming, export_whole, open_file
from remixer.networks.layers import CausalNetwork

pytestmark = pytest.mark.torch
pytest.importorskip("onnx")

LENGTHS = (900, 1500, 333)
SLOW = {"mdensenet-mbdb-1", "mdensenet-mbdb-3"}


@pytest.mark.parametrize("name", sorted(EVERY.keys() - SLOW))
def test_exported_whole_network_equals_torch_at_any_length(name: str, tmp_path: Path) -> None:
    network, config = EVERY[name]
    file = tmp_path / "whole.onnx"
    assert export_whole(build(network, **config), file, LENGTHS) < 1e-4
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["whole.onnx"]


@pytest.mark.parametrize("name", CAUSAL)
def test_exported_streaming_network_equals_torch(name: str, tmp_path: Path) -> None:
    network, config = CAUSAL[name]
    causal = build(network, **config)
    assert isinstance(causal, CausalNetwork)
    assert export_streaming(causal, tmp_path / "live.onnx") < 1e-4
    inputs = {one.name: one.shape for one in open_file(tmp_path / "live.onnx").get_inputs()}
    assert set(inputs) == {"hop", *(f"state_{state}" for state in causal.initial_state(1))}
    assert all(isinstance(side, int) for name, shape in inputs.items() if name != "hop" for side in shape)


def test_a_network_that_exports_wrongly_gets_no_file(tmp_path: Path) -> None:
    class Changing(nn.Module):
        """Traced with one gain, heard with another."""

        calls = 0

        def forward(self, mixture: Tensor) -> Tensor:
            Changing.calls += 1
            return mixture.unsqueeze(1) * float(Changing.calls)

    with pytest.raises(ModelError, match="differs from the trained one"):
        export_whole(Changing(), tmp_path / "wrong.onnx", LENGTHS)
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_cannot_be_exported_is_a_sentence(tmp_path: Path) -> None:
    class Broken(nn.Module):
        def forward(self, mixture: Tensor) -> Tensor:
            raise RuntimeError("no")

    with pytest.raises(ModelError, match="could not be exported"):
        export_whole(Broken(), tmp_path / "broken.onnx", LENGTHS)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def live(tmp_path: Path) -> Path:
    causal = build("hs-tasnet-small", stems=2, window=64, bases=48, hidden=64)
    assert isinstance(causal, CausalNetwork)
    export_streaming(causal, tmp_path / "live.onnx")
    return tmp_path / "live.onnx"


def hear(path: Path) -> np.ndarray:
    """What a streaming file makes of sixteen hops of noise."""
    session = open_file(path)
    feeds = {one.name: np.zeros(one.shape, np.float32) for one in session.get_inputs() if one.name != "hop"}
    generator = np.random.default_rng(0)
    feeds["hop"] = generator.standard_normal((1, 2, 16 * 32)).astype(np.float32) * 0.1
    return session.run(["stems"], feeds)[0]


def test_sixteen_bit_weights_halve_the_file_and_keep_the_sound(live: Path, tmp_path: Path) -> None:
    halve_weights(live, tmp_path / "half.onnx")
    assert (tmp_path / "half.onnx").stat().st_size < 0.62 * live.stat().st_size
    assert agreement_db(hear(tmp_path / "half.onnx"), hear(live)) > 50


def test_eight_bit_arithmetic_shrinks_the_file_and_nearly_keeps_the_sound(live: Path, tmp_path: Path) -> None:
    quantize_int8(live, tmp_path / "int8.onnx")
    assert (tmp_path / "int8.onnx").stat().st_size < 0.5 * live.stat().st_size
    assert 20 < agreement_db(hear(tmp_path / "int8.onnx"), hear(live)) < 80


def test_a_file_whose_weights_are_halved_already_is_not_quantised_in_name_only(
    live: Path, tmp_path: Path
) -> None:
    halve_weights(live, tmp_path / "half.onnx")
    with pytest.raises(ModelError, match="16 bits already"):
        quantize_int8(tmp_path / "half.onnx", tmp_path / "int8.onnx")
    assert not (tmp_path / "int8.onnx").exists()


@pytest.mark.parametrize("work", [quantize_int8, halve_weights])
def test_what_is_no_network_is_refused_and_leaves_nothing(work: object, tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("not a network")
    with pytest.raises(ModelError):
        work(tmp_path / "text.onnx", tmp_path / "out.onnx")  # type: ignore[operator]
    assert [one.name for one in tmp_path.iterdir() if one.name != "home"] == ["text.onnx"]
