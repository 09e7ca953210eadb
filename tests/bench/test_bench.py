"""Counting and timing, without waiting for real figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from remixer.bench import bench, table
from remixer.bench.cases import CASES, NAMES
from remixer.bench.child import Request, main
from remixer.bench.hops import Contender, measure_bandwidth, onnx_hops, take_turns, torch_hops
from remixer.errors import Cancelled, UsageError
from remixer.jobs import ignore

pytestmark = pytest.mark.torch


def test_counts_come_as_plain_rows_in_the_order_asked() -> None:
    rows = bench(only=["mel-mdensenet-dc-nodsconvs-bc", "hs-tasnet-small"], counts_only=True)
    assert [row["network"] for row in rows] == ["mel-mdensenet-dc-nodsconvs-bc", "hs-tasnet-small"]
    assert (rows[0]["parameters"], rows[0]["macs"]) == (169_095, 76_677_312)
    assert rows[1]["parameters"] == 15_966_800
    assert rows[1]["weights_mib"] == pytest.approx(15_966_800 * 4 / 2**20)
    assert json.loads(json.dumps(rows)) == rows


def test_one_name_may_come_alone() -> None:
    assert [row["network"] for row in bench(only="x-umx", counts_only=True)] == ["x-umx"]


def test_an_unknown_network_is_a_usage_error_that_names_the_known() -> None:
    with pytest.raises(UsageError, match="hs-tasnet-small"):
        bench(only="demucs", counts_only=True)


def test_counting_is_cancelled_between_networks() -> None:
    def stop(fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        bench(only="x-umx", counts_only=True, report=stop)


def test_the_names_of_the_issue_are_measured() -> None:
    wanted = {
        "sudo-rm-rf-1.0x",
        "sudo-rm-rf-0.5x",
        "sudo-rm-rf-0.25x",
        "hs-tasnet",
        "hs-tasnet-small",
        "tasnet",
    }
    wanted |= {"x-umx", "mmdensenet", "mel-mdensenet-dc", "mel-mdensenet-dc-nodsconvs"}
    assert {*wanted, "mel-mdensenet-dc-nodsconvs-bc"} <= {*NAMES}
    assert len(NAMES) == len({*NAMES}) == len(CASES)


def test_the_table_shows_what_was_measured_and_a_dash_for_the_rest() -> None:
    hop = {"runtime": "int8", "threads": 1, "count": 9, "p50": 1.0, "p95": 1.5, "p99": 2.0, "max": 3.0}
    row: dict[str, Any] = {
        "network": "net",
        "parameters": 1_234,
        "macs": None,
        "weights_mib": 0.5,
        "rtf": 0.25,
    }
    text = table([{**row, "hops": [{**hop, "budget_ms": 11.6, "bound_ms": 0.5}], "notes": ["a word"]}])
    lines = text.splitlines()
    assert lines[0].split()[:2] == ["network", "parameters"]
    assert "1,234" in lines[1] and "0.250" in lines[1] and " - " in lines[1]
    assert "int8, 1 thread(s): 9 hops, p50 1.00" in lines[2]
    assert lines[3] == "net: a word"


def test_contenders_take_turns_and_all_make_the_same_number_of_hops() -> None:
    order: list[str] = []
    contenders = [
        Contender("torch", threads, lambda: None, lambda threads=threads: order.append(str(threads)))
        for threads in (1, 2)
    ]
    found = take_turns(contenders, 120, ignore)
    assert [one["count"] for one in found] == [120, 120]
    assert all(one["p50"] <= one["p95"] <= one["p99"] <= one["max"] for one in found)
    measured = "".join(order[20:])
    assert measured == "1" * 50 + "2" * 50 + "1" * 50 + "2" * 50 + "1" * 20 + "2" * 20


def test_a_slow_contender_stops_early_and_says_so() -> None:
    found = take_turns([Contender("torch", 1, lambda: None, lambda: None)], 500, ignore, most_seconds=0.0)
    assert found[0]["count"] == 50


def test_timing_is_cancelled_between_turns() -> None:
    def stop(fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        take_turns([Contender("torch", 1, lambda: None, lambda: None)], 500, stop)


def test_a_file_and_its_network_make_hops(tmp_path: Path) -> None:
    from remixer.networks import build
    from remixer.networks.export import export_streaming
    from remixer.networks.layers import CausalNetwork

    network = build("hs-tasnet-small", window=64, bases=32, hidden=16).eval()
    assert isinstance(network, CausalNetwork)
    export_streaming(network, tmp_path / "live.onnx")
    contenders = [torch_hops(network, 1), onnx_hops(tmp_path / "live.onnx", "fp32", 1, network.hop)]
    assert [one["runtime"] for one in take_turns(contenders, 10, ignore)] == ["torch", "fp32"]


def test_a_child_tells_speed_and_memory_of_an_exported_network(tmp_path: Path) -> None:
    from remixer.networks import build
    from remixer.networks.export import export_whole

    network = build("hs-tasnet-small", window=64, bases=32, hidden=16)
    export_whole(network, tmp_path / "whole.onnx", (900, 400))
    request = Request("onnx", str(tmp_path / "whole.onnx"), 8000, 2, 0.5, 0.2, 1)
    answer = json.loads(main(json.dumps(request.__dict__)))
    assert answer["seconds_per_second"] > 0
    assert 20 < answer["peak_mib"] < 20_000


def test_bandwidth_is_that_of_a_memory() -> None:
    assert 1e8 < measure_bandwidth() < 1e12
