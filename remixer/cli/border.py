"""The border of the program: whatever happens inside becomes one sentence and an exit code outside."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from remixer.errors import Cancelled, OutputError, RemixerError
from remixer.log import log_file, open_log
from remixer.paths import log_dir

BAD_USE = 2
_log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Run the program as a process of its own; return its exit code."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stopped)
    log = open_log(log_dir())
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    _quieten_libraries(log)
    code = run(arguments)
    return code if _flushed(sys.stdout) else code or OutputError.exit_code


def run(arguments: Sequence[str], program: Callable[[list[str]], object] | None = None) -> int:
    """Run a command; return the exit code after at most one sentence on stderr.

    Args:
        arguments: what follows `remixer`.
        program: what to run with them, None for the commands there are.
    """
    try:
        value = (program or _commands)(list(arguments))
        code = value if isinstance(value, int) else 0
        return _say("Interrupted.", code) if code == Cancelled.exit_code else code
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except RemixerError as error:
        _log.warning("%s %s", error.message, error.detail)
        return _say(error.message, error.exit_code)
    except KeyboardInterrupt:
        return _say("Interrupted.", Cancelled.exit_code)
    except BrokenPipeError:
        _give_up_stdout()
        return 0
    except MemoryError:
        _log.exception("out of memory")
        return _say("The memory was not enough; close other programs or choose a smaller model.", 1)
    except Exception as error:  # noqa: BLE001  (nothing may reach the user as a traceback)
        return _foreign(error)


def _commands(arguments: list[str]) -> object:
    if _are_songs(arguments):
        from remixer.app import main

        return main([Path(word).absolute() for word in arguments])
    from typer.main import get_command

    from remixer.cli.commands import build, completed

    return get_command(build()).main(completed(arguments), prog_name="remixer", standalone_mode=False)


def _are_songs(arguments: list[str]) -> bool:
    """Whether only songs are named: no option, and a first word that no command is called."""
    if any(word.startswith("-") for word in arguments):
        return False
    return not arguments or bool(Path(arguments[0]).suffix or Path(arguments[0]).name != arguments[0])


def _foreign(error: Exception) -> int:
    if hasattr(error, "format_message"):
        return _say(_sentence(error.format_message()), BAD_USE)
    if type(error).__name__ == "Abort":
        return _say("Interrupted.", Cancelled.exit_code)
    _log.error("unexpected", exc_info=error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return _say(f"The output could not be written: {error.strerror}.", OutputError.exit_code)
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _say(
            f"This needs “{error.name}”, which is not part of this installation.", RemixerError.exit_code
        )
    path = log_file()
    where = f"; the details are in {path}" if path else ""
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return _say(f"Something went wrong that should not: {reason}{where}.", RemixerError.exit_code)


def _sentence(message: str) -> str:
    message = " ".join(message.split())
    return message if message.endswith((".", "?", "!")) else f"{message}."


def _say(sentence: str, code: int) -> int:
    if sys.stderr is None:  # it was closed, or a program of Windows has none
        return code
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()
    return code


def _flushed(stream: TextIO | None) -> bool:
    try:
        if stream is not None:
            stream.flush()
    except BrokenPipeError:
        _give_up_stdout()
    except OSError as error:
        _say(f"The output could not be written: {error.strerror}.", OutputError.exit_code)
        _give_up_stdout()
        return False
    return True


def _give_up_stdout() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _quieten_libraries(log: Path | None) -> None:
    """Send what libraries written in C have to say to the log; our own sentences still reach the terminal."""
    try:
        ours = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding=sys.stderr.encoding, errors="replace")
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        sink = os.open(log or os.devnull, flags)
        os.dup2(sink, sys.stderr.fileno())
        os.close(sink)
    except (OSError, ValueError, AttributeError):
        return
    sys.stderr = ours


def _stopped(number: int, frame: FrameType | None) -> Any:
    raise KeyboardInterrupt
