"""One-line errors for files that the library of their format cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kadita import KaditaError

ERRORS = (OSError, RuntimeError, ValueError, LookupError, TypeError)


@contextmanager
def reading(path: str | Path, expected: str, errors: tuple[type[Exception], ...] = ERRORS) -> Iterator[None]:
    """Turn the exceptions of a library that reads a damaged file into an error that says what was expected."""
    try:
        yield
    except errors as error:
        if isinstance(error, KaditaError):
            raise
        reason = " ".join(str(error).split())[:200]
        raise KaditaError(f"{path}: expected {expected}; it cannot be read: {reason}") from None
