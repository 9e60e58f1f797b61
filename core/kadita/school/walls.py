"""Walls that are flat across an axis, or round: what is inside, how far it is from them, and its float32 inside."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Floats


class Walls(NamedTuple):
    """The walls of an arena: flat ones at `low` and `high` along each axis, and one round wall or none.

    Attributes:
        axes: 0 without a round wall; 2 if it is a circle in x and y, along all z; 3 if it is a sphere.
        centre: (3,), of the round wall.
        radius: of the round wall; infinite without one.
        low, high: (3,), where the flat walls are; -inf and inf along axes that have none.
    """

    axes: int
    centre: Floats
    radius: float
    low: Floats
    high: Floats

    @property
    def half_width(self) -> float:
        """The longest step that a model may make: the radius, or half of the shortest distance between flat walls."""
        return min(self.radius, float((self.high - self.low).min()) / 2)

    @property
    def lower(self) -> Floats:
        """Lower corner of the box that the walls enclose, (3,); -inf along axes that have no wall."""
        round_axis = np.arange(3) < self.axes
        return np.where(round_axis, self.centre - self.radius, self.low)

    @property
    def upper(self) -> Floats:
        """Upper corner of the box that the walls enclose, (3,); inf along axes that have no wall."""
        round_axis = np.arange(3) < self.axes
        return np.where(round_axis, self.centre + self.radius, self.high)

    def inside(self, positions: ArrayLike) -> NDArray[np.bool_]:
        """Return whether positions, (..., 3), are inside or on a wall, (...), evaluated in float64; False for NaN."""
        p = np.asarray(positions, dtype=np.float64)
        inside = np.asarray(((self.low <= p) & (p <= self.high)).all(axis=-1))
        if self.axes:
            inside &= self._from_centre(p) <= self.radius
        return inside

    def distances(self, points: Floats) -> Floats:
        """Return the distances of points, (..., 3), to the nearest wall, (...): negative outside.

        The space inside is a product of intervals with a disc or a ball. So the distance is the shortest of those to
        its parts, and from outside the root of the sum of the squares of those that are negative.
        """
        gaps = [np.minimum(points[..., a] - self.low[a], self.high[a] - points[..., a]) for a in self._flat_axes]
        if self.axes:
            gaps.append(self.radius - self._from_centre(points))
        if len(gaps) == 1:
            return gaps[0]
        nearest = np.minimum.reduce(gaps)
        beyond = np.sqrt(sum(np.minimum(gap, 0.0) ** 2 for gap in gaps))
        return np.where(nearest < 0, -beyond, nearest)

    def inward(self, positions: Floats) -> Floats:
        """Return positions, (..., 3), that are inside in float64 and whose float32 roundings are inside, too.

        Those of which one is outside get numbers of float32 that are inside, as near as their resolution allows. All
        others, and positions that are not known, stay as they are.

        Raises:
            KaditaError: the walls are so close together, and so far from the origin, that no number of float32 is
                between them.
        """
        p = np.asarray(positions, dtype=np.float64)
        outside = ~(self.inside(p) & self.inside(_rounded(p))) & np.isfinite(p).all(axis=-1)
        if not outside.any():
            return p
        moved = p.copy()
        some = p[outside]
        least, most = _up(self.low), _down(self.high)
        if (least > most).any():
            raise _too_narrow(self.lower, self.upper)
        for a in self._flat_axes:
            within = np.clip(_rounded(some[:, a]), least[a], most[a])
            stays = (some[:, a] >= self.low[a]) & (some[:, a] <= self.high[a]) & (within == _rounded(some[:, a]))
            some[:, a] = np.where(stays, some[:, a], within)
        if self.axes:
            self._round_inward(some)
        moved[outside] = some
        return moved

    def _round_inward(self, positions: Floats) -> None:
        """Move positions, (P, 3), whose float32 is outside the round wall, towards its centre, by more and more."""
        axes, centre = slice(0, self.axes), self.centre[: self.axes]
        given = positions.copy()
        share = 2.0**-24  # of the distance to the centre
        while True:
            left = ~(
                (self._from_centre(positions) <= self.radius) & (self._from_centre(_rounded(positions)) <= self.radius)
            )
            if not left.any():
                return
            if share > 1:
                raise _too_narrow(self.lower, self.upper)
            positions[left, axes] = _rounded(centre + (given[left, axes] - centre) * (1 - share))
            share *= 2

    @property
    def _flat_axes(self) -> list[int]:
        return [a for a in range(3) if math.isfinite(self.low[a])]

    def _from_centre(self, p: Floats) -> Floats:
        """Return distances from the centre of the round wall; `models.engine.reflection` computes the same bits."""
        x, y = p[..., 0] - self.centre[0], p[..., 1] - self.centre[1]
        squared = x * x + y * y
        if self.axes == 3:
            z = p[..., 2] - self.centre[2]
            squared = squared + z * z
        return np.sqrt(squared)


def _rounded(values: Floats) -> Floats:
    """Return values rounded to float32, as float64."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32).astype(np.float64)


def _down(values: Floats) -> Floats:
    """Return the largest numbers of float32 that are not above these values."""
    near = _rounded(values)
    below = np.nextafter(near.astype(np.float32), np.float32(-np.inf)).astype(np.float64)
    return np.where(near > values, below, near)


def _up(values: Floats) -> Floats:
    """Return the smallest numbers of float32 that are not below these values."""
    return -_down(-values)


def _too_narrow(lower: Floats, upper: Floats) -> KaditaError:
    return KaditaError(
        f"arena: expected walls between which float32 has numbers, as in the file; found none from {lower.tolist()} "
        f"to {upper.tolist()}; move the arena to the origin"
    )
