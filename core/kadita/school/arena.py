"""The arena in which agents move: a circle, a rectangle or a polygon in the plane of x and y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from kadita.base.errors import KaditaError, did_you_mean
from kadita.school.box import MOST, Floats

FORMS = {"circle": "circle:X,Y,R", "rectangle": "rectangle:X0,Y0,X1,Y1", "polygon": "polygon:X1,Y1,X2,Y2,X3,Y3,..."}
AT_ONCE = 1 << 20  # points x sides in memory together


@dataclass(frozen=True)
class Arena:
    """An arena, bounded by a wall. Made by `Arena.of`.

    Attributes:
        kind: ``"circle"``, ``"rectangle"`` or ``"polygon"``.
        numbers: x, y and radius of a circle; x0, y0, x1, y1 of opposite corners of a rectangle; x and y of the corners
            of a polygon, in order around it. In the length unit of positions.
    """

    kind: str
    numbers: tuple[float, ...]

    @classmethod
    def of(cls, text: Any) -> Self:
        """Return the arena that is written as ``"circle:X,Y,R"``, ``"rectangle:X0,Y0,X1,Y1"`` or ``"polygon:X1,..."``.

        Raises:
            KaditaError: another form, numbers that are not finite, no area, or a polygon that crosses itself.
        """
        if isinstance(text, cls):
            return text
        kind, _, rest = (part.strip() for part in str(text).partition(":"))
        if kind not in FORMS:
            hint = did_you_mean(kind, FORMS)
            raise KaditaError(f"--arena: expected {', '.join(FORMS.values())}; got '{text}'{hint}")
        try:
            numbers = tuple(float(word) for word in rest.split(","))
        except ValueError:
            raise KaditaError(f"--arena: expected {FORMS[kind]}, in numbers; got '{text}'") from None
        count = {"circle": len(numbers) == 3, "rectangle": len(numbers) == 4}
        if not count.get(kind, len(numbers) >= 6 and len(numbers) % 2 == 0):
            raise KaditaError(f"--arena: expected {FORMS[kind]}; got {len(numbers)} numbers")
        arena = cls(kind, numbers)
        if not all(abs(number) <= MOST for number in numbers) or not arena.area > 0:
            raise KaditaError(f"--arena: expected finite numbers and an area above 0; got '{text}'")
        if kind == "polygon" and len(np.unique(arena.corners, axis=0)) < len(arena.corners):
            raise KaditaError(
                "--arena: expected different corners of a polygon; found one twice; leave out the last one"
            )
        if kind == "polygon" and _crosses_itself(arena.corners):
            raise KaditaError("--arena: expected the corners of a polygon in order around it; found sides that cross")
        return arena

    def __str__(self) -> str:
        return f"{self.kind}:{','.join(repr(number).removesuffix('.0') for number in self.numbers)}"

    @property
    def corners(self) -> Floats:
        """Corners, (K, 2), in order around the arena; none of a circle."""
        if self.kind == "circle":
            return np.empty((0, 2))
        if self.kind == "rectangle":
            x0, y0, x1, y1 = self.numbers
            return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        return np.array(self.numbers).reshape(-1, 2)

    @property
    def area(self) -> float:
        """Area; of a polygon by the shoelace formula."""
        if self.kind == "circle":
            return float(np.pi * self.numbers[2] ** 2) if self.numbers[2] > 0 else 0.0
        x, y = (self.corners - self.corners[0]).T
        return float(abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2)

    def turned_up(self, height: float) -> Self:
        """Return the arena with y of an image turned up, y' = height - y."""
        numbers = list(self.numbers)
        for i in (1,) if self.kind == "circle" else range(1, len(numbers), 2):
            numbers[i] = height - numbers[i]
        return type(self)(self.kind, tuple(numbers))

    def wall_distances(self, points: ArrayLike) -> Floats:
        """Return the distance of points, (..., 2 or 3), to the nearest wall, (...): positive inside, negative outside.

        z is not used; NaN for points that are not known.
        """
        p = np.asarray(points, dtype=np.float64)[..., :2]
        if self.kind == "circle":
            x, y, radius = self.numbers
            distances: Floats = radius - np.hypot(p[..., 0] - x, p[..., 1] - y)
            return distances
        flat = p.reshape(-1, 2)
        corners = self.corners
        size = max(1, AT_ONCE // len(corners))
        parts = [_to_polygon(flat[first : first + size], corners) for first in range(0, len(flat), size)]
        return np.concatenate(parts or [np.empty(0)]).reshape(p.shape[:-1])


def _crosses_itself(corners: Floats) -> bool:
    """Return whether two sides of a polygon, (K, 2), cross between their ends."""
    ends = np.roll(corners, -1, axis=0)
    for start, end in zip(corners, ends, strict=True):
        of_starts, of_ends = _side(start, end, corners), _side(start, end, ends)
        of_start, of_end = _side(corners, ends, start), _side(corners, ends, end)
        if ((of_starts * of_ends < 0) & (of_start * of_end < 0)).any():
            return True
    return False


def _side(start: Floats, end: Floats, point: Floats) -> Floats:
    """Return 1 for points on the left of lines from start to end, -1 on their right, 0 on them."""
    along, offset = end - start, point - start
    side: Floats = np.sign(along[..., 0] * offset[..., 1] - along[..., 1] * offset[..., 0])
    return side


def _to_polygon(points: Floats, corners: Floats) -> Floats:
    """Return the signed distances of points, (P, 2), to the sides of a polygon, (K, 2)."""
    start, along = corners, np.roll(corners, -1, axis=0) - corners
    squared = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    offset = points[:, None] - start  # (P, K, 2)
    share = np.clip((offset * along).sum(axis=2) / squared, 0.0, 1.0)
    nearest = np.hypot(*np.moveaxis(offset - share[..., None] * along, 2, 0)).min(axis=1)
    # a ray along x crosses the sides an odd number of times from inside
    above = points[:, None, 1] < start[:, 1]
    crosses = above != np.roll(above, -1, axis=1)
    cross = along[:, 0] * offset[..., 1] - along[:, 1] * offset[..., 0]  # its sign: on which side of the line
    left = (cross > 0) == (along[:, 1] > 0)
    inside = (crosses & left).sum(axis=1) % 2 == 1
    return np.where(inside, nearest, -nearest)
