"""The stem remixer: drop a song, remix its stems while it plays, export what is heard."""

__version__ = "0.1.0"
