"""Pruned channels are gone, and nobody hears it."""

from __future__ import annotations

import pytest
import torch

from remixer.networks.counts import count, parameters_of
from remixer.networks.mdensenet import fold_batch_norms
from remixer.networks.mel_mdensenet import MelMDenseNet
from remixer.networks.pruning import (
    StructuredConv,
    carve,
    drop,
    dropped,
    input_levels,
    parameterise,
    prunable,
    prune,
    set_threshold,
    sparsity,
)

pytestmark = pytest.mark.torch
MEL = torch.rand(2, 1, 32, 8, generator=torch.Generator().manual_seed(0))


def tiny(bottleneck: bool = True) -> MelMDenseNet:
    network = MelMDenseNet(growth=6, layers=2, bottleneck=bottleneck)
    with torch.no_grad():
        network.train()(torch.rand(4, 1, 32, 8))
    return network.eval()


def test_the_bottleneck_network_has_2298_prunable_channels() -> None:
    network = MelMDenseNet()
    kernels = {
        holder.get_submodule(key).kernel_size: 0
        for _, holder, key in prunable(network)  # type: ignore[union-attr]
    }
    assert kernels.keys() == {(1, 1), (3, 3), (3, 1)}
    assert parameterise(network) == 2298


@pytest.mark.parametrize("bottleneck", [True, False])
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.99, 2.0])
def test_pruning_removes_channels_and_keeps_the_output(bottleneck: bool, threshold: float) -> None:
    network = tiny(bottleneck)
    before = count(network, MEL)
    parameterise(network)
    set_threshold(network, threshold)
    silent, total = sparsity(network)
    with torch.inference_mode():
        expected = network(MEL)
    kept = prune(network)
    after = count(network, MEL)
    with torch.inference_mode():
        assert (network(MEL) - expected).abs().max() < 1e-6
    assert not any(isinstance(part, StructuredConv) for part in network.modules())
    assert (silent > 0) == (threshold > 0)
    assert sum(map(len, kept.values())) >= total - silent
    if silent:
        assert after.parameters < before.parameters
        assert after.macs < before.macs
    else:
        assert after == before


def test_a_fresh_network_is_carved_to_take_pruned_weights() -> None:
    network, fresh = tiny(), tiny()
    parameterise(network)
    set_threshold(network, 0.4)
    kept = prune(network)
    carve(fresh, kept)
    fresh.load_state_dict(network.state_dict())
    with torch.inference_mode():
        assert torch.equal(fresh(MEL), network(MEL))


def test_dropped_channels_give_a_fresh_network_the_pruned_shape() -> None:
    network, fresh = tiny(), tiny()
    parameterise(network)
    set_threshold(network, 0.4)
    kept = prune(network)
    drop(fresh, dropped(tiny(), kept))
    fresh.load_state_dict(network.state_dict())
    with torch.inference_mode():
        assert torch.equal(fresh(MEL), network(MEL))
    with pytest.raises(ValueError, match=r"“no\.such\.layer”"):
        drop(tiny(), {"no.such.layer": [1]})


def test_a_trained_network_stays_what_it_is_when_its_channels_get_strengths() -> None:
    network = tiny()
    with torch.inference_mode():
        expected = network(MEL)
        parameterise(network, input_levels(network, lambda: network(MEL)))
        assert (network(MEL) - expected).abs().max() < 1e-5
    strengths = torch.cat([p.strength for p in network.modules() if isinstance(p, StructuredConv)])
    assert strengths.min() > 0
    assert strengths.max() == 1.0


def test_a_pruned_network_can_have_its_norms_folded() -> None:
    network = tiny()
    parameterise(network)
    set_threshold(network, 0.4)
    prune(network)
    with torch.inference_mode():
        expected = network(MEL)
        assert fold_batch_norms(network) > 0
        assert (network(MEL) - expected).abs().max() < 1e-5


def test_strengths_get_the_sum_of_their_weights_gradients() -> None:
    torch.manual_seed(3)
    layer = StructuredConv(torch.nn.Conv2d(3, 4, 3, padding=1), threshold=0.5)
    with torch.no_grad():
        layer.strength.copy_(torch.tensor([0.9, 0.1, -0.7]))
    maps = torch.randn(2, 3, 8, 8)
    used = layer.fused().detach().requires_grad_()
    torch.nn.functional.conv2d(maps, used, layer.conv.bias, padding=1).square().sum().backward()
    layer(maps).square().sum().backward()
    assert used.grad is not None and layer.strength.grad is not None
    assert torch.allclose(layer.strength.grad, used.grad.sum(dim=(0, 2, 3)), rtol=1e-4)
    assert layer.kept() == [0, 2]
    assert layer.strength.grad[1] != 0


def test_parameterising_twice_changes_nothing() -> None:
    network = tiny()
    assert parameterise(network) > 0
    count_before = parameters_of(network)
    assert parameterise(network) == 0
    assert parameters_of(network) == count_before
