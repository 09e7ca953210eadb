"""`remixer separate`: songs to stems."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remixer.cli.preparing import Run, chosen_model, decoded, open_library, separated, used_device
from remixer.cli.printing import ProgressLine, print_json, warn, warn_of_clipping, warn_of_resampling
from remixer.errors import Cancelled, RemixerError, UsageError

if TYPE_CHECKING:
    from remixer.audio.encode import Encoding
    from remixer.separation.card import ModelCard
    from remixer.song.library import Library

RESIDUAL = "residual"


def separate(
    songs: Annotated[list[Path], typer.Argument(metavar="SONG", help="The songs.")],
    model: Annotated[str | None, typer.Option(help="The model; see `remixer models`.")] = None,
    device: Annotated[str, typer.Option(help="Where it runs; see `remixer devices`.")] = "auto",
    stems: Annotated[str, typer.Option(metavar="A,B", help="Which stems to write; all by default.")] = "",
    format: Annotated[str, typer.Option(help="wav, flac, mp3, ogg, opus, m4a; or stem.mp4.")] = "wav",
    bits: Annotated[str, typer.Option(help="16, 24 or float (wav and flac).")] = "24",
    residual: Annotated[bool, typer.Option("--residual", help="Write what no stem claims, too.")] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the folders of stems go.")] = Path("stems"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a song.")] = False,
) -> None:
    """Write the stems of songs to DIR/<song>/<stem>.<ext>.

    In wav and flac, the stems and the residual add up to the song exactly. A stem.mp4 is one file a song with
    mix, drums, bass, other and vocals, as DJ programs open it.
    """
    from remixer.audio.encode import STEM_FORMAT, Encoding

    card = chosen_model(model)
    names = chosen_stems(stems, card, residual)
    encoding = Encoding(format.lower(), bits.lower())  # type: ignore[arg-type]
    if encoding.format == STEM_FORMAT:
        check_one_file(names, card)
    used_device(card, device)
    library, failure = open_library(), None
    for source, folder in folders(songs, out):
        try:
            done = _one(library, source, folder, card, device, names, encoding, overwrite)
        except (Cancelled, UsageError):
            raise
        except RemixerError as error:
            if len(songs) == 1:
                raise
            warn(error.message)
            failure = failure or error
            continue
        if json:
            print_json(done.as_plain())
        else:
            typer.echo(_told(done, folder, card))
    if failure is not None:
        raise typer.Exit(failure.exit_code)


def _told(done: Run, folder: Path, card: ModelCard) -> str:
    files = f"{len(done.files)} file{'s' if len(done.files) > 1 else ''}"
    return f"{folder}: {files} in {done.as_plain()['elapsed_s']:.1f} s ({card.name})"


def chosen_stems(listed: str, card: ModelCard, residual: bool) -> tuple[str, ...]:
    """Return the stems to write.

    Raises:
        UsageError: the model makes no such stem.
    """
    names = [name.strip().lower() for name in listed.split(",") if name.strip()] or list(card.stems)
    unknown = [name for name in names if name not in (*card.stems, RESIDUAL)]
    if unknown:
        raise UsageError(f"{card.name} makes no stem “{unknown[0]}”; it makes {', '.join(card.stems)}.")
    return tuple(dict.fromkeys([*names, *([RESIDUAL] if residual else [])]))


def check_one_file(names: tuple[str, ...], card: ModelCard) -> None:
    """See that a stem file is asked for as it is: with all four stems, and nothing beside them.

    Raises:
        UsageError: it is not, or the model makes other stems.
    """
    from remixer.mixing.stem_file import check_stem_file

    check_stem_file(card.stems)
    if set(names) != set(card.stems):
        raise UsageError("A stem.mp4 file holds all four stems; leave out --stems and --residual.")


def folders(songs: list[Path], out: Path) -> Iterator[tuple[Path, Path]]:
    """Give every song a folder of its own, called like its file; the second of a name gets “ (2)”."""
    taken: set[str] = set()
    for source in songs:
        name = next(name for name in _numbered(source.stem or "song") if name not in taken)
        taken.add(name)
        yield source, out / name


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in itertools.count(2):
        yield f"{name} ({number})"


def _one(
    library: Library, source: Path, folder: Path, card: ModelCard, device: str, names: tuple[str, ...],
    encoding: Encoding, overwrite: bool,
) -> Run:  # fmt: skip
    from remixer.audio.encode import STEM_FORMAT, check
    from remixer.mixing.bounce import bounce_stems, measure_stems
    from remixer.mixing.stem_file import bounce_stem_file

    begun, line = time.monotonic(), ProgressLine()
    together = encoding.format == STEM_FORMAT
    paths = [folder / f"{name}.{encoding.format}" for name in ([folder.name] if together else names)]
    with _folder(folder):
        check(paths, overwrite)
        song = decoded(library, source, line, card)
        try:
            take = separated(song, card, device, line)
            if not encoding.holds_peaks:
                peak = measure_stems(song, take, names, report=line.about("Measuring"))
                warn_of_clipping(peak, "--format wav --bits float")
            warn_of_resampling(song.rate, encoding)
            report = line.about(f"Writing {song.title}")
            if together:
                bounce_stem_file(song, take, paths[0], tags=song.tags, overwrite=overwrite, report=report)
            else:
                files = list(zip(names, paths, strict=True))
                bounce_stems(song, take, files, encoding, tags=song.tags, overwrite=overwrite, report=report)
        finally:
            line.end()
        library.trim(keep={song.id})
    return Run(song, card, used_device(card, device), begun, paths)


@contextlib.contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make a folder with its parents; whatever is still empty after a failure is taken away again."""
    from remixer.audio.naming import shown_name
    from remixer.errors import OutputError

    try:
        made = [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder “{shown_name(folder)}” could not be made: {error.strerror}.", repr(error)
        ) from error
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            for one in made:
                one.rmdir()
        raise
