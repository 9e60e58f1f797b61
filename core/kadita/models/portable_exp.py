"""Exponential with the same bits on every machine, in double precision and, for rules of pairs, in single precision.

exp a = 2^k exp r with |r| <= ln 2 / 2: the series of exp r, of sums and products alone, and the power of 2 put together
from its bits. Both run on vector units.
"""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import jitable
from kadita.models.portable_math import LN2_HIGH, LN2_LOW

_PER_LN2 = 1 / math.log(2)
_MOST = 1500.0  # beyond which the result is 0 or infinite in any case
_SINGLE_HIGH, _SINGLE_LOW = np.float32(0.693359375), np.float32(math.log(2) - 0.693359375)  # multiples of the first
_SINGLE_PER_LN2, _SINGLE_MOST = np.float32(_PER_LN2), np.float32(250)  # are exact in single precision


@jitable
def exponential(a):  # type: ignore[no-untyped-def]
    """Return exp a: within 1 unit in the last place, 0 where it underflows, infinite where it overflows.

    >>> import numpy as np
    >>> from kadita.models import exponential
    >>> float(exponential(0.0)), bool(abs(exponential(1.0) - np.e) < 1e-15), float(exponential(-1000.0))
    (1.0, True, 0.0)
    """
    a = _MOST if a > _MOST else a
    a = -_MOST if a < -_MOST else a
    k = np.rint(a * _PER_LN2)
    r = (a - k * LN2_HIGH) - k * LN2_LOW
    series = 1 / 87178291200.0
    series = series * r + 1 / 6227020800.0
    series = series * r + 1 / 479001600.0
    series = series * r + 1 / 39916800.0
    series = series * r + 1 / 3628800.0
    series = series * r + 1 / 362880.0
    series = series * r + 1 / 40320.0
    series = series * r + 1 / 5040.0
    series = series * r + 1 / 720.0
    series = series * r + 1 / 120.0
    series = series * r + 1 / 24.0
    series = series * r + 1 / 6.0
    series = series * r + 0.5
    power = np.int64(k)
    third = power // 4  # in four factors, each of which is a normal number
    small, rest = np.int64((third + 1023) << 52).view(np.float64), np.int64((power - 3 * third + 1023) << 52)
    return (1 + (r + r * r * series)) * rest.view(np.float64) * small * small * small


@jitable
def exponential32(a):  # type: ignore[no-untyped-def]
    """Return exp a in single precision, for rules of pairs: within 2 units in the last place.

    >>> import numpy as np
    >>> from kadita.models import exponential32
    >>> float(exponential32(np.float32(0.0))), abs(float(exponential32(np.float32(1.0))) - np.e) < 1e-6
    (1.0, True)
    """
    a = np.float32(a)
    a = _SINGLE_MOST if a > _SINGLE_MOST else a
    a = -_SINGLE_MOST if a < -_SINGLE_MOST else a
    k = np.rint(a * _SINGLE_PER_LN2)
    r = (a - k * _SINGLE_HIGH) - k * _SINGLE_LOW
    series = np.float32(1 / 40320)
    series = series * r + np.float32(1 / 5040)
    series = series * r + np.float32(1 / 720)
    series = series * r + np.float32(1 / 120)
    series = series * r + np.float32(1 / 24)
    series = series * r + np.float32(1 / 6)
    series = series * r + np.float32(1 / 2)
    power = np.int32(k)
    third = np.int32(power // 4)
    small = np.int32((third + 127) << 23).view(np.float32)
    rest = np.int32((power - 3 * third + 127) << 23).view(np.float32)
    return (np.float32(1) + (r + r * r * series)) * rest * small * small * small
