"""`python -m remixer` and the `remixer` command."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading


def main() -> None:
    """Run the command line and leave with its exit code."""
    from remixer.cli.border import main as run

    code = run(sys.argv[1:])
    if any(one.daemon for one in threading.enumerate()):
        _leave_at_once(code)
    sys.exit(code)


def _leave_at_once(code: int) -> None:
    """Leave while threads are in a library: they break when the interpreter is taken down around them."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
