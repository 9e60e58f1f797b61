"""Packages that are not installed."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path

from kadita import KaditaError


class MissingPackageError(KaditaError):
    """A file needs a package that is not installed; the message says how to install it."""


def unless_unreadable(recognizes: Callable[[Path], bool]) -> Callable[[Path], bool]:
    """Return the function, which is False for a file that cannot be read; that a package is missing is still raised."""

    @wraps(recognizes)
    def recognizes_readable(path: Path) -> bool:
        try:
            return recognizes(path)
        except MissingPackageError:
            raise
        except KaditaError:
            return False

    return recognizes_readable
