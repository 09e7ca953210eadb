"""Every test here needs torch; one thread keeps them quick beside other work."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def seeded() -> None:
    """The same random weights every time."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
