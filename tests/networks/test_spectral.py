"""The transform in real operations is the Fourier transform."""

from __future__ import annotations

import pytest
import torch

from remixer.networks.spectral import RealDft, mel_filters

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("size", [4, 8, 32, 64, 1024, 2048, 4096])
def test_real_dft_equals_the_fourier_transform(size: int) -> None:
    frames = torch.randn(3, 2, size)
    real, imaginary = RealDft(size)(frames)
    expected = torch.fft.rfft(frames)
    scale = expected.abs().max()
    assert (torch.complex(real, imaginary) - expected).abs().max() < 2e-6 * scale


@pytest.mark.parametrize("size", [4, 64, 1024, 2048])
def test_inverse_equals_the_inverse_of_any_spectrum(size: int) -> None:
    real, imaginary = torch.randn(2, 3, size // 2 + 1)
    expected = torch.fft.irfft(torch.complex(real, imaginary), n=size)
    assert (RealDft(size).inverse(real, imaginary) - expected).abs().max() < 1e-5


@pytest.mark.parametrize("size", [0, 3, 100])
def test_sizes_that_are_no_power_of_two_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="powers of two"):
        RealDft(size)


def test_mel_filters_peak_at_one_and_overlap_by_half() -> None:
    filters = mel_filters(1024, 128, 32_000, 2048)
    assert filters.shape == (128, 1024)
    assert filters.max() <= 1.0
    assert (filters.sum(dim=1) > 0).all()
    covered = filters.sum(dim=0)[2:900]
    assert (covered - 1.0).abs().max() < 1e-5
