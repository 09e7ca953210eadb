"""Training from a configuration file: the entry of `remixer train`."""

from __future__ import annotations

import dataclasses
import logging
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from remixer.errors import InputError
from remixer.jobs import ignore
from remixer.training.collection import ALL_TIERS, collection_pool, is_collection
from remixer.training.mixtures import MixtureConfig, Mixtures
from remixer.training.pool import Pool, song_sources, write_pool
from remixer.training.trainer import Trainer, TrainerConfig

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from remixer.jobs import Report
    from remixer.networks.band_masker import BandMasker, BandMaskerConfig
    from remixer.training.checkpoint import Progress
    from remixer.training.metrics import SongScores

log = logging.getLogger(__name__)
T = TypeVar("T")


def train(
    config_path: Path,
    *,
    songs: Path | None = None,
    out: Path,
    resume: bool = False,
    start: Path | None = None,
    report: Report = ignore,
) -> Progress:
    """Train the network of a configuration.

    Args:
        config_path: a TOML file with [network], [data], [training].
        songs: a folder `<song>/{vocals,drums,bass,other}.*` or a collection with a manifest; else the pool
            that [data] names.
        out: folder for checkpoints and logs.
        resume: continue from `out/last.safetensors`.
        start: a checkpoint of the same network whose weights are the start.
        report: progress; may raise to stop.

    Raises:
        InputError: the configuration or the songs cannot be used.
    """
    import torch

    settings = read_config(config_path)
    data = dict(settings.get("data", {}))
    seed = int(data.pop("seed", 1))
    torch.manual_seed(seed)
    torch.set_num_threads(int(data.pop("threads", 1)))
    tiers, rendered_songs = data.pop("tiers", ALL_TIERS), int(data.pop("rendered_songs", 0))
    pool = _pool(data.pop("pool", ""), songs, out, tiers, rendered_songs)
    valid = data.pop("valid", "")
    network = build_network(settings.get("network", {}))
    mixtures = Mixtures(pool, _fill(MixtureConfig, data, "data"), seed)
    songs_to_check = _valid_pool(valid, songs, out)
    checker = Validation(songs_to_check) if songs_to_check is not None else None
    schedule = _fill(TrainerConfig, settings.get("training", {}), "training")
    trainer = Trainer(network, mixtures, checker, out, schedule)
    if start is not None:
        trainer.warm_start(start)
    if resume:
        trainer.resume(out / "last.safetensors")
    return trainer.run(report)


def read_config(path: Path) -> dict[str, Any]:
    """Read a TOML configuration.

    Raises:
        InputError: the file is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} could not be read.", str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a TOML file: {error}.") from error


def build_network(settings: dict[str, Any]) -> BandMasker:
    """A `BandMasker` with random weights from its [network] table."""
    from remixer.networks.band_masker import BandMasker

    return BandMasker(network_config(settings))


def network_config(settings: dict[str, Any]) -> BandMaskerConfig:
    """The configuration a [network] table describes."""
    from remixer.networks.band_masker import BandMaskerConfig, config_from

    _fill(BandMaskerConfig, settings, "network")
    return config_from(settings)


class Validation:
    """Scores a network on whole songs of a pool.

    Args:
        pool: songs never trained on.
    """

    def __init__(self, pool: Pool) -> None:
        """Read the songs; all fit into memory."""
        self.songs: dict[str, dict[str, NDArray[np.float32]]] = {}
        for track in pool.tracks:
            if track.kind == "song" and not track.semitones:
                self.songs.setdefault(track.song, {})[track.stem] = pool.crop(track, 0, track.frames)

    def __call__(self, network: BandMasker) -> SongScores:
        """Utterance SDR of each song and stem."""
        import torch

        from remixer.training.metrics import SongScores, utterance_sdr

        table: dict[str, dict[str, float]] = {}
        for song, stems in self.songs.items():
            mixture = torch.from_numpy(sum(stems.values()))
            with torch.inference_mode():
                estimates = network(mixture[None])[0].numpy()
            order = network.config.stems
            table[song] = {stem: utterance_sdr(stems[stem], estimates[order.index(stem)]) for stem in stems}
        return SongScores(table)


def _pool(named: str, songs: Path | None, out: Path, tiers: Sequence[str], rendered_songs: int) -> Pool:
    from pathlib import Path

    if songs is not None and is_collection(songs):
        return collection_pool(songs, out / "pool", "train", tiers, rendered_songs)
    if songs is not None:
        folder = out / "pool"
        if not (folder / "tracks.json").is_file():
            write_pool(song_sources(songs), folder)
        return Pool(folder)
    if not named:
        raise InputError("No songs to train on: neither a folder nor a pool was given.")
    return Pool(Path(named))


def _valid_pool(named: str, songs: Path | None, out: Path) -> Pool | None:
    """The named pool, or `test` or `valid` beside `train` in a user's folder, or none."""
    from pathlib import Path

    if named:
        return Pool(Path(named))
    if songs is not None and is_collection(songs):
        return collection_pool(songs, out / "pool-valid", "valid")
    for name in ("valid", "test"):
        if songs is not None and (songs / name).is_dir():
            folder = out / "pool-valid"
            whole = (folder / "tracks.json").is_file()
            return Pool(folder) if whole else write_pool(song_sources(songs / name), folder)
    log.warning("There are no songs for validation; training goes on to the end of its schedule.")
    return None


def _fill(kind: type[T], values: dict[str, Any], table: str) -> T:
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise InputError(f"[{table}] has the unknown key {unknown[0]}; known are {', '.join(sorted(known))}.")
    return kind(**values)
