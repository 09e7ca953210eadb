"""All commands in one program."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from remixer import __version__
from remixer.cli.bench import bench
from remixer.cli.demo import demo
from remixer.cli.devices import devices
from remixer.cli.doctor import doctor
from remixer.cli.evaluate import evaluate
from remixer.cli.export import export
from remixer.cli.live import live
from remixer.cli.mix import mix
from remixer.cli.models import models
from remixer.cli.open import open_songs
from remixer.cli.prune import prune
from remixer.cli.separate import separate
from remixer.cli.train import train
from remixer.errors import UsageError


def build() -> typer.Typer:
    """Return the program with every command."""
    program = typer.Typer(
        name="remixer", add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
        help="Drop a song, remix its stems while it plays, export what is heard. "
        "Without a command, songs are opened in the window.",
    )  # fmt: skip
    program.callback(invoke_without_command=True)(_root)
    program.command("open")(open_songs)
    for command in (
        separate,
        mix,
        live,
        models,
        devices,
        doctor,
        demo,
        train,
        evaluate,
        prune,
        export,
        bench,
    ):
        program.command(command.__name__)(command)
    return program


def completed(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the command `open` where none is given.

    Raises:
        UsageError: the first word is neither a command nor, by its looks or in fact, a file.
    """
    known = {command.name for command in build().registered_commands}
    first = next((word for word in arguments if word == "--" or not word.startswith("-")), None)
    if first in known or (first is None and {"--help", "--version"} & {*arguments}):
        return list(arguments)
    if first is not None and first != "--" and _is_a_mere_word(first):
        raise UsageError(f"There is no command and no song called “{first}”; see remixer --help.")
    return ["open", *arguments]


def _is_a_mere_word(word: str) -> bool:
    path = Path(word)
    there = os.path.exists(path)  # noqa: PTH110  (Path raises where a name is too long)
    return path.name == word and not path.suffix and not there


def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        typer.echo(f"remixer {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        open_songs([])
