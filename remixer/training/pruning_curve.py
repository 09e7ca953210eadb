"""Score and sparsity by pruning threshold (thesis, Figure 5.7), and the weights of every point."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from remixer.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn


@dataclass(frozen=True)
class Point:
    """The score at a threshold, and how many of the prunable channels are silent there."""

    threshold: float
    sdr_db: float
    silent: int
    total: int

    @property
    def sparsity(self) -> float:
        """The share of silent channels."""
        return self.silent / self.total


class Curve:
    """Points in a folder: `curve.json`, and each one's weights.

    Args:
        folder: where they go.
        resume: keep the points that are there.

    Raises:
        InputError: what is there is no curve.
    """

    def __init__(self, folder: Path, resume: bool = False) -> None:
        """Read what is there."""
        self.folder = folder
        self.points: list[Point] = []
        table = folder / "curve.json"
        if resume and table.is_file():
            try:
                rows = json.loads(table.read_text(encoding="utf-8"))["points"]
                self.points = [Point(**row) for row in rows]
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{table} is no curve of a pruning.", repr(error)) from error

    def add(self, point: Point, network: nn.Module) -> None:
        """Put a point down with the weights that made it; one of the same threshold is replaced."""
        from remixer.networks.weights import save_weights

        self.folder.mkdir(parents=True, exist_ok=True)
        save_weights(network, self._weights(point))
        self.points = [one for one in self.points if one.threshold != point.threshold] + [point]
        part = self.folder / "curve.json.part"
        part.write_text(
            json.dumps({"points": [asdict(one) for one in self.points]}, indent=1), encoding="utf-8"
        )
        part.replace(self.folder / "curve.json")

    def chosen(self, lose_db: float) -> Point:
        """The sparsest point that scores at most `lose_db` below the first."""
        first = self.points[0]
        good = [point for point in self.points if point.sdr_db >= first.sdr_db - lose_db]
        return max(good, key=lambda point: point.silent)

    def load(self, point: Point, network: nn.Module) -> None:
        """Fill a network with the weights of a point."""
        from remixer.networks.weights import load_weights

        load_weights(network, self._weights(point))

    def plot(self, path: Path) -> None:
        """Draw score and sparsity over the threshold as a PNG file."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8, 4.5), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        thresholds = [point.threshold for point in self.points]
        axes.plot(thresholds, [point.sdr_db for point in self.points], "o-", label="score")
        axes.set_xlabel("pruning threshold ε")
        axes.set_ylabel("score in dB")
        other = axes.twinx()
        other.plot(thresholds, [100.0 * point.sparsity for point in self.points], "s--", color="grey")
        other.set_ylabel("silent channels in % (dashed)")
        part = path.with_name(path.name + ".part")
        figure.savefig(part, format="png", dpi=120)
        part.replace(path)

    def _weights(self, point: Point) -> Path:
        return self.folder / f"threshold-{point.threshold:.3f}.safetensors"
