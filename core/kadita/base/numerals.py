"""Numbers as text: in few digits, and never as other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

SHORT = 6  # significant digits of numbers along an axis, where these suffice
CLOSE = 1e-3  # of the smallest step along an axis: how far its numbers may be rounded
DOUBLE = 12  # significant digits of a number in double precision, which hide the rounding of sums


def in_full(number: float) -> str:
    """Return a number as text, in as many digits as it has.

    A number in single precision, as files store them, is written in the fewest digits that are that number.

    >>> [in_full(x) for x in (25.0, 1234567.5, 0.1 + 0.2, 20.100000381469727)]
    ['25', '1234567.5', '0.3', '20.1']
    """
    import numpy as np

    with np.errstate(over="ignore", under="ignore"):
        single = np.float32(number)
    return f"{float(str(single)) if float(single) == number else number:.{DOUBLE}g}"


def along_axis(numbers: Sequence[Any], least: int = SHORT) -> list[str]:
    """Return numbers along an axis as text: in `least` to six digits where these tell them apart, or in full.

    They are rounded by at most a thousandth of the smallest step. Anything else than floating-point numbers is written
    as it is.

    >>> along_axis([12.5, 15.5, 18.5]), along_axis([1 / 6, 1 / 2]), along_axis([1234567.5, 1234577.5])
    (['12.5', '15.5', '18.5'], ['0.166667', '0.5'], ['1234567.5', '1234577.5'])
    >>> along_axis([12.5, 15.5, 18.5], least=2), along_axis([1 / 6, 1 / 2], least=2)
    (['12.5', '15.5', '18.5'], ['0.1667', '0.5'])
    >>> along_axis([50.0, 100.0], least=2)
    ['50', '100']
    """
    floats = sorted(x for x in numbers if isinstance(x, float))
    step = min((b - a for a, b in pairwise(floats)), default=0.0)
    for digits in range(least, SHORT + 1):
        short = [_plain(x, digits) if isinstance(x, float) else str(x) for x in numbers]
        faithful = all(abs(float(_plain(x, digits)) - x) <= CLOSE * step for x in floats)
        if (faithful or (len(floats) == 1 and digits == SHORT)) and len(set(short)) == len(short):
            return short
    return [str(x) for x in numbers]


def _plain(x: float, digits: int) -> str:
    """Return a number in so many digits; integers of up to six digits without an exponent."""
    short = f"{x:.{digits}g}"
    return f"{x:.0f}" if "e+" in short and abs(x) < 10**SHORT and x.is_integer() else short
