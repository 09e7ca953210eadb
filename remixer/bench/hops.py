"""The time of a hop: torch, onnxruntime and its 8-bit form, one thread and two, taking turns."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from remixer.jobs import Report

if TYPE_CHECKING:
    from remixer.networks.layers import CausalNetwork

HOPS = 2_000
TURN = 50
TURN_MS = 1_000.0
MOST_SECONDS = 60.0
WARM_UP = 10
Hop = Callable[[], None]


@dataclass(frozen=True)
class Contender:
    """One way to run a hop; `prepare` is called before its turn."""

    runtime: str
    threads: int
    prepare: Hop
    hop: Hop


def measure_bandwidth() -> float:
    """Bytes a second that one thread reads from memory: the best of several passes over 256 MiB."""
    block = np.ones(2**26, np.float32)
    best = 0.0
    for _ in range(5):
        start = time.perf_counter()
        np.dot(block, block)
        best = max(best, block.nbytes / (time.perf_counter() - start))
    return best


def take_turns(
    contenders: list[Contender], hops: int, report: Report, most_seconds: float = MOST_SECONDS
) -> list[dict[str, Any]]:
    """Time every contender over `hops` hops, in short turns, so that a busy machine slows all alike.

    A contender that has used up `most_seconds` stops early; the `count` in its answer says how far it came.
    """
    times: list[list[float]] = [[] for _ in contenders]
    for contender in contenders:
        contender.prepare()
        for _ in range(WARM_UP):
            contender.hop()
    running = list(range(len(contenders)))
    gc.collect()
    gc.disable()
    try:
        while running:
            for place in running:
                report(min(1.0, min(map(len, times)) / hops))
                contenders[place].prepare()
                times[place] += _turn(contenders[place].hop, min(TURN, hops - len(times[place])))
            running = [
                place
                for place in running
                if len(times[place]) < hops and sum(times[place]) < most_seconds * 1e3
            ]
    finally:
        gc.enable()
    return [_summary(one, kept) for one, kept in zip(contenders, times, strict=True)]


def _turn(hop: Hop, count: int) -> list[float]:
    """Times of up to `count` hops in ms; slow ones end the turn early, so that it can be cancelled."""
    taken: list[float] = []
    while len(taken) < count and sum(taken) < TURN_MS:
        start = time.perf_counter()
        hop()
        taken.append((time.perf_counter() - start) * 1e3)
    return taken


def _summary(contender: Contender, times: list[float]) -> dict[str, Any]:
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    return {
        "runtime": contender.runtime,
        "threads": contender.threads,
        "count": len(times),
        "p50": float(p50),
        "p95": float(p95),
        "p99": float(p99),
        "max": max(times),
    }


def torch_hops(network: CausalNetwork, threads: int) -> Contender:
    """The network in torch, stepped over noise."""
    import torch

    hop = torch.randn(1, network.channels, network.hop) * 0.1
    kept = {"state": network.initial_state(1)}

    def step() -> None:
        with torch.inference_mode():
            _, kept["state"] = network.step(hop, kept["state"])

    return Contender("torch", threads, lambda: torch.set_num_threads(threads), step)


def torch_calls(network: Any, shape: tuple[int, ...], threads: int) -> Contender:
    """A network without state in torch, over one input."""
    import torch

    given = torch.rand(shape)

    def call() -> None:
        with torch.inference_mode():
            network(given)

    return Contender("torch", threads, lambda: torch.set_num_threads(threads), call)


def stream_agreement_db(found: Path, expected: Path, length: int, hops: int = 400) -> float:
    """How far two exported networks' stems differ, below the stems, over noise that comes and goes."""
    from remixer.networks.compact import agreement_db
    from remixer.networks.export import open_file

    generator = np.random.default_rng(1)
    heard = []
    sessions = [open_file(path) for path in (found, expected)]
    feeds = [
        {
            one.name: np.zeros([side if isinstance(side, int) else length for side in one.shape], np.float32)
            for one in session.get_inputs()
        }
        for session in sessions
    ]
    for place in range(hops):
        noise = generator.standard_normal(feeds[0]["hop"].shape) * 0.1 * (1 + np.sin(place / 20))
        outputs = []
        for session, feed in zip(sessions, feeds, strict=True):
            feed["hop"] = noise.astype(np.float32)
            names = [one.name for one in session.get_outputs()]
            results = dict(zip(names, session.run(names, feed), strict=True))
            outputs.append(results.pop("stems"))
            feed |= {name.replace("next_", "state_"): value for name, value in results.items()}
        heard.append(outputs)
    stems = [np.concatenate([one[side] for one in heard], axis=-1) for side in (0, 1)]
    return agreement_db(stems[0], stems[1])


def onnx_hops(path: Path, runtime: str, threads: int, length: int) -> Contender:
    """An exported network; what it calls `next_…` is fed back as `state_…`.

    Args:
        path: the file.
        runtime: what to call it.
        threads: of the session.
        length: of an axis the file leaves open.
    """
    from remixer.networks.export import open_file

    session = open_file(path, threads)
    outputs = [one.name for one in session.get_outputs()]
    generator = np.random.default_rng(0)
    feeds = {}
    for one in session.get_inputs():
        shape = [side if isinstance(side, int) else length for side in one.shape]
        state = one.name.startswith("state_")
        values = np.zeros(shape) if state else generator.standard_normal(shape) * 0.1
        feeds[one.name] = values.astype(np.float32)
    following = [name.replace("next_", "state_") for name in outputs]

    def run() -> None:
        results = session.run(outputs, feeds)
        for name, value in zip(following, results, strict=True):
            if name in feeds:
                feeds[name] = value

    return Contender(runtime, threads, lambda: None, run)
