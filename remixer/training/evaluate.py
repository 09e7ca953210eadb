"""Scores of a model on songs whose stems are known: the entry of `remixer evaluate`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from remixer.errors import InputError, OutputError
from remixer.jobs import ignore
from remixer.separation.offline import CROSSFADE_FRAMES, Window, joining, running, windowing
from remixer.training.metrics import SongScores, bss_eval, si_sdr, utterance_sdr
from remixer.training.oracle import ideal_ratio_masked
from remixer.training.pool import POOL_RATE_HZ, read_stereo, song_sources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from remixer.jobs import Report
    from remixer.separation.card import ModelCard
    from remixer.separation.separator import Separator

    Stereo = NDArray[np.float32]

UTTERANCE = "utterance_sdr"
BSS_NAMES = ("sdr", "sir", "sar", "isr")


@dataclass(frozen=True)
class Evaluation:
    """Scores of one model: by measure, song and stem.

    Attributes:
        floor: utterance SDR of the mixture itself.
        oracle: utterance SDR of the ideal ratio mask, if asked for.
    """

    model: str
    scores: dict[str, SongScores]
    floor: SongScores
    oracle: SongScores | None = None

    @property
    def columns(self) -> dict[str, SongScores]:
        """Every measure of the model, then what it is to be compared with."""
        bounds = (
            {"mixture": self.floor} if self.oracle is None else {"mixture": self.floor, "oracle": self.oracle}
        )
        return {**self.scores, **bounds}

    def as_table(self) -> str:
        """Rows of songs and stems, then medians; columns of measures, in dB."""
        columns = self.columns.values()
        lines = [f"{'song':<26}{'stem':<10}" + "".join(f"{name:>15}" for name in self.columns)]
        for song, stems in self.scores[UTTERANCE].table.items():
            for stem in stems:
                row = "".join(f"{scores.table[song].get(stem, nan):>15.2f}" for scores in columns)
                lines.append(f"{song[:25]:<26}{stem:<10}{row}")
        for stem in self.floor.stems:
            row = "".join(f"{scores.median(stem):>15.2f}" for scores in columns)
            lines.append(f"{'median':<26}{stem:<10}{row}")
        means = "".join(f"{scores.mean:>15.2f}" for scores in columns)
        lines.append(f"{'mean of medians':<36}{means}")
        return "\n".join(lines)

    def as_json(self) -> str:
        """All scores, and their medians and means; null where there is none."""
        summary = {
            name: {**{stem: scores.median(stem) for stem in scores.stems}, "mean": scores.mean}
            for name, scores in self.columns.items()
        }
        songs = {name: scores.table for name, scores in self.columns.items()}
        told = {"model": self.model, "medians_db": _told(summary), "songs_db": _told(songs)}
        return json.dumps(told, indent=1, allow_nan=False)

    def plot(self, path: Path) -> None:
        """Draw the utterance SDR of every song and stem, over the mixture's, as a PNG file.

        Raises:
            OutputError: the file cannot be written.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8, 4.5), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        found = self.scores[UTTERANCE]
        for place, stem in enumerate(found.stems):
            values = [scores[stem] for scores in found.table.values() if stem in scores]
            floors = [scores[stem] for scores in self.floor.table.values() if stem in scores]
            axes.scatter([place] * len(values), values, label=stem)
            axes.hlines(np.median(values), place - 0.25, place + 0.25)
            axes.hlines(np.median(floors), place - 0.25, place + 0.25, linestyles="dotted", colors="grey")
        axes.set_xticks(range(len(found.stems)), found.stems)
        axes.set_ylabel("utterance SDR in dB (dotted: the mixture)")
        axes.set_title(self.model)
        aside = path.with_name(path.name + ".part")
        try:
            figure.savefig(aside, format="png", dpi=120)
            aside.replace(path)
        except OSError as error:
            raise OutputError(
                f"The plot {path} could not be written: {error.strerror}.", str(error)
            ) from error


def evaluate(
    card: ModelCard,
    songs: Sequence[Path],
    *,
    bss: bool = False,
    oracle: bool = False,
    device: str = "auto",
    report: Report = ignore,
) -> Evaluation:
    """Separate songs with a model and score the stems.

    Args:
        card: the model.
        songs: folders of songs, or folders of such folders.
        bss: BSSEval v4 too, which takes longer than separating.
        oracle: score the ideal ratio mask beside the model.
        device: where the model runs.
        report: progress; may raise to stop.

    Raises:
        InputError: a folder holds no song with stems, or a song none of the model's stems.
        ModelError: the model cannot run.
    """
    from remixer.separation.separator import open_separator

    folders = song_folders(songs)
    separator = open_separator(card, device)
    try:
        return score_songs(card.id, separator, folders, bss=bss, oracle=oracle, report=report)
    finally:
        separator.close()


