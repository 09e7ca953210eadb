"""`python -m remixer` and the `remixer` command."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading

_OPEN_FILES = 65_536


def main() -> None:
    """Run the command line and leave with its exit code."""
    from remixer.cli.border import main as run

    allow_many_files()
    code = run(sys.argv[1:])
    if any(one.daemon for one in threading.enumerate()):
        _leave_at_once(code)
    sys.exit(code)


def allow_many_files() -> None:
    """Raise the limit of open files as far as the system lets: each song of a queue holds some."""
    if sys.platform == "win32":
        return
    import resource

    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(_OPEN_FILES, most)
    if limit != resource.RLIM_INFINITY and limit < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _leave_at_once(code: int) -> None:
    """Leave while threads are in a library: they break when the interpreter is taken down around them."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
