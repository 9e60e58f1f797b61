"""Boltzmann's entropy of a school, by counting the agents in cells of position and velocity."""

import math
import warnings
from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from kadita import Block, KaditaError, KaditaWarning, metric
from kadita.plugins.metrics import Floats, Integers, grassberger_logarithms
from kadita_thermo.cells import keys_of, of_headings, of_positions, of_velocities

Width = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Widths = Width | tuple[Width, ...] | None
Number = Annotated[int, Field(ge=1, le=100_000)]
OrNone = BeforeValidator(lambda value: "none" if value is None else value)  # which --set makes of none
Position = Annotated[
    Literal["none", "x", "y", "z", "xy", "xz", "yz", "xyz"],
    OrNone,
    Field(description="axes of the cells of position"),
]
Velocity = Annotated[
    Literal["none", "x", "y", "z", "xy", "xz", "yz", "xyz", "heading"],
    OrNone,
    Field(description="axes of the cells of velocity, or heading for cells of the direction of motion alone"),
]
PositionCell = Annotated[Widths, Field(description="width of the cells of position, or one for each of their axes")]
VelocityCell = Annotated[Widths, Field(description="width of the cells of velocity, or one for each of their axes")]
HeadingCells = Annotated[
    Number | tuple[Number, Number] | None,
    Field(description="sectors in a plane; bands and sectors in space, 2 and 4 for octants"),
]
Counting = Annotated[
    Literal["count", "plug-in", "miller-madow", "grassberger"],
    Field(description="count, the entropy as published, or an estimate of its limit for many agents"),
]
PerCell = Annotated[
    float,
    Field(ge=0, allow_inf_nan=False, description="undefined with fewer agents per occupied cell; 0 allows any"),
]
GARRIDO = "Garrido, Goldstein, Huse & Lebowitz 2024, arXiv 2403.07519"
GRASSBERGER = "grassberger: Grassberger 2003, arXiv:physics/0307138, doi:10.48550/arXiv.physics/0307138"
NOWHERE = np.iinfo(np.int64).max  # key of an agent that is in no cell; those of others are below


@metric(
    units="nat",
    default=False,
    needs_velocities=True,
    formula="s = (1/N) (ln N! - sum_a ln N_a!) + ln|cell|, N_a: agents in cell a",
    range=(-math.inf, math.inf),
    source=f"{GARRIDO}; {GRASSBERGER}",
    symmetries=("images",),
    undefined="where agents per occupied cell are fewer than agents_per_cell, and where no agent is in a cell",
)
def boltzmann_entropy(
    block: Block,
    *,
    position: Position,
    velocity: Velocity,
    position_cell: PositionCell = None,
    velocity_cell: VelocityCell = None,
    heading_cells: HeadingCells = None,
    estimator: Counting = "count",
    agents_per_cell: PerCell = 5.0,
) -> Floats:
    """Boltzmann's entropy per agent in nats, (T,), of the numbers of agents in cells of position and velocity.

    |cell| is the product of the widths of a cell, so that s tends to the differential entropy as cells shrink and N
    grows. It depends on the units: s of lengths in cm is greater by ln 100 for each axis of position and velocity than
    in m. Differences of s do not, where the cells are the same ones. Borders of cells are at integer multiples of
    their widths from the origin; a wall or an interface should be on one. `position_cell` must divide the edge of a
    periodic cell. A cell of headings has the size of its arc or of its part of the sphere; see
    `kadita_thermo.cells.of_headings`.

    ``count`` is the entropy of the state that the counts describe, by definition and without bias, and is the default
    since it is what the source defines: no distribution stands behind one school. But it is less than its limit for
    many agents by about sum_a ln(2 pi N_a) / (2 N), more where more cells are occupied: where a school spreads, part of
    the gain is lost. ``plug-in``, -sum p ln p, loses about (K - 1) / (2 N) with K occupied cells, ``miller-madow`` adds
    this; ``grassberger`` has the least bias, and is the one to compare schools of different extents with. With at least
    5 agents per occupied cell it misses a gain of ln 2 by less than .015, with 13 by less than .004. Fewer than
    `agents_per_cell`, N / K, leave s undefined.

    Agents whose velocity is not known, or with ``heading`` those at rest, are left out of N and of the counts.

    Raises:
        KaditaError: no cells at all, a width or number that is missing or one too many, or a width that does not
            divide a periodic edge.
        NotApplicable: the axis z in a plane, or velocities that are directions of bodies, but for ``heading``.
    """
    keys, log_cell = _keys(block, position, velocity, position_cell, velocity_cell, heading_cells)
    counted = block.moving if velocity == "heading" else block.velocity_known
    if velocity == "none":
        counted = np.ones_like(counted)
    if not counted.all():
        keys = np.where(counted, keys, NOWHERE)
        why = "are at rest or have no known velocity" if velocity == "heading" else "have no known velocity"
        _warn(f"agents that {why} are left out of the entropy of their frames")
    entropies, too_few = _entropies(np.sort(keys, axis=1), estimator, agents_per_cell)
    if too_few:
        _warn(
            f"undefined in frames with fewer than {agents_per_cell:g} agents per occupied cell; wider cells, more "
            "agents, or agents_per_cell=0 for the number as it is"
        )
    return entropies + log_cell


