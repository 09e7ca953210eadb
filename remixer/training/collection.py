"""The project's collection of audio as pools: real songs, singing, and songs the sequencer renders."""

from __future__ import annotations

import csv
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from remixer.errors import InputError
from remixer.training.pool import Pool, Source, kept_pool, write_pool
from remixer.training.sequencer import Band, Scores, render_song

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

log = logging.getLogger(__name__)

MANIFEST = "MANIFEST.tsv"
ALL_TIERS = ("open", "nc")
WARNING = re.compile(r"do not train (.+) on it")


def is_collection(folder: Path) -> bool:
    """Whether a folder holds a collection, which its manifest says."""
    return (folder / MANIFEST).is_file()


def collection_pool(
    folder: Path,
    out: Path,
    split: str,
    tiers: Sequence[str] = ALL_TIERS,
    rendered_songs: int = 0,
    seed: int = 77,
) -> Pool:
    """Write the pool of one split, or open it if it is there already.

    Args:
        folder: the collection.
        out: where the pool goes.
        split: `train` or `valid`.
        tiers: licence tiers to take.
        rendered_songs: how many minutes the sequencer adds to drums, bass and other.
        seed: what they sound like.

    Raises:
        InputError: the collection holds nothing of the kind, or the pool there was made from something else.
    """
    sources = collection_sources(folder, split, tiers)
    if not sources:
        raise InputError(f"{folder / MANIFEST} lists no stems for “{split}” in the tiers {', '.join(tiers)}.")
    kept = kept_pool(out, sources, rendered_songs)
    if kept is not None:
        return kept
    log.info("decoding %d stems, rendering %d songs", len(sources), rendered_songs)
    return write_pool(sources, out, rendered=_rendered(folder, rendered_songs, seed))


def collection_sources(folder: Path, split: str, tiers: Sequence[str] = ALL_TIERS) -> list[Source]:
    """The stems of songs, and for training the singing, that a collection's manifest lists."""
    with (folder / MANIFEST).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["tier"] in tiers]
    kinds = ("song", "singing") if split == "train" else ("song",)
    return [
        Source(folder / row["path"], row["stem"], _song_of(row), row["kind"], row["tier"])
        for row in rows
        if row["split"] == split and row["kind"] in kinds and _fit(row)
    ]


def _fit(row: dict[str, str]) -> bool:
    """Whether the note of a stem does not warn of it, as it does if another stem's sound is in it."""
    warned = WARNING.search(row.get("note") or "")
    return warned is None or row["stem"] not in warned[1].split(" or ")


def _song_of(row: dict[str, str]) -> str:
    path = Path(row["path"])
    return path.parent.name if row["kind"] == "song" else path.stem


def _rendered(folder: Path, songs: int, seed: int) -> Iterator[tuple[Source, NDArray[np.float32]]]:
    if songs < 1:
        return
    band, scores = Band(folder / "samples"), Scores(folder / "midi")
    for number in range(songs):
        stems = render_song(band, scores, 60.0, np.random.default_rng((seed, number)))
        for stem, audio in stems.items():
            yield Source(Path(), stem, f"rendered-{number:04d}", "rendered", "open"), audio
