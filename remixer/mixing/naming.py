"""File names from a template."""

from __future__ import annotations

from string import Formatter

from remixer.errors import UsageError

FIELDS = ("song", "artist", "stem", "model", "n")
_MOST_BYTES = 110
"""Of a field: two of them and an ending fit into the 255 bytes that a file system takes."""
_NEVER = frozenset('<>:"/\\|?*')


def file_name(template: str, **fields: str | int) -> str:
    """Return the name a template makes, with no character a file system refuses; long fields are cut.

    A slash in the template itself makes a folder; one in a field does not.

    Args:
        template: with `{song}`, `{artist}`, `{stem}`, `{model}` and `{n}`, as in “{song} - {stem}”.
        **fields: what stands for them.

    Raises:
        UsageError: the template has another field, or makes no name.
    """
    tamed = {name: _tame(str(value)) for name, value in fields.items()}
    try:
        asked = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
        if not {*asked} <= tamed.keys():
            raise KeyError(*asked)
        named = template.format(**tamed).replace("\\", "/")
    except (KeyError, IndexError, ValueError) as error:
        known = ", ".join(f"{{{name}}}" for name in FIELDS)
        raise UsageError(
            f"The name template “{template}” has an unknown field; there are {known}."
        ) from error
    pieces = [piece.strip().rstrip(".") for piece in named.strip().split("/")]
    if not all(pieces):
        raise UsageError(f"The name template “{template}” makes no usable file name.")
    return "/".join(pieces)


def _tame(text: str) -> str:
    kept = "".join("_" if letter in _NEVER or ord(letter) < 32 else letter for letter in text)
    cut = kept.strip(" .").encode("utf-8", "ignore")[:_MOST_BYTES].decode("utf-8", "ignore")
    return cut.rstrip(" .") or "_"
