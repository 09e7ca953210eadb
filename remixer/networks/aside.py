"""Files that appear under their name only when they are whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from remixer.errors import ModelError


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to; it becomes `path` if the block ends well, else it goes.

    Raises:
        ModelError: the file system refuses.
    """
    aside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        aside.replace(path)
    except OSError as error:
        raise ModelError(f"The file {path.name} could not be written.", str(error)) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
