"""Hard discs: molecular dynamics of a gas whose collisions are exact, event by event.

    positions, velocities = placed(1000, (40.0, 20.0), 0.5, seed=1), maxwell(1000, seed=2)
    discs = HardDiscs(positions, velocities, diameter=0.5, lengths=(40.0, 20.0))
    discs.advance(10.0)

Source of the method: Alder & Wainwright 1959, J. Chem. Phys. 31, 459.
"""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from kadita import KaditaError, record
from kadita.plugins.metrics import Floats
from kadita_thermo import disc_events

CELLS_AROUND = 3  # of a periodic axis at least, so that neighbouring cells are different ones
CLOSE = 1e-9  # diameters by which discs may overlap at the start


class HardDiscs:
    """Equal hard discs of mass 1 in a box from the origin, periodic or with walls along each axis.

    Walls reflect centres: the box is where centres can be, so that a gas of discs that never meet has all of it.

    Args:
        positions: (N, 2) of the centres.
        velocities: (N, 2).
        diameter: of the discs; 0 for an ideal gas.
        lengths: edges of the box along x and y.
        walls: whether x and y end at walls.

    Attributes:
        positions: (N, 2), now; in the box.
        velocities: (N, 2), now.
        time: since the start.
        collisions: number of collisions of two discs.
        virial: sum over collisions of -dr . dp: the compressibility factor P V / (N kT) is
            1 + virial / (2 N kT time), kT being the mean of v^2 / 2.

    Raises:
        KaditaError: discs overlap or are outside, or the box is too small for them.
    """

    def __init__(
        self,
        positions: ArrayLike,
        velocities: ArrayLike,
        *,
        diameter: float,
        lengths: tuple[float, float],
        walls: tuple[bool, bool] = (False, False),
    ) -> None:
        x, v = (np.array(a, dtype=np.float64) for a in (positions, velocities))
        if x.ndim != 2 or x.shape[1] != 2 or x.shape != v.shape or not len(x):
            raise KaditaError(f"expected positions and velocities of shape (N, 2); got {x.shape} and {v.shape}")
        if not (np.isfinite(x).all() and np.isfinite(v).all()):
            raise KaditaError("expected finite positions and velocities; got others")
        edges = np.array(lengths, dtype=np.float64)
        if edges.shape != (2,) or not (np.isfinite(edges).all() and (edges > 0).all()):
            raise KaditaError(f"lengths: expected two lengths above 0; got {lengths}")
        if not 0 <= diameter < math.inf:
            raise KaditaError(f"diameter: expected a length of at least 0; got {diameter}")
        self.diameter, self.lengths, self.walls = float(diameter), (float(edges[0]), float(edges[1])), tuple(walls)
        if not ((x >= 0) & (x <= edges)).all():
            raise KaditaError(f"positions: expected centres in the box, from 0 to {edges[0]:g} and {edges[1]:g}")
        self.positions, self.velocities = x, v
        self.time, self._totals = 0.0, np.zeros(2)
        numbers = self._numbers(len(x), edges)
        self._sizes, self._walls = edges / numbers, np.array(walls, np.bool_)
        self._heads, self._lists = np.empty(numbers, np.int64), np.empty((2, len(x)), np.int64)
        self._cells, self._heap = np.empty((len(x), 2), np.int64), np.empty((2, len(x)), np.int64)
        self._events, self._partners = np.empty(len(x)), np.zeros((3, len(x)), np.int64)
        self._of = np.zeros(len(x))
        disc_events.fill(x, self._sizes, self._heads, self._lists, self._cells)
        gap = self.smallest_distance
        if gap < diameter * (1 - CLOSE):
            raise KaditaError(f"positions: expected centres at least {diameter:g} apart; two are {gap:g} apart")
        disc_events.predict_all(*self._state, 0.0)

    def _numbers(self, n: int, edges: Floats) -> tuple[int, int]:
        """Return the numbers of cells along x and y: about one disc in each, none smaller than a disc."""
        size = max(self.diameter, math.sqrt(edges.prod() / n))
        numbers = []
        for edge, wall in zip(edges, self.walls, strict=True):
            most = math.floor(edge / self.diameter) if self.diameter else math.inf
            if not wall and most < CELLS_AROUND:
                raise KaditaError(
                    f"lengths: expected a periodic edge of at least {CELLS_AROUND} diameters, "
                    f"{CELLS_AROUND * self.diameter:g}; got {edge:g}"
                )
            numbers.append(int(min(max(math.floor(edge / size), 1 if wall else CELLS_AROUND), most or 1)) or 1)
        return numbers[0], numbers[1]

    @property
    def _state(self) -> tuple[object, ...]:
        moving = (self.positions, self.velocities, self._of, self._sizes, self._walls, self.diameter)
        return (*moving, self._heads, self._lists, self._cells, self._heap, self._events, self._partners)

    @property
    def collisions(self) -> int:
        """Number of collisions of two discs."""
        return int(self._totals[0])

    @property
    def virial(self) -> float:
        """Sum over collisions of -dr . dp."""
        return float(self._totals[1])

    @property
    def smallest_distance(self) -> float:
        """Smallest distance of two centres, if less than the edge of a cell; infinity if no two are so close."""
        state = (self._sizes, self._walls, self._heads, self._lists, self._cells)
        return float(disc_events.smallest_gap(self.positions, *state))

    def advance(self, time: float) -> None:
        """Move all discs, with their collisions, to `time` later.

        Raises:
            KaditaError: a time below 0.
        """
        if not 0 <= time < math.inf:
            raise KaditaError(f"time: expected at least 0; got {time}")
        disc_events.advance(*self._state, float(time), self._totals)
        self.time += time
        self._of[:] = 0.0  # clocks start anew, so that they keep their digits
        self._events -= time


