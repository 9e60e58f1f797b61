"""The arena in which agents move: a circle, a rectangle or a polygon in a plane; a tank or a layer in space."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kadita.base.errors import KaditaError, did_you_mean
from kadita.school import polygon
from kadita.school.box import MOST, Floats
from kadita.school.walls import Walls

FORMS = {
    "circle": "circle:X,Y,R",
    "rectangle": "rectangle:X0,Y0,X1,Y1",
    "polygon": "polygon:X1,Y1,X2,Y2,X3,Y3,...",
    "sphere": "sphere:X,Y,Z,R",
    "cylinder": "cylinder:X,Y,R,Z0,Z1",
    "box": "box:X0,Y0,Z0,X1,Y1,Z1",
    "slab": "slab:Z0,Z1",
    "channel": "channel:Y0,Y1",
}
COUNTS = {"circle": 3, "rectangle": 4, "sphere": 4, "cylinder": 5, "box": 6, "slab": 2, "channel": 2}
OF_Y = {"circle": (1,), "sphere": (1,), "cylinder": (1,), "box": (1, 4), "slab": (), "channel": (0, 1)}
PLANAR = ("circle", "rectangle", "polygon")


@dataclass(frozen=True)
class Arena:
    """An arena, bounded by walls. Made by `Arena.of`.

    Attributes:
        kind: ``"circle"``, ``"rectangle"`` or ``"polygon"``, in a plane; ``"sphere"``, ``"cylinder"`` (its axis is
            along z), ``"box"`` or ``"slab"`` (walls across z alone), in space; ``"channel"`` (walls across y alone),
            in both.
        numbers: x, y and radius of a circle; x0, y0, x1, y1 of opposite corners of a rectangle; x and y of the corners
            of a polygon, in order around it; x, y, z and radius of a sphere; x, y, radius, z0 and z1 of a cylinder;
            x0, y0, z0, x1, y1, z1 of opposite corners of a box; z0 and z1 of a slab; y0 and y1 of a channel. In the
            length unit of positions.
    """

    kind: str
    numbers: tuple[float, ...]

    @classmethod
    def of(cls, text: Any) -> Self:
        """Return the arena that is written in one of the `FORMS`, such as ``"circle:X,Y,R"``.

        Raises:
            KaditaError: another form, numbers that are not finite, nothing inside, or a polygon that crosses itself.
        """
        if isinstance(text, cls):
            return text
        kind, _, rest = (part.strip() for part in str(text).partition(":"))
        if kind not in FORMS:
            hint = did_you_mean(kind, FORMS)
            raise KaditaError(f"arena: expected {', '.join(FORMS.values())}; got '{text}'{hint}")
        try:
            numbers = tuple(float(word) for word in rest.split(","))
        except ValueError:
            raise KaditaError(f"arena: expected {FORMS[kind]}, in numbers; got '{text}'") from None
        if len(numbers) != COUNTS.get(kind, max(6, len(numbers) // 2 * 2)):
            raise KaditaError(f"arena: expected {FORMS[kind]}; got {len(numbers)} numbers")
        arena = cls(kind, numbers)
        if not all(abs(number) <= MOST for number in numbers) or not arena.size > 0:
            what = "an area" if kind in PLANAR else "a width" if kind in ("slab", "channel") else "a volume"
            raise KaditaError(f"arena: expected finite numbers and {what} above 0; got '{text}'")
        if kind == "polygon" and len(np.unique(arena.corners, axis=0)) < len(arena.corners):
            raise KaditaError("arena: expected different corners of a polygon; found one twice; leave out the last one")
        if kind == "polygon" and polygon.crosses_itself(arena.corners):
            raise KaditaError("arena: expected the corners of a polygon in order around it; found sides that cross")
        return arena

    def __str__(self) -> str:
        return f"{self.kind}:{','.join(repr(number).removesuffix('.0') for number in self.numbers)}"

    @property
    def dimensions(self) -> tuple[int, ...]:
        """In which schools it is an arena: 2 for a plane, 3 for space."""
        return (2, 3) if self.kind == "channel" else (2,) if self.kind in PLANAR else (3,)

    @property
    def corners(self) -> Floats:
        """Corners of a rectangle or a polygon, (K, 2), in order around it; none of another arena."""
        if self.kind == "rectangle":
            x0, y0, x1, y1 = self.numbers
            return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        return np.array(self.numbers if self.kind == "polygon" else ()).reshape(-1, 2)

    @property
    def size(self) -> float:
        """Area of an arena in a plane, volume of one in space; infinite for a slab and a channel."""
        if self.kind == "polygon":
            return polygon.area(self.corners)
        axes, _, radius, low, high = self.walls
        if axes and not radius > 0:
            return 0.0
        inside = {0: 1.0, 2: math.pi * radius**2, 3: 4 / 3 * math.pi * radius**3}[axes]
        widths = (high - low)[axes : 2 if self.kind in PLANAR else 3]
        return float(inside * widths.prod()) if (widths > 0).all() else 0.0

    @cached_property
    def walls(self) -> Walls:
        """The walls as numbers, for models and distances.

        Raises:
            KaditaError: the arena is a polygon, whose walls are not parallel to the axes.
        """
        if self.kind == "polygon":
            others = ", ".join(form for kind, form in FORMS.items() if kind != "polygon")
            raise KaditaError(f"arena: expected {others}; got a polygon, which no model has walls of")
        n = self.numbers
        centre, low, high = np.zeros(3), np.full(3, -np.inf), np.full(3, np.inf)
        axes = {"circle": 2, "cylinder": 2, "sphere": 3}.get(self.kind, 0)
        centre[:axes] = n[:axes]
        flat, values = {
            "rectangle": (slice(0, 2), n),
            "box": (slice(0, 3), n),
            "cylinder": (slice(2, 3), n[3:]),
            "slab": (slice(2, 3), n),
            "channel": (slice(1, 2), n),
        }.get(self.kind, (slice(0, 0), ()))
        ends = np.sort(np.array(values).reshape(2, -1), axis=0)  # opposite corners, in any order
        low[flat], high[flat] = ends
        return Walls(axes, centre, n[axes] if axes else math.inf, low, high)

    def turned_up(self, height: float) -> Self:
        """Return the arena with y of an image turned up, y' = height - y."""
        numbers = list(self.numbers)
        for i in OF_Y.get(self.kind, range(1, len(numbers), 2)):
            numbers[i] = height - numbers[i]
        return type(self)(self.kind, tuple(numbers))

    def wall_distances(self, points: ArrayLike) -> Floats:
        """Return the distance of points, (..., 2 or 3), to the nearest wall, (...): positive inside, negative outside.

        Only coordinates across which there are walls are used: of a circle, rectangle or polygon, x and y. NaN for
        points that are not known.

        Raises:
            KaditaError: points have no z, across which there is a wall.
        """
        p = np.asarray(points, dtype=np.float64)
        if self.kind == "polygon":
            return polygon.distances(p[..., :2], self.corners)
        if p.shape[-1] < 3 and 2 not in self.dimensions:
            raise KaditaError(f"arena: expected points with x, y and z in a {self.kind}; got shape {p.shape}")
        return self.walls.distances(p)

    def inside(self, positions: ArrayLike) -> NDArray[np.bool_]:
        """Return whether positions, (..., 3), are inside or on the wall, (...), as in `Walls`; not of a polygon."""
        return self.walls.inside(positions)