def song_folders(songs: Sequence[Path]) -> dict[str, dict[str, Path]]:
    """Stem files by song and stem, of songs given by their own folders or by a folder that holds them.

    Of a data set with a `test` folder those songs are taken; songs of one name go by their folders.

    Raises:
        InputError: a folder is missing, or holds none.
    """
    found: dict[str, dict[str, Path]] = {}
    folders: dict[str, Path] = {}
    for named in songs:
        if not named.exists():
            raise InputError(f"{named} does not exist.")
        inside = (named if named.is_dir() else named.parent).resolve()
        try:
            sources = song_sources(inside, "test")
        except InputError:
            siblings = song_sources(inside.parent, "test")
            sources = [source for source in siblings if source.path.parent == inside]
            if not sources:
                raise
        for source in sources:
            folder = source.path.parent
            song = source.song if folders.setdefault(source.song, folder) == folder else str(folder)
            found.setdefault(song, {})[source.stem] = source.path
    return found


def score_songs(
    model: str,
    separator: Separator,
    songs: dict[str, dict[str, Path]],
    *,
    bss: bool = False,
    oracle: bool = False,
    report: Report = ignore,
) -> Evaluation:
    """Score a separator that is open already; see `evaluate`. Stems that are silent have no scores."""
    names = (UTTERANCE, "si_sdr", *BSS_NAMES) if bss else (UTTERANCE, "si_sdr")
    tables: dict[str, dict[str, dict[str, float]]] = {name: {} for name in (*names, "floor", "oracle")}
    for index, (song, files) in enumerate(songs.items()):
        report(index / len(songs))
        references = _references(files)
        mixture = np.sum(list(references.values()), axis=0)
        wanted = {stem: wave for stem, wave in references.items() if stem in separator.card.stems}
        if not wanted:
            known = ", ".join(separator.card.stems)
            raise InputError(f"“{song}” has none of the stems of the model “{model}”: {known}.")
        heard = {stem: wave for stem, wave in wanted.items() if wave.any()}
        estimates = dict(zip(separator.card.stems, separate_whole(separator, mixture), strict=True))
        tables["floor"][song] = {stem: utterance_sdr(wave, mixture) for stem, wave in heard.items()}
        tables[UTTERANCE][song] = {s: utterance_sdr(w, estimates[s]) for s, w in heard.items()}
        tables["si_sdr"][song] = {s: si_sdr(w, estimates[s]) for s, w in heard.items()}
        if oracle:
            masked = ideal_ratio_masked(references)
            tables["oracle"][song] = {s: utterance_sdr(w, masked[s]) for s, w in heard.items()}
        if bss:
            for name, scores_of in _bss_scores(heard, estimates, mixture).items():
                tables[name][song] = scores_of
    report(1.0)
    scores = {name: SongScores(tables[name]) for name in names}
    return Evaluation(
        model, scores, SongScores(tables["floor"]), SongScores(tables["oracle"]) if oracle else None
    )


def _bss_scores(
    heard: dict[str, Stereo], estimates: dict[str, Stereo], mixture: Stereo
) -> dict[str, dict[str, float]]:
    """BSSEval of the stems that sound; a single one is judged beside the rest of the song, as is usual."""
    if not heard:
        return {name: {} for name in BSS_NAMES}
    right, found = list(heard.values()), [estimates[stem] for stem in heard]
    rest = mixture - right[0]
    if len(heard) == 1 and rest.any():
        right, found = [*right, rest], [*found, mixture - found[0]]
    scores = bss_eval(np.stack(right), np.stack(found), POOL_RATE_HZ)
    return {name: dict(zip(heard, values, strict=False)) for name, values in scores.items()}


def _told(scores: dict[str, Any]) -> dict[str, Any]:
    """Nested scores with None where a number is not finite, as JSON has no word for that."""
    return {
        name: _told(value) if isinstance(value, dict) else value if isfinite(value) else None
        for name, value in scores.items()
    }


def _references(files: dict[str, Path]) -> dict[str, Stereo]:
    """The stems of a song, `(frames, 2)`, the shorter ones padded with silence."""
    waves = {stem: read_stereo(path)[0] for stem, path in files.items()}
    frames = max(len(wave) for wave in waves.values())
    return {stem: np.pad(wave, ((0, frames - len(wave)), (0, 0))) for stem, wave in waves.items()}


def separate_whole(separator: Separator, mixture: Stereo) -> NDArray[np.float32]:
    """Separate `(frames, 2)` at `POOL_RATE_HZ` into `(stems, frames, 2)`: a stream at once, else in parts."""
    card = separator.card
    if card.kind == "streaming":
        whole = Window(0, len(mixture), 0, len(mixture))
        return running(separator, mixture, whole, POOL_RATE_HZ)
    out = np.zeros((len(card.stems), *mixture.shape), np.float32)
    stretch = max(1, round(card.segment_frames * POOL_RATE_HZ / card.rate))
    for start in range(0, len(mixture), stretch):
        end = min(start + stretch, len(mixture))
        window = windowing((start, end), len(mixture), POOL_RATE_HZ, card)
        made = running(separator, mixture[window.start : window.end], window, POOL_RATE_HZ)
        before = out[:, max(0, start - CROSSFADE_FRAMES) : start] if start else None
        out[:, start:end] = joining(made, window, before, None)
    return out
