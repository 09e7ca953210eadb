"""The whole measurement: counts, hops, then whole songs in turns."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixer.bench.cases import LIVE_RATE, Case, chosen, inner, prepared
from remixer.bench.child import Request
from remixer.bench.hops import (
    HOPS,
    measure_bandwidth,
    onnx_hops,
    stream_agreement_db,
    take_turns,
    torch_calls,
    torch_hops,
)
from remixer.bench.paper import FLOAT_BYTES, MIB, count_case
from remixer.bench.rivals import SEGMENT_SECONDS, installed
from remixer.errors import ModelError
from remixer.jobs import Report, ignore

if TYPE_CHECKING:
    from torch import nn

THREADS = (1, 2)
SONG_SECONDS = 7.8
ROUNDS = 2
TRAIN_SECONDS = 2.0
HOP_SHARE = 0.6
WORTH = 0.7


def run(names: list[str], counts_only: bool, report: Report = ignore) -> list[dict[str, Any]]:
    """Measure the named networks, or all; see `remixer.bench.bench`."""
    cases, rivals = chosen(names)
    rows: list[dict[str, Any]] = []
    bandwidth = 0.0 if counts_only else measure_bandwidth()
    with tempfile.TemporaryDirectory() as folder:
        for place, case in enumerate(cases):
            report(place / len(cases) * HOP_SHARE)
            network = prepared(case, shapes_only=counts_only)
            row = count_case(case, network)
            rows.append(row)
            if not counts_only:
                part = _part(report, place / len(cases) * HOP_SHARE, HOP_SHARE / len(cases))
                row.update(measure_hops(case, network, Path(folder), bandwidth, part))
        if not counts_only:
            rows += measure_songs(
                cases, rivals, rows, Path(folder), _part(report, HOP_SHARE, 1.0 - HOP_SHARE)
            )
    return rows


def _part(report: Report, start: float, share: float) -> Report:
    return lambda fraction: report(start + share * fraction)


def measure_hops(
    case: Case, network: nn.Module, folder: Path, bandwidth: float, report: Report
) -> dict[str, Any]:
    """Times of a hop, or of a context of frames, and what 8 bits save and cost; nothing for the others."""
    if case.counted != "hop" and not case.context:
        return {}
    files = _files(case, network, folder)
    if case.counted == "hop":
        length = int(network.hop)  # type: ignore[arg-type]
        seconds = length / case.rate
        ways = [torch_hops(network, threads) for threads in THREADS]  # type: ignore[arg-type]
    else:
        length, seconds = case.shape[-1], case.shape[-1] * 512 / case.rate
        ways = [torch_calls(inner(network), case.shape, threads) for threads in THREADS]
    ways += [onnx_hops(file, name, threads, length) for name, file in files.items() for threads in THREADS]
    hops = take_turns(ways, HOPS, report)
    for hop in hops:
        weights = files.get(hop["runtime"], files["fp32"]).stat().st_size
        hop |= {"budget_ms": seconds * 1e3, "bound_ms": weights / bandwidth * 1e3}
    best = min((hop for hop in hops if hop["threads"] == 1), key=lambda hop: float(hop["p50"]))
    row: dict[str, Any] = {
        "hop_ms": {key: best[key] for key in ("p50", "p95", "p99", "max", "runtime", "threads")},
        "hops": hops,
        "bandwidth_gib_per_second": bandwidth / 2**30,
    }
    if "int8" in files:
        row["weights_int8_mib"] = files["int8"].stat().st_size / MIB
        row["int8_agreement_db"] = stream_agreement_db(files["int8"], files["fp32"], length)
    return row


def _files(case: Case, network: nn.Module, folder: Path) -> dict[str, Path]:
    """The exported network by runtime; in 8 bits too where there is something to quantise."""
    from remixer.networks.compact import quantize_int8
    from remixer.networks.export import export_spectrum, export_streaming

    files = {"fp32": folder / f"{case.network}.onnx"}
    if case.counted == "hop":
        export_streaming(network, files["fp32"])  # type: ignore[arg-type]
        small = folder / f"{case.network}-int8.onnx"
        quantize_int8(files["fp32"], small)
        if small.stat().st_size < WORTH * files["fp32"].stat().st_size:
            files["int8"] = small
    else:
        export_spectrum(inner(network), files["fp32"], case.shape)
    return files


def measure_songs(
    cases: list[Case], rivals: list[str], rows: list[dict[str, Any]], folder: Path, report: Report
) -> list[dict[str, Any]]:
    """Whole-song speed and memory, ours and the rivals' in turns, added to `rows`; gives the rivals' rows."""
    requests = {}
    for case in cases:
        requests[case.network] = _song_request(case, folder)
    there, missing = installed(rivals)
    for name in there:
        requests[name] = Request("rival", name, LIVE_RATE, 2, SONG_SECONDS, SEGMENT_SECONDS, THREADS[-1])
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in requests}
    total = ROUNDS * len(requests) + len(cases)
    done = 0
    for _ in range(ROUNDS):
        for name, request in requests.items():
            report(done / total)
            found[name].append(_in_child(request))
            done += 1
    for case, row in zip(cases, rows, strict=True):
        report(done / total)
        done += 1
        row.update(_training(requests[case.network], case))
    for row in rows:
        row.update(_whole(found[row["network"]]))
        if missing:
            row["notes"] = [f"not compared with {', '.join(missing)}: the packages are not installed"]
    return [{"network": name, **_rival_row(name), **_whole(found[name])} for name in there]


def _song_request(case: Case, folder: Path) -> Request:
    """The exported network over a song, on two threads."""
    from remixer.networks.export import export_whole

    network = prepared(case)
    channels = int(network.channels)  # type: ignore[arg-type]
    file = folder / f"{case.network}-whole.onnx"
    export_whole(network, file, (case.rate, case.rate // 2))
    return Request("onnx", str(file), case.rate, channels, SONG_SECONDS, SEGMENT_SECONDS, THREADS[-1])


def _training(request: Request, case: Case) -> dict[str, Any]:
    wanted = {**asdict(request), "task": "train", "name": case.network, "segment": TRAIN_SECONDS}
    step = _in_child(Request(**wanted))
    return {"training_rtf": step["seconds_per_second"], "training_peak_mib": step["peak_mib"]}


def _whole(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "rtf": statistics.median(one["seconds_per_second"] for one in runs),
        "peak_mib": max(one["peak_mib"] for one in runs),
    }


def _rival_row(name: str) -> dict[str, Any]:
    from remixer.bench.rivals import build_rival

    parameters = sum(one.numel() for one in build_rival(name).parameters())
    return {"parameters": parameters, "macs": None, "weights_mib": parameters * FLOAT_BYTES / MIB}


def _in_child(request: Request) -> dict[str, Any]:
    """Run one request in a process of its own.

    Raises:
        ModelError: it broke off.
    """
    command = [sys.executable, "-m", "remixer.bench.child", json.dumps(asdict(request))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ModelError(f"Measuring {Path(request.name).stem} broke off.", done.stderr[-2000:])
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
