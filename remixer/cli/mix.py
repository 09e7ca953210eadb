"""`remixer mix`: a song to a remix of it."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from remixer.cli.faders import read_controls
from remixer.cli.preparing import Run, chosen_model, decoded, open_library, separated, used_device
from remixer.cli.printing import ProgressLine, print_json, warn_of_clipping

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

    Stems are vocals, drums, bass, other (as the model has them) and residual; master has a gain too.
    """
    from remixer.audio.encode import Encoding, check
    from remixer.mixing.bounce import bounce_mix, measure_mix
    from remixer.mixing.controls import Controls

    begun, line = time.monotonic(), ProgressLine()
    card = chosen_model(model)
    controls = read_controls(card.stems, gain or (), pan or (), mute or (), solo or ())
    moved = controls != Controls.default(card.stems)
    encoding = Encoding(out.suffix.lower().lstrip(".") or "wav", bits.lower())  # type: ignore[arg-type]
    check([out], overwrite)
    place = used_device(card, device) if moved else None
    library = open_library()
    try:
        opened = decoded(library, song, line, card if moved else None)
        takes = [separated(opened, card, device, line)] if moved else []
        if moved and clip is Clip.KEEP and encoding.bits != "float":
            measuring = line.about("Measuring")
            warn_of_clipping(
                measure_mix(opened, takes, controls, stems=card.stems, report=measuring), "--clip"
            )
        bounce_mix(
            opened, takes, controls, out, encoding, clip=clip.value, tags=opened.tags, overwrite=overwrite,
            stems=card.stems, report=line.about(f"Writing {out.name}"),
        )  # fmt: skip
    finally:
        line.end()
    library.trim(keep={opened.id})
    done = Run(opened, card if moved else None, place, begun, [out])
    if json:
        print_json(done.as_plain())
