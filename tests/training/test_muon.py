"""Muon: orthogonal steps for matrices, Adam's for the rest."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from remixer.training.muon import Muon, orthogonal

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("shape", [(12, 40), (40, 12), (16, 16)])
def test_the_step_of_a_matrix_has_about_equal_singular_values(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    scaled = orthogonal(torch.randn(shape)) / max(1.0, shape[0] / shape[1]) ** 0.5
    assert torch.linalg.svdvals(scaled).sub(0.95).abs().max() < 0.35


def test_small_and_odd_parameters_take_adams_first_step() -> None:
    network = nn.Conv2d(2, 4, 1)
    before = {name: value.detach().clone() for name, value in network.named_parameters()}
    for value in network.parameters():
        value.grad = torch.full_like(value, -3.0)
    Muon(network, 0.01, 0.0).step()
    for name, value in network.named_parameters():
        assert torch.allclose(value, before[name] + 0.01, atol=1e-6)


def test_each_gate_of_an_lstm_is_a_matrix_of_its_own() -> None:
    network = nn.LSTM(16, 8)
    before = network.weight_ih_l0.detach().clone()
    network.weight_ih_l0.grad = torch.cat([scale * torch.randn(8, 16) for scale in (1.0, 1e-3, 1e3, 1e-2)])
    Muon(network, 0.01, 0.0).step()
    sizes = (network.weight_ih_l0 - before).reshape(4, -1).norm(dim=1)
    assert sizes.max() / sizes.min() < 1.5


def test_a_convolution_and_an_lstm_learn() -> None:
    torch.manual_seed(1)
    network = nn.ModuleList([nn.Conv1d(8, 16, 3, padding=1), nn.LSTM(16, 8)])
    heard, wanted = torch.randn(4, 8, 20), torch.randn(20, 4, 8).tanh()
    optimiser = Muon(network, 2e-3, 0.01)
    losses = []
    for _ in range(100):
        loss = (network[1](network[0](heard).permute(2, 0, 1))[0] - wanted).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
