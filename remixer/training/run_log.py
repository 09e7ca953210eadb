"""What a training run leaves for TensorBoard."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)


class RunLog:
    """Numbers by step, written below a folder; where tensorboard is missing it says so and writes none.

    Args:
        folder: where the event files go; None for nowhere.
    """

    def __init__(self, folder: Path | None) -> None:
        """Open the event file."""
        self._writer: Any = None
        if folder is None:
            return
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            log.warning("tensorboard is not installed; the run leaves no curves.")
        else:
            self._writer = SummaryWriter(str(folder))

    def add(self, step: int, **values: float) -> None:
        """Add one point to each named curve."""
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Write what is buffered."""
        if self._writer is not None:
            self._writer.close()
