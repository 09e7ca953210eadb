"""`python -m remixer` and the `remixer` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from remixer.cli.border import main as run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
