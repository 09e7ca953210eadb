"""What can go wrong, as sentences a user understands."""

from __future__ import annotations


class RemixerError(Exception):
    """A failure the user is told about in one sentence.

    Args:
        message: one sentence saying what was found and what was expected.
        detail: what the log keeps: the lower-level reason, a path, a stack.
    """

    exit_code = 1

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail

    def __str__(self) -> str:
        return self.message


class UsageError(RemixerError):
    """The request itself makes no sense: an unknown model, a stem that is not there."""

    exit_code = 2


class InputError(RemixerError):
    """A song could not be read."""

    exit_code = 3


class ModelError(RemixerError):
    """A model or a device failed."""

    exit_code = 4


class OutputError(RemixerError):
    """A file or a loudspeaker could not be written to."""

    exit_code = 5


class Cancelled(RemixerError):
    """The user stopped the work; nothing is wrong."""

    exit_code = 130

    def __init__(self, message: str = "Cancelled.") -> None:
        super().__init__(message)
