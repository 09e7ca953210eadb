"""Several processes that train one network, as torchrun starts them: equal weights, different batches.

Gradients are averaged over the processes before every step. Only the first process measures time, validates
and writes; the others follow it. What interrupts one ends all, after the same step.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import torch
from torch import distributed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from torch import Tensor

PATIENCE = timedelta(hours=6)


class Ranks:
    """This process among those that train together.

    Args:
        rank: its number.
        count: how many there are.
    """

    def __init__(self, rank: int = 0, count: int = 1) -> None:
        """Note the numbers; `meet` connects the processes."""
        self.rank, self.count = rank, count

    @classmethod
    def meet(cls) -> Ranks:
        """Meet the others, if torchrun started this process; else be alone."""
        ranks = cls(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))
        if ranks.count > 1:
            distributed.init_process_group("gloo", timeout=PATIENCE)
        return ranks

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def batch(self, step: int) -> int:
        """The number of this process' batch in a step: no two processes share one."""
        return step * self.count + self.rank

    def share(self, tensors: Iterable[Tensor]) -> None:
        """Give everybody the first process' values."""
        if self.count > 1:
            for tensor in tensors:
                distributed.broadcast(tensor.detach(), src=0)

    def average(self, tensors: Iterable[Tensor]) -> None:
        """Replace values by their mean over the processes."""
        if self.count > 1:
            for tensor in tensors:
                distributed.all_reduce(tensor)
                tensor.div_(self.count)

    def mean(self, value: float) -> float:
        """The mean of the processes' values."""
        told = torch.tensor([value], dtype=torch.float64)
        self.average([told])
        return float(told)

    def agreed(self, value: float) -> float:
        """The first process' value."""
        if self.count == 1:
            return value
        told = torch.tensor([value], dtype=torch.float64)
        distributed.broadcast(told, src=0)
        return float(told)

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """Let the first process do something before the others do it, who then find it done."""
        if self.count > 1 and not self.first:
            distributed.barrier()
        yield
        if self.count > 1 and self.first:
            distributed.barrier()

    def part(self) -> None:
        """Leave the others."""
        if self.count > 1:
            distributed.destroy_process_group()


ALONE = Ranks()
