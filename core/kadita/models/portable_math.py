"""Logarithm, sine, cosine and angle with the same bits on every machine.

They use sums, products, quotients and square roots alone, whose rounding IEEE 754 defines; the functions of C libraries
differ in their last bits from machine to machine. All are series, truncated where terms fall below the precision of
float64; they run on vector units.
"""

from __future__ import annotations

import math

import numpy as np

from kadita.base.jit import jitable

LN2_HIGH = float.fromhex("0x1.62e42feep-1")  # ln 2 and pi / 2 in two parts; integer multiples of the first are exact
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
QUARTER_HIGH = float.fromhex("0x1.921fb544p+0")
QUARTER_LOW = float.fromhex("0x1.0b4611a626331p-34")

_MANTISSA = np.int64(0x000FFFFFFFFFFFFF)
_HALF_EXPONENT = np.int64(0x3FE0000000000000)


@jitable
def logarithm(a):  # type: ignore[no-untyped-def]
    """Return ln a of a normal positive number: k ln 2 + 2 artanh((m - 1) / (m + 1)) with a = 2^k m, m near 1.

    >>> import numpy as np
    >>> from kadita.models import logarithm
    >>> float(logarithm(1.0)), bool(abs(logarithm(10.0) - np.log(10.0)) < 1e-15)
    (0.0, True)
    """
    bits = np.float64(a).view(np.int64)
    exponent = (bits >> 52) - 1022
    m = np.int64((bits & _MANTISSA) | _HALF_EXPONENT).view(np.float64)  # in [1/2, 1)
    small = m < math.sqrt(0.5)
    m = 2 * m if small else m
    k = np.float64(exponent - 1 if small else exponent)
    s = (m - 1) / (m + 1)
    z = s * s
    series = 1 / 21.0
    series = series * z + 1 / 19.0
    series = series * z + 1 / 17.0
    series = series * z + 1 / 15.0
    series = series * z + 1 / 13.0
    series = series * z + 1 / 11.0
    series = series * z + 1 / 9.0
    series = series * z + 1 / 7.0
    series = series * z + 1 / 5.0
    series = series * z + 1 / 3.0
    return k * LN2_HIGH + (2 * s + (2 * s * z * series + k * LN2_LOW))


@jitable
def cosine_and_sine(angle):  # type: ignore[no-untyped-def]
    """Return cos and sin of an angle in radians, up to about 1e6, by their Taylor series within an eighth of a turn.

    >>> import numpy as np
    >>> from kadita.models import cosine_and_sine
    >>> c, s = cosine_and_sine(np.pi / 3)
    >>> round(float(c), 12), round(float(s), 12)
    (0.5, 0.866025403784)
    """
    quarters = np.rint(angle * (2 / math.pi))
    r = (angle - quarters * QUARTER_HIGH) - quarters * QUARTER_LOW
    z = r * r
    sine = 1 / 355687428096000.0
    sine = sine * z - 1 / 1307674368000.0
    sine = sine * z + 1 / 6227020800.0
    sine = sine * z - 1 / 39916800.0
    sine = sine * z + 1 / 362880.0
    sine = sine * z - 1 / 5040.0
    sine = sine * z + 1 / 120.0
    sine = sine * z - 1 / 6.0
    sine = r + r * z * sine
    cosine = 1 / 20922789888000.0
    cosine = cosine * z - 1 / 87178291200.0
    cosine = cosine * z + 1 / 479001600.0
    cosine = cosine * z - 1 / 3628800.0
    cosine = cosine * z + 1 / 40320.0
    cosine = cosine * z - 1 / 720.0
    cosine = cosine * z + 1 / 24.0
    cosine = cosine * z - 1 / 2.0
    cosine = 1 + z * cosine
    quadrant = np.int64(quarters) & 3
    odd = (quadrant & 1) == 1
    c, s = (sine if odd else cosine), (cosine if odd else sine)
    return (-c if (quadrant == 1) | (quadrant == 2) else c), (-s if quadrant >= 2 else s)


@jitable
def angle_of(cosine, sine):  # type: ignore[no-untyped-def]
    """Return the angle in [0, pi] of a direction (cosine, sine), sine >= 0, of any length above 0.

    The angle is halved three times, t -> t / (1 + sqrt(1 + t^2)), which leaves a short series of arctan.

    >>> import numpy as np
    >>> from kadita.models import angle_of
    >>> angle_of(-1.0, 0.0), angle_of(1.0, 1.0) == np.pi / 4
    (3.141592653589793, True)
    """
    length = math.sqrt(cosine * cosine + sine * sine)
    forward = cosine >= 0
    # tangent of half the angle to the nearer half-axis: always at most 1
    t = sine / (length + abs(cosine))
    t = t / (1 + math.sqrt(1 + t * t))
    t = t / (1 + math.sqrt(1 + t * t))
    z = t * t
    series = 1 / 21.0
    series = 1 / 19.0 - series * z
    series = 1 / 17.0 - series * z
    series = 1 / 15.0 - series * z
    series = 1 / 13.0 - series * z
    series = 1 / 11.0 - series * z
    series = 1 / 9.0 - series * z
    series = 1 / 7.0 - series * z
    series = 1 / 5.0 - series * z
    series = 1 / 3.0 - series * z
    small = 8 * (t - t * z * series)
    return small if forward else math.pi - small
