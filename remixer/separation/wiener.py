"""A multichannel Wiener filter after the network: each stem a Gaussian with a place in the stereo field."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remixer.separation.spectrum import Audio, istft, stft

Power = NDArray[np.float32]
Filters = NDArray[np.complex64]

EPSILON = 1e-7


def wiener(mixture: Audio, stems: Audio, iterations: int = 1, window: int = 4096, hop: int = 1024) -> Audio:
    """Refine stems by expectation-maximisation, so that they also explain the mixture's stereo image.

    Every stem is modelled, in each bin, by its power in time and one spatial covariance matrix, both
    estimated from the stem itself; the stem becomes its expected value given the mixture.

    Args:
        mixture: `(2, frames)`.
        stems: `(stems, 2, frames)`, the network's estimates.
        iterations: how often to repeat; 0 returns the stems as they are.
        window: length of the spectral window in frames.
        hop: distance of the windows in frames.

    Returns:
        `(stems, 2, frames)`; their sum is the mixture as far as the stems were not silent.
    """
    if iterations < 1 or mixture.shape[-1] == 0:
        return stems
    heard = stft(mixture, window, hop)
    guesses = stft(stems, window, hop)
    floor = np.float32(EPSILON * max(float(np.square(np.abs(heard)).mean()), 1e-12))
    for _ in range(iterations):
        guesses = _expect(heard, guesses, floor)
    return istft(guesses, window, hop, mixture.shape[-1])


def _expect(heard: Filters, guesses: Filters, floor: np.float32) -> Filters:
    """One step: `heard` (2, steps, bins) and `guesses` (stems, 2, steps, bins) to better guesses."""
    left, right = guesses[:, 0], guesses[:, 1]
    left_power, right_power = _square(left), _square(right)
    power = np.float32(0.5) * (left_power + right_power)
    total = power.sum(axis=1, keepdims=True) + floor
    places = (
        left_power.sum(axis=1, keepdims=True) / total,
        right_power.sum(axis=1, keepdims=True) / total,
        (left * right.conj()).sum(axis=1, keepdims=True) / total,
    )
    both_left = (power * places[0]).sum(axis=0) + floor
    both_right = (power * places[1]).sum(axis=0) + floor
    crossed = (power * places[2]).sum(axis=0)
    determinant = both_left * both_right - _square(crossed)
    determinant = np.maximum(determinant, floor * floor)
    white_left = (both_right * heard[0] - crossed * heard[1]) / determinant
    white_right = (both_left * heard[1] - crossed.conj() * heard[0]) / determinant
    return np.stack(
        [
            power * (places[0] * white_left + places[2] * white_right),
            power * (places[2].conj() * white_left + places[1] * white_right),
        ],
        axis=1,
    ).astype(np.complex64, copy=False)


def _square(values: Filters) -> Power:
    return values.real**2 + values.imag**2
