"""The band masker: exact transforms, masks that sum to one, a step equal to the whole."""

from __future__ import annotations

import pytest
import torch

from remixer.networks.band_masker import BandMasker, analysis_and_synthesis_windows, build
from remixer.networks.fourier import FastFourier, MatrixFourier

pytestmark = pytest.mark.torch

TINY = {"hidden": 8, "layers": 2, "bands": [[16, 1], [8, 2]], "window_frames": 256}
WHOLE = {**TINY, "hop_frames": 64, "synthesis_frames": 256}
LIVE = {**TINY, "hop_frames": 32, "synthesis_frames": 64, "bidirectional": False}
SLOW = {**TINY, "hop_frames": 64, "synthesis_frames": 256, "bidirectional": False}


def made(settings: dict[str, object]) -> BandMasker:
    torch.manual_seed(3)
    return build(**settings).eval()


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


@pytest.mark.parametrize("settings", [LIVE, SLOW])
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
