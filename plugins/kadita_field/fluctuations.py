"""Fluctuations of agents about the mean of the school, and their correlation by distance."""

from typing import Annotated, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Block, NotApplicable
from kadita.plugins.metrics import Floats
from kadita_field.pairs import farthest, pair_sums

Quantity = Annotated[Literal["velocity", "heading", "speed"], Field(description="what fluctuates about its mean")]
Cutoff = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None,
    Field(description="upper end of the bins; none: in a cell, half the shortest edge along which it repeats"),
]
Bins = Annotated[int, Field(ge=2, le=100_000, description="bins of distance, of equal width")]
ROUNDING = 1e-12  # relative to the velocities: smaller fluctuations are rounding
CAVAGNA = "Cavagna et al. 2010, PNAS 107, 11865-11870, doi:10.1073/pnas.1005766107"


class Correlogram(NamedTuple):
    """Correlation of pairs of agents by distance."""

    centres: Floats  # of bins, (T, bins)
    correlation: Floats  # C(r), (T, bins), NaN where a bin has no pair


def counted_agents(block: Block, of: Quantity) -> NDArray[np.bool_]:
    """Return which agents have a fluctuation, (T, N): for headings those that move, else those with a velocity."""
    return block.moving if of == "heading" else block.velocity_known


def fluctuations(block: Block, of: Quantity) -> tuple[Floats, Floats]:
    """Return fluctuations about the mean of the school in units of their root mean square, (T, N, 3), and N, (T,).

    Agents that are not counted have fluctuation 0. NaN where there are no fluctuations.
    """
    counted = counted_agents(block, of)
    values = block.headings if of == "heading" else block.velocities
    if of == "speed":
        values = np.zeros_like(values)
        values[..., 0] = block.speeds
    if not counted.all():
        values = np.where(counted[..., None], values, 0.0)
    n = counted.sum(axis=1).astype(np.float64)
    several = np.where(n > 1, n, np.nan)[:, None]
    total = np.einsum("tia,tia->t", values, values)[:, None]
    rest = np.where(counted[..., None], values - (np.einsum("tia->ta", values) / several)[:, None, :], 0.0)
    square = np.einsum("tia,tia->t", rest, rest)[:, None]
    square[~(square > ROUNDING**2 * total)] = np.nan
    return rest / np.sqrt(square / several)[..., None], n


def cutoff_of(block: Block, r_max: float | None, *, all_pairs: bool) -> Floats:
    """Return the largest distance at which pairs are counted, (T,).

    Raises:
        NotApplicable: without `r_max` in open space, unless all pairs are to be counted.
    """
    if r_max is not None:
        return np.full(len(block), r_max)
    if block.box.periodic:
        return np.full(len(block), block.box.shortest / 2)
    if not all_pairs:
        raise NotApplicable("needs an r_max in open space, so that all frames have the same bins (--set r_max=LENGTH)")
    return block.once(farthest)


def middles(block: Block, *, bins: int, r_max: float | None) -> Floats:
    """Return the distance at the middle of each bin, (bins,), for bins that are the same in all frames."""
    width = cutoff_of(block, r_max, all_pairs=False)[:1] / bins
    return (np.arange(bins) + 0.5) * width


def correlogram(block: Block, of: Quantity, bins: int, r_max: float | None, all_pairs: bool) -> Correlogram:
    """Return C(r); metrics call it through `Block.once`, which computes it once."""
    cutoff = cutoff_of(block, r_max, all_pairs=all_pairs)
    u, _ = block.once(fluctuations, of)
    known = ~np.isnan(u[:, 0, 0])
    counts, sums = pair_sums(block, np.where(known[:, None, None], u, 0.0), cutoff, bins)
    counted = counted_agents(block, of)
    if not counted.all():  # pairs with an agent at rest, or without a velocity, do not count
        both = np.zeros((*block.shape, 3))
        both[..., 0] = counted
        counts = np.rint(pair_sums(block, both, cutoff, bins)[1]).astype(np.int64)
    correlation = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=(counts > 0) & known[:, None])
    return Correlogram((np.arange(bins) + 0.5) * (cutoff / bins)[:, None], correlation)


def first_zero(curve: Correlogram) -> Floats:
    """Return the first zero of C(r), (T,), by linear interpolation from C(0) = 1; NaN where there is none."""
    zeros = np.full(len(curve.correlation), np.nan)
    for t, (r, c) in enumerate(zip(*curve, strict=True)):
        known = ~np.isnan(c)
        x, y = np.append(0.0, r[known]), np.append(1.0, c[known])
        below = np.flatnonzero(y <= 0)
        if len(below):
            b = below[0]
            zeros[t] = x[b - 1] + (x[b] - x[b - 1]) * y[b - 1] / (y[b - 1] - y[b])
    return zeros
