"""Songs for training and validation, as the [data] table of a configuration asks for them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from remixer.errors import InputError
from remixer.training.collection import ALL_TIERS, collection_pool, is_collection
from remixer.training.config import filled
from remixer.training.metrics import SongScores, utterance_sdr
from remixer.training.mixtures import MixtureConfig, Mixtures
from remixer.training.pool import POOL_RATE_HZ, STEMS, Pool, kept_pool, song_sources, write_pool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import nn

log = logging.getLogger(__name__)


def training_songs(table: Mapping[str, Any], songs: Path | None, out: Path) -> tuple[Mixtures, Pool | None]:
    """Mixtures to learn from and a pool to validate on.

    Args:
        table: [data]: `pool`, `valid`, `tiers`, `rendered_songs`, `seed`, and the keys of `MixtureConfig`.
        songs: a folder `<song>/{vocals,drums,bass,other}.*` or a collection with a manifest.
        out: where pools are written.

    Raises:
        InputError: there are no songs, or the table has an unknown key.
    """
    data = dict(table)
    named, valid, seed = data.pop("pool", ""), data.pop("valid", ""), int(data.pop("seed", 1))
    tiers, rendered_songs = data.pop("tiers", ALL_TIERS), int(data.pop("rendered_songs", 0))
    config = filled(MixtureConfig, data, "data")
    pool = _pool(named, songs, out, tiers, rendered_songs)
    return Mixtures(pool, config, seed), _valid_pool(valid, songs, out)


class Validation:
    """Scores a network on whole songs of a pool.

    Args:
        pool: songs never trained on.
        stems: what the network's stems are, in their order.
        rate: of the audio the network hears, in Hz.
        channels: it hears; one is the mean of both.

    Raises:
        InputError: none of these stems sounds in any of the songs.
    """

    def __init__(
        self, pool: Pool, stems: Sequence[str] = STEMS, rate: int = POOL_RATE_HZ, channels: int = 2
    ) -> None:
        """Read the songs; all fit into memory."""
        self.stems, self.rate, self.channels = tuple(stems), rate, channels
        self.songs: dict[str, dict[str, NDArray[np.float32]]] = {}
        whole = [track for track in pool.tracks if track.kind == "song"]
        frames: dict[str, int] = {}
        for track in whole:
            frames[track.song] = max(frames.get(track.song, 0), track.frames)
        for track in whole:
            self.songs.setdefault(track.song, {})[track.stem] = pool.crop(track, 0, frames[track.song])
        if not any(self._judged(song) for song in self.songs):
            known = ", ".join(self.stems)
            raise InputError(f"The songs for validation hold nothing to judge the network by: {known}.")

    def __call__(self, network: nn.Module) -> SongScores:
        """Utterance SDR of each song and stem that is not silent."""
        table: dict[str, dict[str, float]] = {}
        for song, stems in self.songs.items():
            estimates = self._separate(network, np.sum(list(stems.values()), axis=0))
            judged = self._judged(song)
            table[song] = {s: utterance_sdr(stems[s], estimates[self.stems.index(s)]) for s in judged}
        return SongScores(table)

    def _judged(self, song: str) -> list[str]:
        """The network's stems that sound in a song."""
        return [stem for stem, wave in self.songs[song].items() if stem in self.stems and wave.any()]

    def _separate(self, network: nn.Module, mixture: NDArray[np.float32]) -> NDArray[np.float32]:
        """Stems `(stems, channels, frames)` of `(2, frames)`, at the pool's rate."""
        heard = mixture if self.channels == 2 else mixture.mean(axis=0, keepdims=True)
        audio = resampled(heard, POOL_RATE_HZ, self.rate)
        with torch.inference_mode():
            stems = network(torch.from_numpy(audio)[None])[0].numpy()
        shape = (*stems.shape[:-1], mixture.shape[-1])
        back = resampled(stems.reshape(-1, stems.shape[-1]), self.rate, POOL_RATE_HZ)
        fitted = np.zeros((len(back), mixture.shape[-1]), np.float32)
        frames = min(fitted.shape[-1], back.shape[-1])
        fitted[:, :frames] = back[:, :frames]
        return fitted.reshape(shape)


def resampled(audio: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """Audio `(channels, frames)` at another rate."""
    import soxr

    if rate == wanted:
        return audio
    return np.ascontiguousarray(soxr.resample(audio.T, rate, wanted).T.astype(np.float32))


def _pool(named: str, songs: Path | None, out: Path, tiers: Sequence[str], rendered_songs: int) -> Pool:
    if songs is not None and is_collection(songs):
        return collection_pool(songs, out / "pool", "train", tiers, rendered_songs)
    if songs is not None:
        return _own_pool(songs, out / "pool")
    if not named:
        raise InputError("No songs to train on: neither a folder nor a pool was given.")
    return Pool(Path(named))


def _valid_pool(named: str, songs: Path | None, out: Path) -> Pool | None:
    """The named pool, or `test` or `valid` beside `train` in a user's folder, or none."""
    if named:
        return Pool(Path(named))
    if songs is not None and is_collection(songs):
        return collection_pool(songs, out / "pool-valid", "valid")
    for name in ("valid", "test"):
        if songs is not None and (songs / name).is_dir():
            return _own_pool(songs / name, out / "pool-valid")
    log.warning("There are no songs for validation; training goes on to the end of its schedule.")
    return None


def _own_pool(songs: Path, folder: Path) -> Pool:
    sources = song_sources(songs)
    return kept_pool(folder, sources) or write_pool(sources, folder)
