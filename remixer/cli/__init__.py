"""The command line: the same engine without a window, one small file per command."""
