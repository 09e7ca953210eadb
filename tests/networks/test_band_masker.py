"""The band masker: exact transforms, masks that sum to one, a step equal to the whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from learning import learn_by_heart

from remixer.networks.band_masker import BandMasker, analysis_and_synthesis_windows, build
from remixer.networks.counts import parameters_of
from remixer.networks.export import export_streaming, export_whole
from remixer.networks.fourier import FastFourier, MatrixFourier

pytestmark = pytest.mark.torch

TINY = {"width": 8, "deep_width": 12, "hidden": 6, "bands": [[32, 1], [16, 4]], "window_frames": 256}
WHOLE = {**TINY, "hop_frames": 64, "synthesis_frames": 256}
LIVE = {**TINY, "hop_frames": 32, "synthesis_frames": 64, "dilation": 2, "causal": True}
DEEP = {**LIVE, "stages": 3}
SLOW = {**TINY, "hop_frames": 64, "synthesis_frames": 256, "causal": True}


def made(settings: dict[str, object]) -> BandMasker:
    """A network whose every weight and statistic matters."""
    torch.manual_seed(3)
    network = build(**settings).eval()
    for value in network.state_dict().values():
        if value.ndim == 1 or not value.any():
            value.add_(0.3 * torch.rand_like(value))
    return network


@pytest.mark.parametrize(("hop", "synthesis"), [(64, 256), (32, 64), (128, 256)])
def test_the_windows_multiply_and_overlap_to_one(hop: int, synthesis: int) -> None:
    analysis, back = analysis_and_synthesis_windows(256, hop, synthesis)
    product = analysis[-synthesis:] * back
    assert torch.allclose(product.reshape(-1, hop).sum(0), torch.ones(hop), atol=1e-6)


@pytest.mark.parametrize("kept", [1024, 256])
def test_the_transform_by_matrices_equals_the_fast_one(kept: int) -> None:
    frames = torch.randn(3, 1024, generator=torch.Generator().manual_seed(0))
    fast, matrices = FastFourier(1024, kept), MatrixFourier(1024, kept)
    for one, other in zip(fast(frames), matrices(frames), strict=True):
        assert torch.allclose(one, other, atol=1e-4)
    assert torch.allclose(matrices.inverse(*matrices(frames)), frames[:, -kept:], atol=1e-5)


def test_a_length_without_a_whole_root_is_refused() -> None:
    with pytest.raises(ValueError, match="2048 is not the square"):
        MatrixFourier(2048)


@pytest.mark.parametrize("settings", [WHOLE, LIVE, SLOW])
@pytest.mark.parametrize("frames", [1, 1000, 2048])
def test_the_stems_sum_to_the_mixture(settings: dict[str, object], frames: int) -> None:
    mixture = torch.randn(2, 2, frames, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        stems = made(settings)(mixture)
    assert stems.shape == (2, 4, 2, frames)
    assert torch.allclose(stems.sum(1), mixture, atol=1e-5)


@pytest.mark.parametrize("settings", [LIVE, DEEP, SLOW])
@pytest.mark.parametrize("hops", [1, 3])
def test_stepping_equals_the_whole(settings: dict[str, object], hops: int) -> None:
    network = made(settings)
    mixture = torch.randn(1, 2, 24 * network.hop, generator=torch.Generator().manual_seed(2))
    state, parts = network.initial_state(1), []
    with torch.inference_mode():
        whole = network(mixture)
        for block in mixture.split(hops * network.hop, dim=-1):
            stems, state = network.step(block, state)
            parts.append(stems)
    stepped = torch.cat(parts, dim=-1)
    late = stepped[..., network.latency :]
    assert torch.allclose(late, whole[..., : late.shape[-1]], atol=1e-5)


def test_silence_stays_silent() -> None:
    network = made(LIVE)
    stems, _ = network.step(torch.zeros(1, 2, network.hop), network.initial_state(1))
    assert torch.count_nonzero(stems) == 0


def test_the_form_for_export_gives_the_same_stems() -> None:
    network = made(WHOLE)
    mixture = torch.randn(1, 2, 3000, generator=torch.Generator().manual_seed(4))
    with torch.inference_mode():
        assert torch.allclose(network(mixture), network.exportable()(mixture), atol=1e-5)


@pytest.mark.parametrize("settings", [WHOLE, LIVE])
def test_an_exported_network_equals_torch(settings: dict[str, object], tmp_path: Path) -> None:
    assert export_whole(made(settings), tmp_path / "whole.onnx", (2048, 3000, 700)) < 1e-4


def test_an_exported_stream_equals_torch(tmp_path: Path) -> None:
    assert export_streaming(made(DEEP), tmp_path / "live.onnx") < 1e-4


def test_the_usual_shape_has_its_count_of_parameters() -> None:
    assert parameters_of(build()) == 597_200


def test_bands_that_cannot_be_folded_are_refused() -> None:
    with pytest.raises(ValueError, match="24 bands: a multiple of 16"):
        build(**{**WHOLE, "bands": [[24, 1]]})


def test_a_causal_network_starts_from_one_that_looks_ahead() -> None:
    whole, live = made(WHOLE), build(**{**WHOLE, "causal": True}).eval()
    live.load_state_dict(live.adapted(whole.state_dict()))
    steady = torch.ones(1, 40, 3, whole.band_count)
    kept = live.state_dict()
    assert all(torch.equal(one, kept[name]) for name, one in live.adapted(kept).items())
    for network in (whole, live):
        network.trunk.memory.out.weight.data.zero_()
    with torch.inference_mode():
        assert torch.allclose(live.logits(steady)[:, 25], whole.logits(steady)[:, 25], atol=1e-5)


@pytest.mark.parametrize("settings", [WHOLE, LIVE])
@pytest.mark.parametrize("more", [{"stages": 3}, {"width": 12, "deep_width": 20, "hidden": 10, "stages": 2}])
def test_a_larger_network_begins_as_the_smaller_one(
    settings: dict[str, object], more: dict[str, object]
) -> None:
    small, large = made(settings), build(**{**settings, **more}).eval()
    large.load_state_dict(large.adapted(small.state_dict()))
    for network in (small, large):
        network.trunk.memory.norm = torch.nn.Identity()  # the only layer that hears the new units at once
    mixture = torch.randn(1, 2, 2048, generator=torch.Generator().manual_seed(5))
    with torch.inference_mode():
        assert torch.allclose(large(mixture), small(mixture), atol=1e-5)


def test_every_weight_of_a_larger_network_learns() -> None:
    small, large = made(WHOLE), build(**{**WHOLE, "width": 12, "deep_width": 20, "hidden": 10, "stages": 2})
    large.load_state_dict(large.adapted(small.state_dict()))
    optimiser = torch.optim.SGD(large.parameters(), lr=1e-2)
    mixture = torch.randn(1, 2, 2048, generator=torch.Generator().manual_seed(6))
    for _ in range(3):
        optimiser.zero_grad()
        large(mixture)[:, 0].square().mean().backward()
        optimiser.step()
    still = [name for name, one in large.named_parameters() if one.grad is None or not one.grad.any()]
    assert still == []


def test_a_smaller_network_does_not_start_from_a_larger_one() -> None:
    with pytest.raises(ValueError, match="12 units do not fit into 8"):
        made(WHOLE).adapted(made({**WHOLE, "width": 12}).state_dict())


@pytest.mark.parametrize("settings", [WHOLE, LIVE])
def test_it_learns_one_mixture_by_heart(settings: dict[str, object]) -> None:
    time = torch.arange(2048) / 2048
    tones = torch.stack([torch.sin(2 * torch.pi * hz * time) for hz in (40, 210, 500, 900)])
    wanted = (0.2 * tones)[None, :, None].expand(-1, -1, 2, -1)
    learn_by_heart(made(settings).train(), wanted, wanted.sum(1), 1e-2, 300)
