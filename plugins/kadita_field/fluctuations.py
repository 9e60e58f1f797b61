"""What agents do beside what the school does, and how that is alike in agents so far apart."""

from typing import Annotated, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Block, NotApplicable
from kadita_field.pairs import farthest, pair_sums

Floats = NDArray[np.float64]
Kind = Annotated[Literal["velocity", "heading", "speed"], Field(description="what fluctuates about its mean")]
Reach = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None,
    Field(description="distance that the bins reach to; none: in a cell, half its shortest edge"),
]
Bins = Annotated[int, Field(ge=2, le=100_000, description="bins of distance, of equal width")]
NOTHING = 1e-12  # of the velocities themselves: smaller fluctuations are rounding
CAVAGNA = "Cavagna et al. 2010, PNAS 107, 11865-11870, doi:10.1073/pnas.1005766107"


class Correlogram(NamedTuple):
    """Pairs by distance."""

    centres: Floats  # of bins, (T, bins)
    correlation: Floats  # C(r), (T, bins), NaN where a bin has no pair


def fluctuations(block: Block, of: Kind) -> tuple[Floats, Floats]:
    """Return fluctuations about the mean of the school in units of their root mean square, (T, N, 3), and N, (T,).

    With headings, agents at rest are left out: zero, and not in N. NaN where nothing fluctuates.
    """
    counted = block.moving if of == "heading" else np.ones(block.shape, np.bool_)
    values = block.headings if of == "heading" else block.velocities
    if of == "speed":
        values = np.zeros_like(values)
        values[..., 0] = block.speeds
    n = counted.sum(axis=1).astype(np.float64)
    several = np.where(n > 1, n, np.nan)[:, None]
    whole = np.einsum("tia,tia->t", values, values)[:, None]
    rest = np.where(counted[..., None], values - (np.einsum("tia->ta", values) / several)[:, None, :], 0.0)
    square = np.einsum("tia,tia->t", rest, rest)[:, None]
    square[~(square > NOTHING**2 * whole)] = np.nan
    return rest / np.sqrt(square / several)[..., None], n


def reach_of(block: Block, r_max: float | None, *, whole: bool) -> Floats:
    """Return up to which distance pairs are looked at, (T,).

    Raises:
        NotApplicable: no distance given in open space, unless the whole school is wanted.
    """
    if r_max is not None:
        return np.full(len(block), r_max)
    if block.box.lengths is not None:
        return np.full(len(block), min(block.box.lengths) / 2)
    if not whole:
        raise NotApplicable("needs an r_max in open space, so that all frames have the same bins (--set r_max=LENGTH)")
    return block.once(farthest)


def middles(block: Block, *, bins: int, r_max: float | None) -> Floats:
    """Return the distances in the middle of bins that are the same in all frames, (bins,)."""
    width = reach_of(block, r_max, whole=False)[:1] / bins
    return (np.arange(bins) + 0.5) * width


def profile(block: Block, of: Kind, bins: int, r_max: float | None, whole: bool) -> Correlogram:
    """Return C(r); metrics ask for it through `Block.once`."""
    reach = reach_of(block, r_max, whole=whole)
    u, _ = block.once(fluctuations, of)
    known = ~np.isnan(u[:, 0, 0])
    counts, sums = pair_sums(block, np.where(known[:, None, None], u, 0.0), reach, bins)
    if of == "heading" and not block.moving.all():  # pairs with an agent at rest are none
        both = np.zeros((*block.shape, 3))
        both[..., 0] = block.moving
        counts = np.rint(pair_sums(block, both, reach, bins)[1]).astype(np.int64)
    correlation = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=(counts > 0) & known[:, None])
    return Correlogram((np.arange(bins) + 0.5) * (reach / bins)[:, None], correlation)


def first_zero(found: Correlogram) -> Floats:
    """Return where C(r), which is 1 at r = 0, first comes down to 0, (T,), by linear interpolation; NaN if nowhere."""
    zeros = np.full(len(found.correlation), np.nan)
    for t, (r, c) in enumerate(zip(*found, strict=True)):
        there = ~np.isnan(c)
        x, y = np.append(0.0, r[there]), np.append(1.0, c[there])
        below = np.flatnonzero(y <= 0)
        if len(below):
            b = below[0]
            zeros[t] = x[b - 1] + (x[b] - x[b - 1]) * y[b - 1] / (y[b - 1] - y[b])
    return zeros
