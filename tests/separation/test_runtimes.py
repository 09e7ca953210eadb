"""The ONNX and the torch runtime: the same stems, one sentence when something is wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import filtered, kernels

from remixer.errors import Cancelled, ModelError
from remixer.separation import devices as devices_module
from remixer.separation.card import ModelCard, Weights
from remixer.separation.devices import Device, devices
from remixer.separation.separator import choose, open_separator
from remixer.separation.streaming import Streamer

Tiny = Callable[..., ModelCard]
pytest.importorskip("onnxruntime")


def _sound(frames: int = 20_000) -> np.ndarray:
    return np.random.default_rng(7).standard_normal((2, frames)).astype(np.float32) * 0.2


def test_a_whole_song_network_runs(tiny: Tiny) -> None:
    separator = open_separator(tiny("whole"))
    assert separator.device == "cpu"
    sound = _sound()
    np.testing.assert_allclose(separator.separate(sound), filtered(sound, kernels()), atol=1e-6)
    separator.close()


def test_a_streaming_network_separates_whole_stretches_too(tiny: Tiny) -> None:
    separator = open_separator(tiny("streaming"))
    sound = _sound()
    for _ in range(2):
        np.testing.assert_allclose(separator.separate(sound), filtered(sound, kernels()), atol=1e-5)


@pytest.mark.parametrize("kind", ["whole", "streaming"])
def test_an_interrupt_stops_one_separation_only(tiny: Tiny, kind: str) -> None:
    separator = open_separator(tiny(kind))
    separator.interrupt()
    with pytest.raises(Cancelled):
        separator.separate(_sound(2000))
    assert separator.separate(_sound(2000)).shape == (4, 2, 2000)


def test_a_running_network_is_broken_off(tiny: Tiny) -> None:
    separator = open_separator(tiny("whole"), threads=1)
    sound = _sound(3_000_000)
    timer = threading.Timer(0.05, separator.interrupt)
    timer.start()
    with pytest.raises(Cancelled):
        for _ in range(100):
            separator.separate(sound)
    timer.join()


def test_a_file_that_is_no_network_is_one_sentence(tiny: Tiny) -> None:
    card = tiny("whole")
    file = card.weights[0].file
    file.write_bytes(b"not a network")
    import hashlib

    sha = hashlib.sha256(b"not a network").hexdigest()
    wrong = replace(card, weights=(Weights("onnxruntime", file, sha),))
    with pytest.raises(ModelError, match="could not be opened"):
        open_separator(wrong)


def test_a_network_of_the_other_kind_is_refused(tiny: Tiny) -> None:
    card = tiny("streaming")
    with pytest.raises(ModelError, match="no network for whole songs"):
        open_separator(replace(card, kind="whole"))


def test_an_unknown_device_is_named_with_those_there_are(tiny: Tiny) -> None:
    with pytest.raises(ModelError, match=r"no device “quantum” on this computer; there are: auto, cpu"):
        open_separator(tiny("whole"), "quantum")


def test_a_device_only_torch_knows_needs_torch_weights(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Device("auto", "", "onnxruntime"), Device("cpu", "", "onnxruntime"), Device("mps", "", "torch")]
    for module in ("devices", "separator"):
        monkeypatch.setattr(f"remixer.separation.{module}.devices", lambda: found)
    card = tiny("whole")
    with pytest.raises(ModelError, match="cannot run on the device “mps”"):
        choose(card, "mps")
    both = replace(card, weights=(*card.weights, Weights("torch", Path("x"), "")))
    assert choose(both, "mps") == ("torch", "mps")
    assert choose(both, "auto") == ("onnxruntime", "cpu")


def test_auto_takes_a_trusted_accelerator_for_whole_songs_only(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    providers = ("CUDAExecutionProvider", "CoreMLExecutionProvider", "CPUExecutionProvider")
    monkeypatch.setattr("remixer.separation.separator.available_providers", lambda: providers)
    assert choose(tiny("whole"), "auto") == ("onnxruntime", "cuda:0")
    assert choose(tiny("whole"), "coreml") == ("onnxruntime", "coreml")
    assert choose(tiny("streaming"), "auto") == ("onnxruntime", "cpu")
    monkeypatch.setattr("remixer.separation.separator.available_providers", lambda: providers[1:])
    assert choose(tiny("whole"), "auto") == ("onnxruntime", "cpu")


def test_a_device_that_does_not_start_is_said(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    providers = ("CUDAExecutionProvider", "CPUExecutionProvider")
    monkeypatch.setattr("remixer.separation.separator.available_providers", lambda: providers)
    with pytest.warns(UserWarning), pytest.raises(ModelError, match="“cuda:0” did not start"):
        open_separator(tiny("whole"), "cuda:0")


def test_devices_are_listed_once_and_without_waking_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    awake = "torch" in sys.modules
    found = [one.id for one in devices()]
    assert found[:2] == ["auto", "cpu"]
    assert len(set(found)) == len(found)
    assert ("torch" in sys.modules) == awake
    monkeypatch.setattr(devices_module, "available_providers", lambda: ("CUDAExecutionProvider",))
    monkeypatch.setattr(devices_module, "_likely_torch_devices", lambda: [Device("cuda:0", "x", "torch")])
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert [(one.id, one.runtime) for one in devices()] == [
        ("auto", "onnxruntime"), ("cpu", "onnxruntime"), ("cuda:0", "onnxruntime"),
    ]  # fmt: skip


@pytest.mark.torch
def test_both_runtimes_stream_what_the_network_makes_of_the_whole(tmp_path: Path, tiny: Tiny) -> None:
    torch = pytest.importorskip("torch")
    from remixer.networks import build
    from remixer.networks.export import export_streaming
    from remixer.networks.weights import save_weights

    torch.manual_seed(1)
    config: dict[str, Any] = {"window": 128, "bases": 32, "hidden": 16}
    network = build("hs-tasnet", **config).eval()
    export_streaming(network, tmp_path / "model.onnx")
    card = tiny("streaming", hop=64, latency=64)
    import hashlib

    shas = {
        "model.onnx": hashlib.sha256((tmp_path / "model.onnx").read_bytes()).hexdigest(),
        "model.safetensors": save_weights(network, tmp_path / "model.safetensors"),
    }
    weights = (
        Weights("onnxruntime", tmp_path / "model.onnx", shas["model.onnx"]),
        Weights("torch", tmp_path / "model.safetensors", shas["model.safetensors"]),
    )
    card = replace(card, network="hs-tasnet", config=config)
    sound = _sound(4000)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(sound)[None])[0].numpy().transpose(0, 2, 1)
    for one in weights:
        stream = Streamer(replace(card, weights=(one,)), 44_100)
        parts = [stream.process(sound.T[at : at + 100]) for at in range(0, 4000, 100)]
        made = np.concatenate([*parts, stream.flush()], axis=1)
        np.testing.assert_allclose(made, wanted, atol=1e-5)
        whole = open_separator(replace(card, weights=(one,))).separate(sound)
        np.testing.assert_allclose(whole.transpose(0, 2, 1), wanted, atol=1e-5)


@pytest.mark.torch
def test_weights_in_half_precision_are_computed_in_single(tmp_path: Path, tiny: Tiny) -> None:
    torch = pytest.importorskip("torch")
    from remixer.networks import build
    from remixer.networks.weights import save_weights

    config = {"window": 128, "bases": 32, "hidden": 16}
    network = build("hs-tasnet", **config).eval()
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(value.half().float())
    wanted = network(torch.from_numpy(_sound(1000))[None])[0].detach().numpy()
    sha = save_weights(network.half(), tmp_path / "model.safetensors")
    weights = (Weights("torch", tmp_path / "model.safetensors", sha),)
    card = replace(tiny("whole"), weights=weights, network="hs-tasnet", config=config)
    np.testing.assert_allclose(open_separator(card).separate(_sound(1000)), wanted, atol=1e-5)


@pytest.mark.torch
def test_weights_that_do_not_fit_are_one_sentence(tmp_path: Path, tiny: Tiny) -> None:
    pytest.importorskip("torch")
    from remixer.networks import build
    from remixer.networks.weights import save_weights

    config = {"window": 128, "bases": 32, "hidden": 16}
    sha = save_weights(build("hs-tasnet", **config), tmp_path / "model.safetensors")
    weights = (Weights("torch", tmp_path / "model.safetensors", sha),)
    card = replace(tiny("whole"), weights=weights, network="hs-tasnet")
    with pytest.raises(ModelError, match="do not fit its network “hs-tasnet”"):
        open_separator(replace(card, config={**config, "hidden": 24}))
    with pytest.raises(ModelError, match="do not fit its network “nothing”"):
        open_separator(replace(card, network="nothing"))
    separator = open_separator(replace(card, config=config))
    assert separator.separate(_sound(1000)).shape == (4, 2, 1000)
    separator.interrupt()
    with pytest.raises(Cancelled):
        separator.separate(_sound(1000))
