"""Specular reflection of a step by walls: flat ones across an axis, and round ones (circle, cylinder, sphere).

An agent goes straight to the wall, is turned there as light is by a mirror, and goes on with what is left of its step.
So free flight keeps a uniform density and, in a circle or a sphere, each agent's angular momentum about the centre.
Folding the radius, r -> 2 R - r, would not: it takes angular momentum away at each reflection, and agents gather in the
middle. A heading is turned only where it points out of the wall, because agents that others push may move backwards.

Positions that are returned are inside, in float64, as `kadita.school.walls.Walls.inside` evaluates it. Sums, products,
quotients, square roots and floors alone: the same bits on every machine.
"""

from __future__ import annotations

import math

from kadita.base.jit import jitable
from kadita.models.portable_math import angle_of, cosine_and_sine
from kadita.models.vectors import dot, times

SMALLEST = 1e-12  # chords shorter than this share of the radius are the wall itself
ROUNDING = 2.0**-53


@jitable
def flat(p, s, u, low, high):  # type: ignore[no-untyped-def]
    """Move one coordinate between flat walls, where each axis is on its own.

    Args:
        p, s, u: coordinate, inside; its step, of at most half the distance between the walls; component of the heading
            or the velocity.
        low, high: walls; -inf and inf where there are none.

    Returns:
        The coordinate, inside; the step and the component after reflection.
    """
    x = p + s
    above, below = x > high, x < low
    outward, backward = (above & (s > 0)) | (below & (s < 0)), (above & (u > 0)) | (below & (u < 0))
    x = 2 * high - x if above else (2 * low - x if below else x)
    x = high if x > high else (low if x < low else x)  # by rounding, or a step that is too long
    return x, (-s if outward else s), (-u if backward else u)


@jitable
def curved(x, s, u, centre, radius, axes, unit_length):  # type: ignore[no-untyped-def]
    """Move an agent inside a round wall: a circle or cylinder along z (2 axes), or a sphere (3 axes).

    Grazing agents meet the wall again and again: equal chords, each turning the agent about the centre by twice its
    angle to the wall. Whole chords are done in one rotation, which turns the heading, too.

    Args:
        x, s, u: position, inside; step, of at most the radius; heading or velocity; three numbers each.
        centre, radius: of the wall; three numbers, the last of which is not used with 2 axes, and a length.
        axes: 2 or 3, a constant. With 2, z of the position, the step and the heading stay as they are: z of the step is
            not added, but left to `flat`.
        unit_length: whether headings have length 1, a constant; a heading that is turned gets that length, and a
            velocity the length that it had.

    Returns:
        The position, inside; the step, of the same length, and heading or velocity after the last reflection.
    """
    p = x[0] + s[0], x[1] + s[1], x[2] + s[2] if axes == 3 else x[2]
    if from_centre(p, centre, axes) > radius:
        return _reflected(x, s, u, centre, radius, axes, unit_length)
    return p, s, u


@jitable
def from_centre(p, centre, axes):  # type: ignore[no-untyped-def]
    """Return the distance from the centre of a round wall, with the bits of `Walls.inside`."""
    x, y = p[0] - centre[0], p[1] - centre[1]
    squared = x * x + y * y
    if axes == 3:
        z = p[2] - centre[2]
        squared = squared + z * z
    return math.sqrt(squared)


@jitable
def _reflected(x, s, u, centre, radius, axes, unit_length):  # type: ignore[no-untyped-def]
    """Move an agent that meets the wall; lengths are in units of the radius, so that no square is too small."""
    third = 1.0 if axes == 3 else 0.0
    r = (x[0] - centre[0]) / radius, (x[1] - centre[1]) / radius, third * (x[2] - centre[2]) / radius
    d = s[0] / radius, s[1] / radius, third * s[2] / radius
    length = math.sqrt(dot(d, d))
    if not length > 0:  # a position that is outside by rounding
        return _inward(x, r, centre, radius, axes), s, u
    v = times(1 / length, d)
    along, gap = dot(r, v), max(0.0, 1 - dot(r, r))
    root = math.sqrt(along * along + gap)
    path = gap / (along + root) if along > 0 else root - along  # without cancellation
    n = _plus(r, path, v)
    n = times(1 / math.sqrt(dot(n, n)), n)  # outwards, where the agent meets the wall
    rest = max(0.0, length - path)
    sine = max(0.0, dot(v, n))  # of the angle to the wall
    v = _plus(v, -2 * sine, n)
    new = _turned_back(u, n)
    if rest > 2 * sine:
        e = _plus(v, sine, n)
        cosine = math.sqrt(dot(e, e))
        e = times(1 / cosine if cosine > 0 else 0.0, e)  # along the wall
        chords = math.floor(rest / (2 * sine)) if sine > SMALLEST else 0.0
        angle = chords * 2 * angle_of(cosine, sine) if sine > SMALLEST else rest
        rest = max(0.0, rest - chords * 2 * sine) if sine > SMALLEST else 0.0
        c, q = cosine_and_sine(angle)
        there, onward = _plus(times(c, n), q, e), _plus(times(c, e), -q, n)
        out, on = dot(new, n), dot(new, e)
        new = _plus(_plus(new, out, _plus(there, -1.0, n)), on, _plus(onward, -1.0, e))
        n, v = there, _plus(times(cosine, onward), -sine, there)
    end = _plus(n, rest, v)
    after = dot(new, new)
    if after > 0:
        new = times(math.sqrt((1.0 if unit_length else dot(u, u)) / after), new)
    going = times(length * radius, v)
    return _inward(x, end, centre, radius, axes), (going[0], going[1], going[2] if axes == 3 else s[2]), new


@jitable
def _turned_back(u, n):  # type: ignore[no-untyped-def]
    """Return u without what points along n, and with as much against it."""
    out = dot(u, n)
    return _plus(u, -2 * out, n) if out > 0 else u


@jitable
def _inward(x, r, centre, radius, axes):  # type: ignore[no-untyped-def]
    """Return the position at r, in units of the radius from the centre, or as near as float64 has one inside."""
    p = _at(x, r, radius, centre, axes)
    if from_centre(p, centre, axes) > radius:
        n = times(1 / math.sqrt(dot(r, r)), r)
        p, share = _at(x, n, radius, centre, axes), ROUNDING
        while from_centre(p, centre, axes) > radius:  # ends at the centre, if not before
            p, share = _at(x, n, radius * (1 - share), centre, axes), 2 * share
    return p


@jitable
def _at(x, r, radius, centre, axes):  # type: ignore[no-untyped-def]
    z = centre[2] + radius * r[2] if axes == 3 else x[2]
    return centre[0] + radius * r[0], centre[1] + radius * r[1], z


@jitable
def _plus(a, s, b):  # type: ignore[no-untyped-def]
    """Return a + s b."""
    return a[0] + s * b[0], a[1] + s * b[1], a[2] + s * b[2]
