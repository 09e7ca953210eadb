"""`remixer mix`: a song to a remix of it."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from remixer.cli.faders import read_controls
from remixer.cli.preparing import Run, chosen_model, decoded, open_library, separated, used_device
from remixer.cli.printing import ProgressLine, print_json, warn_of_clipping, warn_of_resampling

if TYPE_CHECKING:
    from remixer.audio.encode import Encoding
    from remixer.mixing.controls import Controls
    from remixer.song.song import Song
    from remixer.song.take import Take

Words = list[str]


class Clip(StrEnum):
    """What happens to peaks above full scale."""

    KEEP = "keep"
    LOWER = "lower"
    REFUSE = "refuse"


def mix(
    song: Annotated[Path, typer.Argument(metavar="SONG", help="The song.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file; its ending chooses the format.")],
    model: Annotated[str | None, typer.Option(help="The model; see `remixer models`.")] = None,
    device: Annotated[str, typer.Option(help="Where it runs; see `remixer devices`.")] = "auto",
    gain: Annotated[Words | None, typer.Option(metavar="STEM=DB", help="A fader, −inf to +12.")] = None,
    pan: Annotated[Words | None, typer.Option(metavar="STEM=P", help="−1 (left) to 1 (right).")] = None,
    mute: Annotated[Words | None, typer.Option(metavar="STEM", help="Silence a stem.")] = None,
    solo: Annotated[Words | None, typer.Option(metavar="STEM", help="Hear only this one.")] = None,
    bits: Annotated[str, typer.Option(help="16, 24 or float (wav and flac).")] = "24",
    clip: Annotated[
        Clip, typer.Option(help="What to do above full scale: keep, lower (the whole file) or refuse.")
    ] = Clip.KEEP,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Write a remix of a song. With no fader moved it is the song itself, bit for bit.

    A FILE that ends in .stem.mp4 holds the stems, too, each behind its fader, as DJ programs open it.

    Stems are vocals, drums, bass, other (as the model has them) and residual; master has a gain too.
    """
    from remixer.audio.encode import STEM_FORMAT, Encoding, check, format_of
    from remixer.mixing.controls import Controls
    from remixer.mixing.stem_file import check_stem_file

    begun, line = time.monotonic(), ProgressLine()
    card = chosen_model(model)
    controls = read_controls(card.stems, gain or (), pan or (), mute or (), solo or ())
    encoding = Encoding(format_of(out), bits.lower())  # type: ignore[arg-type]
    together = encoding.format == STEM_FORMAT
    needs_stems = together or controls != Controls.default(card.stems)
    if together:
        check_stem_file(card.stems)
    check([out], overwrite)
    place = used_device(card, device) if needs_stems else None
    library = open_library()
    try:
        opened = decoded(library, song, line, card if needs_stems else None)
        takes = [separated(opened, card, device, line)] if needs_stems else []
        _write(opened, takes, controls, out, encoding, clip, overwrite, line)
    finally:
        line.end()
    library.trim(keep={opened.id})
    done = Run(opened, card if needs_stems else None, place, begun, [out])
    if json:
        print_json(done.as_plain())


def _write(
    song: Song, takes: list[Take], controls: Controls, out: Path, encoding: Encoding, clip: Clip,
    overwrite: bool, line: ProgressLine,
) -> None:  # fmt: skip
    from remixer.audio.encode import STEM_FORMAT
    from remixer.mixing.bounce import bounce_mix, measure_mix
    from remixer.mixing.stem_file import bounce_stem_file

    stems = [name for name, _ in controls.stems]
    if clip is Clip.KEEP and not encoding.holds_peaks:
        measuring = line.about("Measuring")
        warn_of_clipping(measure_mix(song, takes, controls, stems=stems, report=measuring), "--clip")
    warn_of_resampling(song.rate, encoding)
    writing = line.about(f"Writing {out.name}")
    if encoding.format == STEM_FORMAT:
        bounce_stem_file(song, takes[0], out, None, controls, clip.value, song.tags, overwrite, writing)
    else:
        bounce_mix(
            song, takes, controls, out, encoding, clip=clip.value, tags=song.tags, overwrite=overwrite,
            stems=stems, report=writing,
        )  # fmt: skip