def _keys(
    block: Block,
    position: Position,
    velocity: Velocity,
    position_cell: Widths,
    velocity_cell: Widths,
    heading_cells: int | tuple[int, int] | None,
) -> tuple[Integers, float]:
    """Return the cell of each agent as one integer, (T, N), and ln|cell|."""
    if position == velocity == "none":
        raise KaditaError("expected cells of position, of velocity or of both; got position=none and velocity=none")
    if (velocity == "heading") != (heading_cells is not None):
        got = "none" if heading_cells is None else f"velocity={velocity}"
        raise KaditaError(f"heading_cells: expected a number of cells with velocity=heading, and only then; got {got}")
    parts = [of_positions(block, position, position_cell), of_velocities(block, velocity, velocity_cell)]
    if velocity == "heading":
        parts.append(of_headings(block, heading_cells))
    return keys_of([axis for cells, _ in parts for axis in cells]), sum(log_cell for _, log_cell in parts)


def _entropies(keys: Integers, estimator: Counting, agents_per_cell: float) -> tuple[Floats, bool]:
    """Return the entropy of sorted keys, (T, N) -> (T,), without ln|cell|; and whether agents were too few in any."""
    first = np.ones(keys.shape, np.bool_)
    np.not_equal(keys[:, 1:], keys[:, :-1], out=first[:, 1:])
    entropies, too_few = np.full(len(keys), np.nan), False
    for t, row in enumerate(keys):
        agents = int(np.searchsorted(row, NOWHERE))  # the others are last
        counts = np.diff(np.flatnonzero(first[t, :agents]), append=agents).astype(np.float64)
        if not agents:
            continue
        if agents < agents_per_cell * len(counts):
            too_few = True
        else:
            entropies[t] = _entropy(counts, float(agents), estimator)
    return entropies, too_few


def _entropy(counts: Floats, n: float, estimator: Counting) -> float:
    """Return the entropy per agent of the counts of occupied cells, which sum to n."""
    from scipy.special import gammaln, xlogy

    if estimator == "count":
        return float(gammaln(n + 1) - gammaln(counts + 1).sum()) / n
    if estimator == "grassberger":
        return math.log(n) - float((counts * grassberger_logarithms(counts)).sum()) / n
    correction = (len(counts) - 1) / (2 * n) if estimator == "miller-madow" else 0.0
    return math.log(n) - float(xlogy(counts, counts).sum()) / n + correction


def _warn(message: str) -> None:
    warnings.warn(message, KaditaWarning, stacklevel=3)
