"""Connected correlation of fluctuations by distance, its length, and the susceptibility."""

import math

import numpy as np

from kadita import Axis, Block, metric
from kadita.plugins.metrics import Floats
from kadita_field.fluctuations import CAVAGNA, Bins, Cutoff, Quantity, correlogram, first_zero, fluctuations, middles
from kadita_field.pairs import pair_sums


@metric(
    dims=("distance",),
    axes={"distance": Axis(middles, "length")},
    needs_velocities=True,
    default=False,
    formula="C(r) = <a_i . a_j> over pairs at distance r / <a_i . a_i>, a_i = v_i - <v>",
    source=CAVAGNA,
    symmetries=("translation", "rotation", "images"),
    undefined="in bins without a pair, and where there are no fluctuations",
    figures=("correlation",),
)
def velocity_fluctuation_correlation(
    block: Block, *, of: Quantity = "velocity", bins: Bins = 50, r_max: Cutoff = None
) -> Floats:
    """Connected correlation of fluctuations by distance, (T, bins): 1 at distance 0, below 0 somewhere in any school.

    Bins have equal widths up to `r_max`, by default half the shortest edge along which the cell repeats; bin b is
    centred at (b + 1/2) r_max / bins. In open space `r_max` must be given. Fluctuations are those of velocities about
    their mean, of headings (agents at rest left out), or of speeds; agents whose velocity is not known are left out.
    Velocities are those of the trajectory, whether or not they are dr/dt. Rotation and dilation of the school as a
    whole are not subtracted.
    """
    return block.once(correlogram, of, bins, r_max, False).correlation


@metric(
    units="length",
    needs_velocities=True,
    default=False,
    formula="xi: smallest r with C(r) = 0",
    range=(0, math.inf),
    source=CAVAGNA,
    symmetries=("translation", "rotation", "images"),
    undefined="where C(r) is above 0 up to r_max, and where there are no fluctuations",
)
def correlation_length(block: Block, *, of: Quantity = "velocity", bins: Bins = 50, r_max: Cutoff = None) -> Floats:
    """Distance of the first zero of the connected correlation C(r), (T,): the size of correlated domains.

    The zero is found by linear interpolation between C(0) = 1 and the bins of `velocity_fluctuation_correlation`;
    lengths below the width of a bin are not resolved. Bins extend to `r_max`, by default half the shortest edge along
    which the cell repeats, or in open space the largest distance in the frame, within which C(r) always has a zero.
    """
    return block.once(_length, of, bins, r_max)


@metric(
    needs_velocities=True,
    default=False,
    formula="chi = (1 / N) sum over i != j of a_i . a_j / <a . a>, of pairs closer than xi",
    source="Attanasi et al. 2014, PLoS Comput. Biol. 10, e1003697, doi:10.1371/journal.pcbi.1003697; " + CAVAGNA,
    symmetries=("translation", "rotation", "images", "scale"),
    undefined="where the correlation length is undefined",
)
def susceptibility(block: Block, *, of: Quantity = "velocity", bins: Bins = 50, r_max: Cutoff = None) -> Floats:
    """Finite-size susceptibility, (T,): correlations of fluctuations, summed over pairs closer than their length xi.

    It estimates the number of agents whose fluctuations are correlated with those of an agent. `bins` and `r_max` are
    those of `correlation_length`.
    """
    xi = block.once(_length, of, bins, r_max)
    u, n = block.once(fluctuations, of)
    known = ~np.isnan(xi)
    within = np.where(known, xi, 0.0)
    sums = pair_sums(block, np.where(known[:, None, None], u, 0.0), within, 1)[1][:, 0]
    return np.divide(2 * sums, n, out=np.full(len(block), np.nan), where=known)


def _length(block: Block, of: Quantity, bins: int, r_max: float | None) -> Floats:
    return first_zero(block.once(correlogram, of, bins, r_max, True))
