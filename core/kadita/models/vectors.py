"""Vectors of three numbers in kernels: what the rules of models are written with."""

from __future__ import annotations

import math

from kadita.compiled import kernel

TOO_SHORT = 1e-10  # vectors up to this length have no direction
NOWHERE = (0.0, 0.0, 0.0)


@kernel
def dot(a, b):  # type: ignore[no-untyped-def]
    """Return a . b."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@kernel
def times(s, a):  # type: ignore[no-untyped-def]
    """Return s a."""
    return s * a[0], s * a[1], s * a[2]


@kernel
def total(a, b, c):  # type: ignore[no-untyped-def]
    """Return a + b + c."""
    return a[0] + b[0] + c[0], a[1] + b[1] + c[1], a[2] + b[2] + c[2]


@kernel
def unit(a, otherwise):  # type: ignore[no-untyped-def]
    """Return a / |a|, or `otherwise` where a has no direction."""
    length = math.sqrt(dot(a, a))
    if length > TOO_SHORT:
        return a[0] / length, a[1] / length, a[2] / length
    return otherwise


@kernel
def across(a, b):  # type: ignore[no-untyped-def]
    """Return the unit vector across unit vector a, on the side of b; NOWHERE where b lies along a."""
    along = dot(a, b)
    return unit((b[0] - along * a[0], b[1] - along * a[1], b[2] - along * a[2]), NOWHERE)


@kernel
def rotated(a, sideways, angle):  # type: ignore[no-untyped-def]
    """Return unit vector a turned by `angle` towards a unit vector across it."""
    c, s = math.cos(angle), math.sin(angle)
    x, y, z = c * a[0] + s * sideways[0], c * a[1] + s * sideways[1], c * a[2] + s * sideways[2]
    return unit((x, y, z), a)
