"""What the program keeps on disk, read from outside: which songs there are and how far their stems are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]


class State:
    """The songs of one user.

    Args:
        home: the user's home, as it is reached from outside.
    """

    def __init__(self, home: Path) -> None:
        self.cache = home / ".cache" / "stem-remixer"
        self.config = home / ".config" / "stem-remixer"
        self.log = home / ".local" / "state" / "stem-remixer"

    def songs(self) -> list[Path]:
        """Return the folders of the songs that were opened."""
        return sorted(file.parent for file in self.cache.glob("songs/*/song.json"))

    def separated(self, song: Path, model: str) -> float:
        """Return the fraction of a song's stems that a model has written."""
        for coverage in song.glob(f"takes/{model}-*/coverage.u8"):
            tiles = np.fromfile(coverage, np.uint8)
            return float(np.mean(tiles != 0)) if len(tiles) else 0.0
        return 0.0

    def fader_db(self, song: Path, stem: str) -> float:
        """Return where a fader of a song stands, as the program has kept it."""
        mix = self.config / "mixes" / f"{song.name}.json"
        if not mix.exists():
            return 0.0
        return float(json.loads(mix.read_text("utf-8"))["controls"]["stems"][stem]["gain_db"])

    def remix(self, song: Path, model: str, stem: str, gain_db: float) -> Audio:
        """Return what a song should sound like with one fader moved, `(frames, 2)`, from what lies on disk.

        The song as it is, plus what the fader adds to, or takes from, the stem.
        """
        take = next(song.glob(f"takes/{model}-*"))
        names = json.loads((take / "take.json").read_text("utf-8"))["stems"]
        stems = np.fromfile(take / "stems.f32", np.float32).reshape(len(names), -1, 2)
        one = stems[names.index(stem)]
        mixture = np.fromfile(song / "mixture.f32", np.float32).reshape(-1, 2)[: len(one)]
        faded: Audio = mixture + one * np.float32(10 ** (gain_db / 20) - 1)
        return faded

    def choose_export_folder(self, folder: str) -> None:
        """Set the folder of the last export, as the settings keep it."""
        path = self.config / "settings.json"
        self.config.mkdir(parents=True, exist_ok=True)
        chosen = json.loads(path.read_text("utf-8")) if path.exists() else {}
        path.write_text(json.dumps({**chosen, "export_folder": folder}), "utf-8")
