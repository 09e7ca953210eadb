"""Faders as words: `vocals=-6`, `drums=-inf`, `other=0.5`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from remixer.errors import UsageError

if TYPE_CHECKING:
    from remixer.mixing.controls import Controls

MASTER = "master"


def read_controls(
    stems: Sequence[str],
    gains: Sequence[str],
    pans: Sequence[str],
    mutes: Sequence[str],
    solos: Sequence[str],
) -> Controls:
    """Return the faders that the options ask for.

    Args:
        stems: the stems there are; `residual` is always one, and `master` has a gain.
        gains: `STEM=DB`, where DB may be `-inf`.
        pans: `STEM=P`, −1 to 1.
        mutes: stems.
        solos: stems.

    Raises:
        UsageError: there is no such stem, or the number is none or out of range.
    """
    from remixer.mixing.controls import Controls

    controls = Controls.default(stems)
    for word in gains:
        name, value = _pair(word, "--gain", "dB")
        if name == MASTER:
            controls = controls.with_master(value)
        else:
            controls = controls.with_stem(_known(name, stems, (MASTER,)), gain_db=value)
    for word in pans:
        name, value = _pair(word, "--pan", "")
        controls = controls.with_stem(_known(name, stems), pan=value)
    for name in mutes:
        controls = controls.with_stem(_known(name.strip().lower(), stems), mute=True)
    for name in solos:
        controls = controls.with_stem(_known(name.strip().lower(), stems), solo=True)
    return controls


def _pair(word: str, option: str, unit: str) -> tuple[str, float]:
    name, equals, number = word.partition("=")
    number = number.strip().lower().removesuffix(unit.lower()).strip().replace("−", "-")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not equals or math.isnan(value):
        example = "vocals=-6" if unit else "vocals=-0.5"
        raise UsageError(
            f"“{option} {word}” is not understood; a stem and a number are expected, as in {example}."
        )
    return name.strip().lower(), value


def _known(name: str, stems: Sequence[str], more: Sequence[str] = ()) -> str:
    known = (*stems, "residual", *more)
    if name not in known:
        raise UsageError(f"There is no stem “{name}”; there are {', '.join(known)}.")
    return name
