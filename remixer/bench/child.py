"""One measurement in a process of its own, so that its memory can be told apart: prints one JSON object.

Usage: `python -m remixer.bench.child '<request as JSON>'`.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any, Literal

from remixer.memory import peak_rss_mib


@dataclass(frozen=True)
class Request:
    """What to measure.

    Attributes:
        task: `onnx` separates, `rival` does so with another package's network, `train` steps.
        name: a file for `onnx`, else a network.
        rate: of the audio, in Hz.
        channels: of the audio.
        seconds: of audio.
        segment: seconds heard at a time.
        threads: of the runtime.
    """

    task: Literal["onnx", "rival", "train"]
    name: str
    rate: int
    channels: int
    seconds: float
    segment: float
    threads: int


def main(argument: str) -> str:
    """Measure what the request asks for; the answer is JSON."""
    request = Request(**json.loads(argument))
    seconds = {"onnx": _onnx, "rival": _rival, "train": _train}[request.task](request)
    return json.dumps({"seconds_per_second": seconds, "peak_mib": peak_rss_mib(), **asdict(request)})


def _pieces(request: Request) -> list[tuple[int, int]]:
    length, segment = int(request.seconds * request.rate), int(request.segment * request.rate)
    return [(start, min(segment, length - start)) for start in range(0, length, segment)]


def _timed(request: Request, separate: Any) -> float:
    """Seconds of work for a second of audio, the first piece once beforehand to warm up."""
    pieces = _pieces(request)
    separate(pieces[0][1])
    start = time.perf_counter()
    for _, frames in pieces:
        separate(frames)
    return (time.perf_counter() - start) / request.seconds


def _onnx(request: Request) -> float:
    from pathlib import Path

    import numpy as np

    from remixer.networks.export import open_file

    session = open_file(Path(request.name), request.threads)
    noise = np.random.default_rng(0).standard_normal(
        (1, request.channels, int(request.segment * request.rate))
    )
    mixture = (noise * 0.1).astype(np.float32)
    return _timed(request, lambda frames: session.run(["stems"], {"mixture": mixture[..., :frames]}))


def _rival(request: Request) -> float:
    import torch

    from remixer.bench.rivals import build_rival

    torch.set_num_threads(request.threads)
    network = build_rival(request.name)
    mixture = torch.randn(1, request.channels, int(request.segment * request.rate)) * 0.1
    with torch.inference_mode():
        return _timed(request, lambda frames: network(mixture[..., :frames]))


def _train(request: Request) -> float:
    """Forward, backward and step over one segment, best of three."""
    import torch

    from remixer.networks import build

    torch.set_num_threads(request.threads)
    network = build(request.name)
    optimiser = torch.optim.AdamW(network.parameters())
    mixture = torch.randn(1, request.channels, int(request.segment * request.rate)) * 0.1
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        loss = network(mixture).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        best = min(best, time.perf_counter() - start)
    return best / request.segment


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1]) + "\n")
