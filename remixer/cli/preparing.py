"""What several commands begin with: the library, the song decoded, the model chosen and run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remixer.cli.printing import ProgressLine, warn
from remixer.memory import peak_rss_mib

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard
    from remixer.song.library import Library
    from remixer.song.song import Song
    from remixer.song.take import Take


@dataclass(frozen=True)
class Run:
    """What was done to one song, for people and for programs."""

    song: Song
    model: ModelCard | None
    device: str | None
    begun: float
    files: list[Path]

    def as_plain(self) -> dict[str, Any]:
        """Return the figures of `--json`."""
        elapsed = time.monotonic() - self.begun
        return {
            "song": str(self.song.source),
            "model": self.model.id if self.model else None,
            "device": self.device,
            "seconds": round(self.song.seconds, 3),
            "elapsed_s": round(elapsed, 3),
            "rtf": round(elapsed / self.song.seconds, 5),
            "peak_rss_mib": round(peak_rss_mib(), 1),
            "files": [str(path) for path in self.files],
        }


def open_library() -> Library:
    """Return the cache of songs, where the settings say it lies."""
    from remixer.settings import load_settings, settings_path
    from remixer.song.library import Library

    settings = load_settings(settings_path())
    return Library(settings.cache_path, settings.cache_limit_bytes)


def decoded(library: Library, path: Path, line: ProgressLine, card: ModelCard | None = None) -> Song:
    """Open a song and decode it, unless that was done before; say before if it takes much room.

    Args:
        library: the cache.
        path: the song's file.
        line: shows how far it is.
        card: the model that is to separate it, None for none.

    Raises:
        InputError: it cannot be read.
        OutputError: the cache is full, or will be.
    """
    from remixer.song.importing import decode_song
    from remixer.song.room import require_room

    song = library.open(path)
    room = require_room(song, card.take_id, len(card.stems)) if card is not None else require_room(song)
    if room.large:
        warn(room.sentence)
    decode_song(song, line.about(f"Reading {song.title}"))
    if song.note:
        warn(f"{song.title}: {song.note}.")
    return song


def chosen_model(model_id: str | None) -> ModelCard:
    """Return the model of that name, else the one for whole songs.

    Raises:
        UsageError: there is none of that name.
    """
    from remixer.separation.catalog import load_catalog

    catalog = load_catalog()
    for fault in catalog.faults:
        warn(fault)
    return catalog.get(model_id) if model_id else catalog.default_offline()


def separated(song: Song, card: ModelCard, device: str, line: ProgressLine) -> Take:
    """Return the model's complete take of the song; what was separated before is kept.

    Raises:
        ModelError: the model or the device failed.
        OutputError: the cache is full.
    """
    from remixer.separation.song_run import separate_song

    return separate_song(song, card, device, line.about(f"Separating {song.title} with {card.name}"))


def used_device(card: ModelCard, device: str) -> str:
    """Return the device a model runs on when that one is asked for.

    Raises:
        ModelError: there is no such device, or the model cannot run there.
    """
    from remixer.separation.devices import require
    from remixer.separation.separator import choose

    if card.kind != "classic":
        return choose(card, device)[1]
    require(device)
    return "cpu"
