"""Radial distribution function."""

import math

import numpy as np

from kadita import Axis, Block, KaditaError, NotApplicable, metric
from kadita.plugins.metrics import Floats
from kadita_field.fluctuations import Bins, Cutoff, middles
from kadita_field.pairs import pair_sums

ROUNDING = 1e-12


@metric(
    dims=("distance",),
    axes={"distance": Axis(middles, "length")},
    default=False,
    formula="g(r) = V n(r) / (N (N - 1) / 2) / (4 pi / 3 ((r + dr)^3 - r^3)), n(r): pairs at distance r to r + dr",
    range=(0, math.inf),
    source="Allen & Tildesley 2017, Computer Simulation of Liquids, 2nd ed., Oxford, "
    "doi:10.1093/oso/9780198803195.001.0001",
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where N = 1",
)
def radial_distribution(block: Block, *, bins: Bins = 50, r_max: Cutoff = None) -> Floats:
    """Radial distribution function g(r) in a periodic cell, (T, bins): 1 on average for independent uniform agents.

    Bins have equal widths up to `r_max`, by default and at most half the shortest edge of the cell, up to which every
    shell is complete; bin b is centred at (b + 1/2) r_max / bins. Counts are relative to N (N - 1) / 2 pairs, so that
    independent agents give 1 at any N. In open space g(r) is undefined, as there is no volume to define a mean density.
    Shells are three-dimensional: for agents in a plane g(r) falls as 1 / r.
    """
    if block.box.lengths is None:
        raise NotApplicable("needs a periodic cell: in open space there is no volume to define a mean density")
    half = min(block.box.lengths) / 2
    cutoff = half if r_max is None else r_max
    if cutoff > half * (1 + ROUNDING):
        raise KaditaError(f"r_max: expected at most half the shortest edge of the cell, {half:g}; got {cutoff:g}")
    agents = block.shape[1]
    if agents < 2:
        return np.full((len(block), bins), np.nan)
    counts = pair_sums(block, np.zeros_like(block.positions), np.full(len(block), cutoff), bins)[0]
    edges = np.linspace(0.0, cutoff, bins + 1)
    shells = 4 * np.pi / 3 * np.diff(edges**3)
    density = agents * (agents - 1) / 2 / float(np.prod(block.box.lengths))
    return counts.astype(np.float64) / (density * shells)
