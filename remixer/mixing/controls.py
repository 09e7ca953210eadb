"""The faders as values: gain, mute, solo and pan of every stem, the residual and the master."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.errors import UsageError

STEMS = ("vocals", "drums", "bass", "other")
RESIDUAL = "residual"
HIGHEST_DB = 12.0


def _check_gain(gain_db: float) -> None:
    if not gain_db <= HIGHEST_DB:
        raise UsageError(
            f"A gain of {gain_db} dB was asked for; a fader goes from -inf to {HIGHEST_DB:g} dB."
        )


@dataclass(frozen=True)
class StemControl:
    """One channel strip.

    Attributes:
        gain_db: the fader, from -inf to `HIGHEST_DB`.
        mute: silence it, whatever else says it should be heard.
        solo: hear only this one and the others that are soloed.
        pan: -1 (left) to 1 (right); at the centre both sides are left alone.

    Raises:
        UsageError: the gain or the pan is outside its range, or not a number.
    """

    gain_db: float = 0.0
    mute: bool = False
    solo: bool = False
    pan: float = 0.0

    def __post_init__(self) -> None:
        _check_gain(self.gain_db)
        if not -1.0 <= self.pan <= 1.0:
            raise UsageError(f"A pan of {self.pan} was asked for; it goes from -1 (left) to 1 (right).")

    def sides(self) -> tuple[float, float]:
        """Return the strip's gain for left and right; mute and solo are not looked at."""
        gain = linear(self.gain_db)
        return gain * min(1.0, 1.0 - self.pan), gain * min(1.0, 1.0 + self.pan)


@dataclass(frozen=True)
class Controls:
    """All faders at one moment.

    Attributes:
        stems: the strips by name; a stem without one is heard as it is.
        residual: the strip of what no stem claims.
        master_db: the fader of the whole, from -inf to `HIGHEST_DB`.
    """

    stems: tuple[tuple[str, StemControl], ...] = tuple((name, StemControl()) for name in STEMS)
    residual: StemControl = StemControl()
    master_db: float = 0.0

    def __post_init__(self) -> None:
        _check_gain(self.master_db)

    @classmethod
    def default(cls, stems: Sequence[str] = STEMS) -> Controls:
        """Return faders at rest: the song is heard as it is."""
        return cls(tuple((name, StemControl()) for name in stems))

    def stem(self, name: str) -> StemControl:
        """Return a stem's strip, or that of the `residual`."""
        return self.residual if name == RESIDUAL else dict(self.stems).get(name, StemControl())

    def with_stem(self, name: str, **changes: Any) -> Controls:
        """Return these controls with one strip changed; `residual` names the residual's.

        Raises:
            UsageError: a value is outside its range.
        """
        strip = replace(self.stem(name), **changes)
        if name == RESIDUAL:
            return replace(self, residual=strip)
        strips = dict(self.stems)
        strips[name] = strip
        return replace(self, stems=tuple(strips.items()))

    def with_master(self, gain_db: float) -> Controls:
        """Return these controls with the master fader moved.

        Raises:
            UsageError: the gain is outside its range.
        """
        return replace(self, master_db=gain_db)

    def strip_gains(self, stems: Sequence[str]) -> NDArray[np.float32]:
        """Return what each strip does, the master left out.

        Returns:
            (len(stems) + 1, 2): left and right gain of each stem, the residual last.
        """
        strips = [self.stem(name) for name in stems] + [self.residual]
        soloed = self.residual.solo or any(strip.solo for _, strip in self.stems)
        gains = np.zeros((len(strips), 2), np.float32)
        for row, strip in enumerate(strips):
            if not strip.mute and (strip.solo or not soloed):
                gains[row] = strip.sides()
        return gains

    def gains(self, stems: Sequence[str]) -> NDArray[np.float32]:
        """Return the gains that are heard, mutes, solos, pans and the master included.

        Returns:
            (len(stems) + 1, 2): left and right gain of each stem, the residual last.
        """
        gains = self.strip_gains(stems)
        return gains if self.master_db == 0.0 else gains * np.float32(linear(self.master_db))

    def to_plain(self) -> dict[str, Any]:
        """Return the controls as plain values that JSON holds."""
        return {
            "stems": {name: _strip_to_plain(strip) for name, strip in self.stems},
            "residual": _strip_to_plain(self.residual),
            "master_db": _db_to_plain(self.master_db),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Controls:
        """Return the controls that `to_plain` wrote.

        Raises:
            UsageError: what is there are no controls.
        """
        try:
            return cls(
                tuple((str(name), _strip_from_plain(strip)) for name, strip in plain["stems"].items()),
                _strip_from_plain(plain["residual"]),
                float(plain["master_db"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError("The mix is damaged: its faders could not be read.", repr(error)) from error


DEFAULT = Controls()


def linear(gain_db: float) -> float:
    """Return the factor of a gain in dB; -inf is 0."""
    return 1.0 if gain_db == 0.0 else 10.0 ** (gain_db / 20.0)


def _db_to_plain(gain_db: float) -> float | str:
    return "-inf" if math.isinf(gain_db) else gain_db


def _strip_to_plain(strip: StemControl) -> dict[str, Any]:
    return {
        "gain_db": _db_to_plain(strip.gain_db),
        "mute": strip.mute,
        "solo": strip.solo,
        "pan": strip.pan,
    }


def _strip_from_plain(plain: Mapping[str, Any]) -> StemControl:
    return StemControl(float(plain["gain_db"]), bool(plain["mute"]), bool(plain["solo"]), float(plain["pan"]))