def placed(number: int, lengths: tuple[float, float], diameter: float, seed: int, walls: bool = False) -> Floats:
    """Return centres on a triangular lattice in the box, jolted as far as no disc can reach another, (N, 2).

    Raises:
        KaditaError: so many discs do not fit on such a lattice.
    """
    width, height = lengths
    rows = max(1, round(math.sqrt(number * height / width * 2 / math.sqrt(3))))
    rows += rows % 2  # an even number fits around the box
    columns = math.ceil(number / rows)
    dx, dy = width / columns, height / rows
    nearest = min(dx, math.hypot(dx / 2, dy), 2 * dy)
    if nearest <= diameter:
        raise KaditaError(
            f"expected room for {number} discs; on a lattice in {width:g} x {height:g} neighbours are {nearest:g} "
            f"apart, and the diameter is {diameter:g}"
        )
    row, column = np.divmod(np.arange(rows * columns), columns)
    rng = np.random.default_rng(seed)
    x = np.stack([(column + 0.25 + 0.5 * (row % 2)) * dx, (row + 0.5) * dy], axis=1)
    kept = np.sort(rng.choice(len(x), number, replace=False))
    jolt = (nearest - diameter) / 2
    angle, far = rng.uniform(-np.pi, np.pi, number), jolt * np.sqrt(rng.random(number))
    moved = x[kept] + 0.99 * far[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.mod(moved, lengths) if not walls else np.clip(moved, 0, lengths)


def maxwell(number: int, seed: int) -> Floats:
    """Return velocities of a gas with kT = 1 and no total momentum, (N, 2)."""
    v = np.random.default_rng(seed).normal(size=(number, 2))
    return v - v.mean(axis=0)


def recorded(path: str | Path, discs: HardDiscs, times: Iterable[float], *, force: bool = False) -> None:
    """Advance discs to each of the times, and record frames of them in a trajectory.

    Raises:
        KaditaError: the file exists, or times do not increase.
    """
    box = tuple("open" if wall else edge for edge, wall in zip(discs.lengths, discs.walls, strict=True))
    closed = f"rectangle:0,0,{discs.lengths[0]},{discs.lengths[1]}" if all(discs.walls) else None
    facts = {"diameter": discs.diameter, "lengths": list(discs.lengths), "walls": list(map(bool, discs.walls))}
    with record(
        path,
        agents=len(discs.positions),
        box="open" if all(discs.walls) else box,
        dimensions=2,
        arena=closed,
        program="kadita hard discs",
        configuration=facts,
        force=force,
    ) as file:
        for time in times:
            discs.advance(time - discs.time)
            file.write(discs.positions, discs.velocities, time=time)
