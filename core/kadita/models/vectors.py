"""Vectors of three float64, for the rules of turns and displacements."""

from __future__ import annotations

import math

from kadita.base.jit import jitable
from kadita.models.portable_math import cosine_and_sine

TOO_SHORT = 1e-10  # vectors up to this length have no direction
NOWHERE = (0.0, 0.0, 0.0)


@jitable
def dot(a, b):  # type: ignore[no-untyped-def]
    """Return a . b.

    >>> from kadita.models import dot
    >>> dot((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    32.0
    """
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@jitable
def times(s, a):  # type: ignore[no-untyped-def]
    """Return s a.

    >>> from kadita.models import times
    >>> times(2.0, (1.0, 0.5, 0.0))
    (2.0, 1.0, 0.0)
    """
    return s * a[0], s * a[1], s * a[2]


@jitable
def total(a, b, c):  # type: ignore[no-untyped-def]
    """Return a + b + c.

    >>> from kadita.models import total
    >>> total((1.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 3.0))
    (1.0, 2.0, 3.0)
    """
    return a[0] + b[0] + c[0], a[1] + b[1] + c[1], a[2] + b[2] + c[2]


@jitable
def choose(condition, a, b):  # type: ignore[no-untyped-def]
    """Return a where the condition holds, and b elsewhere, without a branch, so that it runs on vector units.

    >>> from kadita.models import choose
    >>> choose(True, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    (1.0, 0.0, 0.0)
    """
    return (a[0] if condition else b[0], a[1] if condition else b[1], a[2] if condition else b[2])


@jitable
def unit(a, otherwise):  # type: ignore[no-untyped-def]
    """Return a / |a|, or `otherwise` where a has no direction.

    >>> from kadita.models import NOWHERE, unit
    >>> unit((3.0, 4.0, 0.0), NOWHERE), unit((0.0, 0.0, 0.0), (1.0, 0.0, 0.0))
    ((0.6000000000000001, 0.8, 0.0), (1.0, 0.0, 0.0))
    """
    length = math.sqrt(dot(a, a))
    return choose(length > TOO_SHORT, times(1.0 / max(length, TOO_SHORT), a), otherwise)


@jitable
def across(a, b):  # type: ignore[no-untyped-def]
    """Return the unit vector perpendicular to unit vector a, towards b; NOWHERE if b is parallel to a.

    >>> from kadita.models import across
    >>> across((1.0, 0.0, 0.0), (0.6, 0.8, 0.0))
    (0.0, 1.0, 0.0)
    """
    along = dot(a, b)
    return unit((b[0] - along * a[0], b[1] - along * a[1], b[2] - along * a[2]), NOWHERE)


@jitable
def rotated(a, sideways, cosine, sine):  # type: ignore[no-untyped-def]
    """Return unit vector a rotated towards a perpendicular unit vector, by the angle with this cosine and sine.

    >>> import math
    >>> from kadita.models import rotated
    >>> x, y, z = rotated((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), math.cos(0.5), math.sin(0.5))
    >>> round(math.atan2(y, x), 12)
    0.5
    """
    x, y, z = (
        cosine * a[0] + sine * sideways[0],
        cosine * a[1] + sine * sideways[1],
        cosine * a[2] + sine * sideways[2],
    )
    return unit((x, y, z), a)


@jitable
def turned(a, angle):  # type: ignore[no-untyped-def]
    """Return unit vector a turned about the z axis by an angle in radians, anticlockwise: it stays in a plane.

    >>> import numpy as np
    >>> from kadita.models import turned
    >>> x, y, z = turned((1.0, 0.0, 0.0), np.pi / 2)
    >>> round(float(x), 12), float(y), float(z)
    (0.0, 1.0, 0.0)
    """
    cosine, sine = cosine_and_sine(angle)
    x, y, z = cosine * a[0] - sine * a[1], sine * a[0] + cosine * a[1], a[2]
    return times(1 / math.sqrt(x * x + y * y + z * z), (x, y, z))  # an angle of NaN gives NaN
