"""Radial distribution function, of all agents and between two species."""

import math
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from kadita import Axis, Block, KaditaError, NotApplicable, metric
from kadita.plugins.metrics import Floats
from kadita_field.fluctuations import Bins, Cutoff, middles
from kadita_field.kinds import two_species
from kadita_field.pairs import cross_counts, pair_sums

ROUNDING = 1e-12
TILDESLEY = (
    "Allen & Tildesley 2017, Computer Simulation of Liquids, 2nd ed., Oxford, doi:10.1093/oso/9780198803195.001.0001"
)
SHELL = "4 pi / 3 ((r + dr)^3 - r^3), in a plane pi ((r + dr)^2 - r^2)"
Between = Annotated[
    tuple[str, str] | None,
    Field(description="names of the two species; none: the two of the trajectory, where there are two"),
]


@metric(
    dims=("distance",),
    axes={"distance": Axis(middles, "length")},
    default=False,
    formula=f"g(r) = V n(r) / (N (N - 1) / 2) / shell, n(r): pairs at distance r to r + dr, shell: {SHELL}",
    range=(0, math.inf),
    source=TILDESLEY,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where N = 1",
)
def radial_distribution(block: Block, *, bins: Bins = 50, r_max: Cutoff = None) -> Floats:
    """Radial distribution function g(r) in a periodic cell, (T, bins): 1 on average for independent uniform agents.

    Bins have equal widths up to `r_max`, by default and at most half the shortest edge of the cell, up to which every
    shell is complete; bin b is centred at (b + 1/2) r_max / bins. Counts are relative to N (N - 1) / 2 pairs, so that
    independent agents give 1 at any N. In a plane shells are annuli, and V is the area of the cell. g(r) needs a cell
    that repeats along all axes, or in a plane along both: elsewhere there is no volume to define a mean density. For
    agents on a plane that are measured in space it falls as 1 / r.
    """
    cell = _cell(block, bins, r_max)
    agents = block.shape[1]
    if agents < 2:
        return np.full((len(block), bins), np.nan)
    counts = pair_sums(block, np.zeros_like(block.positions), np.full(len(block), cell.cutoff), bins)[0]
    density = agents * (agents - 1) / 2 / cell.content
    return counts.astype(np.float64) / (density * cell.shells)


@metric(
    dims=("distance",),
    axes={"distance": Axis(middles, "length")},
    default=False,
    formula=f"g(r) = V n(r) / (N_a N_b) / shell, n(r): pairs of an a and a b at distance r to r + dr, shell: {SHELL}",
    range=(0, math.inf),
    source=TILDESLEY,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="in frames without one of the two species",
)
def cross_radial_distribution(
    block: Block, *, between: Between = None, bins: Bins = 50, r_max: Cutoff = None
) -> Floats:
    """Radial distribution function between two species in a periodic cell, (T, bins): 1 where they are independent.

    Above 1 at distances at which agents of one species are found about those of the other more often than by chance,
    below 1 at those that they avoid. Which of the two is named first does not matter. Bins, `r_max` and the cell are
    those of `radial_distribution`.

    Raises:
        NotApplicable: no species are known, or there are several and none are named.
    """
    one, other = two_species(block, between)
    cell = _cell(block, bins, r_max)
    pairs = int(one.sum()) * int(other.sum())
    if pairs == 0:
        return np.full((len(block), bins), np.nan)
    counts = cross_counts(block, one, other, cell.cutoff, bins)
    return counts.astype(np.float64) / (pairs / cell.content * cell.shells)


class Cell(NamedTuple):
    """What counts of pairs are compared with."""

    content: float  # volume, or in a plane area
    cutoff: float
    shells: Floats  # volume, or in a plane area, of the shell of each bin, (bins,)


def _cell(block: Block, bins: int, r_max: float | None) -> Cell:
    d = block.dimensions
    if not block.box.periodic:
        raise NotApplicable("needs a periodic cell: in open space there is no volume to define a mean density")
    if not all(block.box.periodic_axes[:d]):
        axes, content = ("x and y", "area") if d == 2 else ("all axes", "volume")
        is_open = " and ".join("xyz"[a] for a in range(d) if not block.box.periodic_axes[a])
        raise NotApplicable(
            f"needs a cell that repeats along {axes}: this one is open along {is_open}, so that there is no {content} "
            "to define a mean density"
        )
    half = block.box.shortest / 2
    cutoff = half if r_max is None else r_max
    if cutoff > half * (1 + ROUNDING):
        raise KaditaError(f"r_max: expected at most half the shortest edge of the cell, {half:g}; got {cutoff:g}")
    edges = np.linspace(0.0, cutoff, bins + 1)
    shells = 4 * np.pi / 3 * np.diff(edges**3) if d == 3 else np.pi * np.diff(edges**2)
    return Cell(float(np.prod(block.box.array[:d])), cutoff, shells)
