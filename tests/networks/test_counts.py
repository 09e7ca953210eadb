"""The published sizes and costs, to the last parameter and product."""

from __future__ import annotations

import pytest
import torch

from remixer.networks import build
from remixer.networks.counts import Convention, Counts, count, parameters_of
from remixer.networks.mdensenet import fold_batch_norms
from remixer.networks.mel_mdensenet import MelMDenseNet
from remixer.networks.mmdensenet import MMDenseNet

pytestmark = pytest.mark.torch

PARAMETERS = {
    "hs-tasnet": 41_843_448,
    "hs-tasnet-small": 15_966_800,
    "tasnet": 51_653_000,
    "x-umx": 31_539_232,
    "sudo-rm-rf-1.0x": 2_662_278,
    "sudo-rm-rf-0.5x": 1_415_046,
    "sudo-rm-rf-0.25x": 791_430,
}
SUDO_MACS = {
    "sudo-rm-rf-1.0x": (16, 2_292_121_600, 2_469_596_800, 2.52e9),
    "sudo-rm-rf-0.5x": (8, 1_421_516_800, 1_588_547_200, 1.54e9),
    "sudo-rm-rf-0.25x": (4, 986_214_400, 1_148_022_400, 1.06e9),
}
LONG, SHORT, MEL = (1, 1, 1024, 64), (1, 1, 1024, 8), (1, 1, 128, 8)


@pytest.mark.parametrize(("network", "expected"), PARAMETERS.items())
def test_parameters_are_those_published(network: str, expected: int) -> None:
    assert parameters_of(build(network)) == expected


@pytest.mark.parametrize(("network", "figures"), SUDO_MACS.items())
def test_sudo_rm_rf_costs_what_its_table_1_says(network: str, figures: tuple[int, int, int, float]) -> None:
    blocks, true, thop, published = figures
    second = torch.zeros(1, 1, 8000)
    built = build(network)
    assert count(built, second).macs == true
    assert count(built, second, convention="thop").macs == thop
    rest = 13.75e6 * blocks + 19e6
    assert abs(true + rest - published) < 0.01 * published


@pytest.mark.parametrize(
    ("kernel", "parameters", "macs"), [(3, 255_777, 4_269_720_576), (7, 259_617, None), (19, 289_569, None)]
)
def test_mmdensenet_costs_what_table_4_1_says(kernel: int, parameters: int, macs: int | None) -> None:
    network = MMDenseNet(merge="zero-pad", kernel=kernel)
    found = count(network, torch.zeros(LONG), convention="thop-old")
    assert found.parameters == parameters
    assert macs in (None, found.macs)


@pytest.mark.parametrize(
    ("shape", "convention", "macs"),
    [
        (LONG, "thop", 4_168_096_768),
        (LONG, "true", 4_033_613_824),
        (SHORT, "thop", 521_012_096),
        (SHORT, "true", 504_201_728),
    ],
)
def test_the_baseline_costs_what_tables_5_2_and_5_6_say(
    shape: tuple[int, ...], convention: Convention, macs: int
) -> None:
    assert count(MMDenseNet(), torch.zeros(shape), convention=convention) == Counts(255_481, macs)


@pytest.mark.parametrize(
    ("down_convs", "bottleneck", "published", "true"),
    [
        (True, False, Counts(238_517, 108_862_112), 106_152_320),
        (False, False, Counts(237_545, 108_426_656), 105_716_864),
        (False, True, Counts(169_881, 77_018_208), 74_990_208),
    ],
)
def test_mel_networks_cost_what_tables_5_6_and_5_8_say(
    down_convs: bool, bottleneck: bool, published: Counts, true: int
) -> None:
    network = MelMDenseNet(down_convs=down_convs, bottleneck=bottleneck)
    assert count(network, torch.zeros(MEL), convention="thop") == published
    assert count(network, torch.zeros(MEL)).macs == true


def test_folded_norms_give_the_published_bottleneck_network() -> None:
    network = MelMDenseNet().eval()
    assert fold_batch_norms(network) == 30
    assert count(network, torch.zeros(MEL), convention="thop") == Counts(169_095, 76_677_312)


def test_four_outputs_cost_27_parameters() -> None:
    network = MelMDenseNet(outputs=4).eval()
    fold_batch_norms(network)
    assert parameters_of(network) == 169_122


@pytest.mark.parametrize(
    "name", ["mel-mdensenet-dc", "mel-mdensenet-dc-nodsconvs", "mel-mdensenet-dc-nodsconvs-bc"]
)
def test_registered_mel_networks_are_the_published_ones(name: str) -> None:
    expected = {"mel-mdensenet-dc": 238_517, "mel-mdensenet-dc-nodsconvs": 237_545}.get(name, 169_881)
    assert parameters_of(build(name)) == expected


def test_registered_baselines_are_the_published_ones() -> None:
    assert parameters_of(build("mmdensenet")) == 255_481
    assert parameters_of(build("mmdensenet-table-4.1")) == 255_777
