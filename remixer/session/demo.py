"""The demo song as a file."""

from __future__ import annotations

from pathlib import Path


def demo_song(folder: Path) -> Path:
    """Return the demo song's file, made now if it is not there yet. Thread: worker.

    Raises:
        OutputError: the folder cannot be written to.
    """
    from remixer.audio.demo import write_demo

    path = folder / "demo" / "Demo song.wav"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_demo(path)
    return path
