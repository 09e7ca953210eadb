"""A training killed at any moment goes on as if it had not been; two processes train one network alike."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from song_folders import written_config

from remixer.training.checkpoint import Progress, load_checkpoint
from remixer.training.config import build_network, read_config
from remixer.training.train import train

pytestmark = [pytest.mark.torch, pytest.mark.slow]

STEPS = 40
WAIT_SECONDS = 300
ONE_OF_TWO = """
import sys
from pathlib import Path
from safetensors.torch import save_file
from remixer.training import train as entry
from remixer.training.trainer import Trainer

class Watched(Trainer):
    def run(self, *arguments):
        progress = super().run(*arguments)
        save_file(dict(self.network.state_dict()), self.folder / f"rank-{self.ranks.rank}.weights")
        return progress

    def save(self, name):
        if self.ranks.first:
            (self.folder / f"written-by-{self.ranks.rank}").touch()
        super().save(name)

entry.Trainer = Watched
entry.train(Path(sys.argv[1]), songs=Path(sys.argv[2]), out=Path(sys.argv[3]))
"""
SECOND_INTERRUPTED = """
import os
import sys
from pathlib import Path
from remixer.errors import Cancelled
from remixer.training.train import train

rank, out = os.environ["RANK"], Path(sys.argv[3])

def report(share):
    if rank == "1" and share >= 0.2:
        raise Cancelled

try:
    train(Path(sys.argv[1]), songs=Path(sys.argv[2]), out=out, report=report)
except Cancelled:
    (out / f"stopped-{rank}").touch()
"""
LAUNCHER = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = written_config(tmp_path, steps=STEPS)
    text = path.read_text(encoding="utf-8").replace(
        "bfloat16 = false", "bfloat16 = false\nreuse = 3\nkept_batches = 4"
    )
    path.write_text(text.replace("[training]", "[training]\nsave_minutes = 0.0"), encoding="utf-8")
    return path


def started(*arguments: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def checkpoint(config: Path, path: Path) -> tuple[Progress, dict[str, torch.Tensor]]:
    network = build_network(read_config(config)["network"])
    progress = load_checkpoint(path, network, {}, None)
    return progress, network.state_dict()


def test_a_killed_training_goes_on_as_if_it_had_not_been(songs: Path, config: Path, tmp_path: Path) -> None:
    train(config, songs=songs, out=tmp_path / "whole")
    out = tmp_path / "killed"
    last = out / "last.safetensors"
    stop_at = random.Random().randint(1, STEPS - 10)
    process = started("-m", "remixer", "train", config, "--songs", songs, "--out", out)
    deadline = time.monotonic() + WAIT_SECONDS
    while not last.exists() or checkpoint(config, last)[0].step < stop_at:
        assert process.poll() is None, "the training ended before it was killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait(WAIT_SECONDS)
    assert checkpoint(config, last)[0].step < STEPS, "it was killed too late to tell"
    train(config, songs=songs, out=out, resume=True)
    progress, found = checkpoint(config, last)
    assert progress.step == STEPS
    expected = checkpoint(config, tmp_path / "whole" / "last.safetensors")[1]
    for name, value in expected.items():
        assert torch.allclose(found[name], value, atol=1e-6), name


def test_two_processes_hold_equal_weights_and_one_writes(songs: Path, config: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    script, out = tmp_path / "one_of_two.py", tmp_path / "run"
    script.write_text(ONE_OF_TWO, encoding="utf-8")
    assert started(*LAUNCHER, script, config, songs, out).wait(2 * WAIT_SECONDS) == 0
    first, second = (load_file(out / f"rank-{rank}.weights") for rank in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert [path.name for path in out.glob("written-by-*")] == ["written-by-0"]
    progress, written = checkpoint(config, out / "last.safetensors")
    assert progress.step == STEPS
    assert all(torch.equal(written[name], first[name]) for name in first)
    alone = tmp_path / "alone"
    train(config, songs=songs, out=alone)
    lonely = checkpoint(config, alone / "last.safetensors")[1]
    assert not all(torch.equal(lonely[name], first[name]) for name in first), "the second one taught nothing"


def test_what_interrupts_the_second_process_makes_the_first_save_and_stop(
    songs: Path, config: Path, tmp_path: Path
) -> None:
    script, out = tmp_path / "second_interrupted.py", tmp_path / "run"
    script.write_text(SECOND_INTERRUPTED, encoding="utf-8")
    text = config.read_text(encoding="utf-8").replace("save_minutes = 0.0", "save_minutes = 600.0")
    config.write_text(text, encoding="utf-8")
    assert started(*LAUNCHER, script, config, songs, out).wait(2 * WAIT_SECONDS) == 0
    assert sorted(path.name for path in out.glob("stopped-*")) == ["stopped-0", "stopped-1"]
    assert checkpoint(config, out / "last.safetensors")[0].step == STEPS // 5
