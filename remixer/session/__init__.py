"""A session of remixing, without a window."""

from remixer.session.session import Session

__all__ = ["Session"]
