"""Starts the frozen program: the window without arguments or with songs, the command line otherwise."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from remixer.__main__ import main

    sys.exit(main())
