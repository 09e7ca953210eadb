"""Training configurations: TOML tables into frozen values and networks."""

from __future__ import annotations

import dataclasses
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from remixer.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import nn

T = TypeVar("T")
BAND_MASKER = "band-masker"
_KINDS: dict[type, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str,), "a text"),
    tuple: ((list, tuple), "a list"),
}


@dataclasses.dataclass(frozen=True)
class NoSettings:
    """Of a table in which nothing can be set."""


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


def network_name(settings: Mapping[str, Any]) -> str:
    """The network a [network] table describes, by name."""
    return str(settings.get("name", BAND_MASKER))


def build_network(settings: Mapping[str, Any]) -> nn.Module:
    """A network with random weights from its [network] table: `name`, and settings of that network.

    Raises:
        InputError: there is no such network, or it has no such setting.
    """
    from remixer.networks import build

    name = network_name(settings)
    table = {key: value for key, value in settings.items() if key != "name"}
    if name == BAND_MASKER:
        from remixer.networks.band_masker import BandMaskerConfig

        filled(BandMaskerConfig, table, "network")
    try:
        return build(name, **table)
    except UsageError as error:
        raise InputError(f"[network] cannot be built: {error.message}", error.detail) from error


def filled(kind: type[T], values: Mapping[str, Any], table: str) -> T:
    """A frozen dataclass from a table of the configuration.

    Raises:
        InputError: the table has a key the dataclass has not, or a value of another kind.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    known = fields.keys()
    unknown = sorted(set(values) - known)
    if unknown:
        there_are = f"known are {', '.join(sorted(known))}" if known else "nothing can be set there"
        raise InputError(f"[{table}] has the unknown key {unknown[0]}; {there_are}.")
    for key, value in values.items():
        _require_kind(f"[{table}] {key}", value, fields[key].default)
    return kind(**values)


def _require_kind(name: str, value: object, default: object) -> None:
    """Raise InputError unless a value is of the kind of a default; a number may be a whole one."""
    wanted = next((one for one in _KINDS if isinstance(default, one)), None)
    if wanted is None:
        return
    kinds, words = _KINDS[wanted]
    if not isinstance(value, kinds) or (isinstance(value, bool) and wanted is not bool):
        raise InputError(f"{name} is {value!r}; {words} is expected.")
