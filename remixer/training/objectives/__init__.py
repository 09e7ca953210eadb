"""What networks are taught. An objective says what a batch is and what its loss is; the loop is common."""

from __future__ import annotations

from typing import Protocol


class Objective(Protocol):
    """Batches and the loss a network learns by."""

    def backward(self, number: int) -> float:
        """The loss of batch `number`, whose gradients are added to the network's parameters.

        Both are functions of the number, the weights and torch's random state alone, so that a run that was
        broken off goes on as if it had not been.
        """
