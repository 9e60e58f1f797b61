"""Text that comes from files, in one line that a terminal can show."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Return text whose control characters are written out.

    >>> printable("a\nb")
    'a\\nb'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
