"""Exports: what is asked for, which files that makes, and doing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from remixer.audio.stem_file import STEM_FORMAT
from remixer.errors import OutputError, UsageError
from remixer.jobs import Report
from remixer.session.entries import existing
from remixer.session.waiting import wait_for_song, wait_for_stems

if TYPE_CHECKING:
    from remixer.audio.encode import Bits
    from remixer.mixing.controls import Controls
    from remixer.song.song import Song
    from remixer.song.take import Take

Moves = tuple[tuple[int, "Controls"], ...]


@dataclass(frozen=True)
class ExportPlan:
    """One export as the dialog asks for it.

    Attributes:
        folder: where the files go.
        mix: write what is heard.
        stems: the stems to write, each in a file of its own.
        residual: write what no stem claims, too.
        format: wav, flac, mp3, ogg, opus or m4a; or stem.mp4, one file with the mix and all four stems,
            whatever parts are chosen.
        bits: the sample format of wav and flac.
        selection: the frames to write; None for the whole song.
        template: how the files are named: `{song}`, `{artist}`, `{stem}`, `{model}`.
        clip: what happens to peaks above full scale: keep them, or lower everything by one gain.
        overwrite: existing files may be replaced.
        wait: wait for the stems to be finished first, if they are needed.
        faders: write the stems behind their faders, not as they are.
        moves: write the mix with the moves of the faders while it played.
    """

    folder: Path
    mix: bool = True
    stems: tuple[str, ...] = ()
    residual: bool = False
    format: str = "wav"
    bits: Bits = "24"
    selection: tuple[int, int] | None = None
    template: str = "{song} - {stem}"
    clip: Literal["keep", "lower"] = "keep"
    overwrite: bool = False
    wait: bool = True
    faders: bool = False
    moves: bool = False


@dataclass(frozen=True)
class Subject:
    """What is exported: the song as it is mixed now.

    Attributes:
        song: the song.
        title: its title.
        artist: who made it, or empty.
        model: the name of the model whose stems are written.
        take_ids: the takes heard, best first.
        controls: the faders.
        moves: the faders' moves while the song played the last time: a frame, and the faders from there on.
        decoding: whether the song is being decoded, or will be.
        separating: whether the stems heard first are being made, or will be.
    """

    song: Song
    title: str
    artist: str
    model: str
    take_ids: tuple[str, ...]
    controls: Controls
    decoding: Callable[[], bool]
    separating: Callable[[], bool]
    moves: Moves = ()


def parts(plan: ExportPlan) -> tuple[str, ...]:
    """Return the parts that are written: `mix`, the stems, `residual`; `stems` for all in one file."""
    if plan.format == STEM_FORMAT:
        return ("stems",)
    return (*(("mix",) if plan.mix else ()), *plan.stems, *(("residual",) if plan.residual else ()))


def file_for(plan: ExportPlan, subject: Subject, part: str) -> Path:
    """Return the file of one part.

    Raises:
        UsageError: the template has an unknown field, or names no file.
    """
    from remixer.mixing.naming import file_name

    named = file_name(
        plan.template,
        song=subject.title,
        artist=subject.artist or "Unknown artist",
        stem=part,
        model=subject.model,
        n=parts(plan).index(part) + 1,
    )
    return plan.folder / f"{named}.{plan.format}"


def files_of(plan: ExportPlan, subject: Subject) -> tuple[Path, ...]:
    """Return the files an export will write, without touching the disk.

    Raises:
        UsageError: nothing is chosen, the template is wrong, two parts would share a file, or one file
            shall hold stems that it cannot.
    """
    if plan.format == STEM_FORMAT:
        from remixer.mixing.stem_file import check_stem_file

        check_stem_file([name for name, _ in subject.controls.stems])
    files = tuple(file_for(plan, subject, part) for part in parts(plan))
    if not files:
        raise UsageError("Choose the mix or at least one stem to export.")
    if len(set(files)) < len(files):
        raise UsageError("Two parts would be written to the same file; put {stem} into the name template.")
    return files


def run_export(plan: ExportPlan, subject: Subject, report: Report) -> tuple[Path, ...]:
    """Write the files of an export, waiting first for the song and for the stems it needs. Thread: worker.

    Raises:
        UsageError: the plan makes no files.
        InputError: the song is not decoded as far as it needs, and nobody goes on with it.
        ModelError: the stems are not finished, and are not waited for or do not come.
        OutputError: a file exists, or cannot be written.
        Cancelled: the report said so; no file is left half-written.
    """
    files = files_of(plan, subject)
    check_targets(files, plan)
    stems = needs_stems(plan, subject)
    wait_for_song(plan, subject, stems, report)
    if stems:
        wait_for_stems(plan, subject, report)
    for path in files:
        _make_folder(path.parent)
    if plan.format == STEM_FORMAT:
        _write_stem_file(plan, subject, files[0], report)
        return files
    gain = _gain(plan, subject, lambda fraction: report(0.3 * fraction)) if plan.clip == "lower" else 1.0
    begun = 0.3 if plan.clip == "lower" else 0.0
    _write(plan, subject, files, gain, lambda fraction: report(begun + (1 - begun) * fraction))
    return files


def check_targets(files: tuple[Path, ...], plan: ExportPlan) -> None:
    """Refuse an export that would replace files.

    Raises:
        OutputError: a file is there already and may not be replaced.
    """
    there = existing(files)
    if there and not plan.overwrite:
        others = f" and {len(there) - 1} more exist" if len(there) > 1 else " exists"
        raise OutputError(f"“{there[0].name}”{others} already; nothing was written.")


def last_pass(moves: Moves) -> Moves:
    """Return the faders as they stood when the playhead last went back, and the moves since."""
    if not moves:
        return ()
    start = 0
    for number in range(1, len(moves)):
        if moves[number][0] < moves[number - 1][0]:
            start = number
    return ((0, moves[max(0, start - 1)][1]), *moves[start:])


def needs_stems(plan: ExportPlan, subject: Subject) -> bool:
    """Return whether an export writes anything but the song as it is."""
    chosen = plan.stems or plan.residual or plan.moves or plan.format == STEM_FORMAT
    return bool(chosen or not _at_rest(subject))


def _at_rest(subject: Subject) -> bool:
    return subject.controls == type(subject.controls).default([name for name, _ in subject.controls.stems])


def _takes(subject: Subject) -> list[Take]:
    found = (subject.song.take(take_id) for take_id in subject.take_ids)
    return [take for take in found if take is not None]


def _stem_names(plan: ExportPlan) -> list[str]:
    return [*plan.stems, *(["residual"] if plan.residual else [])]


def _gain(plan: ExportPlan, subject: Subject, report: Report) -> float:
    from remixer.mixing.bounce import Selection, common_gain, measure_mix, measure_stems

    selection = Selection(*plan.selection) if plan.selection else None
    takes, names, peaks = _takes(subject), _stem_names(plan), []
    stems = [name for name, _ in subject.controls.stems]
    if plan.mix:
        moves = subject.moves if plan.moves else ()
        peaks.append(measure_mix(subject.song, takes, subject.controls, selection, moves, stems, report))
    if names:
        behind = subject.controls if plan.faders else None
        peaks.append(measure_stems(subject.song, takes[0], names, selection, behind, report))
    return common_gain(peaks)


def _write(plan: ExportPlan, subject: Subject, files: tuple[Path, ...], gain: float, report: Report) -> None:
    from remixer.audio.encode import Encoding
    from remixer.mixing.bounce import Selection, bounce_mix, bounce_stems

    song, takes, names = subject.song, _takes(subject), _stem_names(plan)
    encoding = Encoding(plan.format, plan.bits)
    selection = Selection(*plan.selection) if plan.selection else None
    share = 1 / len(files) if plan.mix else 0.0
    if plan.mix:
        bounce_mix(
            song, takes, subject.controls, files[0], encoding, selection,
            subject.moves if plan.moves else (), tags=song.tags, overwrite=plan.overwrite,
            stems=[name for name, _ in subject.controls.stems], gain=gain,
            report=lambda fraction: report(share * fraction),
        )  # fmt: skip
    if names:
        behind = subject.controls if plan.faders else None
        written = list(zip(names, files[1 if plan.mix else 0 :], strict=True))
        bounce_stems(
            song, takes[0], written, encoding, selection, behind, tags=song.tags, overwrite=plan.overwrite,
            gain=gain, report=lambda fraction: report(share + (1 - share) * fraction),
        )  # fmt: skip


def _write_stem_file(plan: ExportPlan, subject: Subject, path: Path, report: Report) -> None:
    from remixer.mixing.blocks import Selection
    from remixer.mixing.stem_file import bounce_stem_file

    bounce_stem_file(
        subject.song, _takes(subject)[0], path, Selection(*plan.selection) if plan.selection else None,
        subject.controls if plan.faders else None, plan.clip, subject.song.tags, plan.overwrite, report,
    )  # fmt: skip


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(
            f"The folder “{folder.name}” could not be made: {problem.strerror}.", str(folder)
        ) from problem
