"""Irreversibility of a few metrics in time: a lower bound of the entropy production, from currents between them."""

from collections.abc import Mapping
from itertools import combinations_with_replacement
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Facts, KaditaError, NotApplicable, Output, Window, analysis
from kadita.plugins.analyses import ChosenBy, Floats, Integers, block_correlation, common_step
from kadita_thermo.sign_flips import p_value, random_signs

Metrics = Annotated[
    tuple[str, ...],
    Field(min_length=2, max_length=6, description="two to six metrics, with one value a frame each"),
]
Degree = Annotated[int, Field(ge=0, le=5, description="largest degree of the polynomials in the currents")]
NumberOfBlocks = Annotated[int, Field(ge=8, le=1024, description="blocks of equally many steps, for error and p value")]
Flips = Annotated[int, Field(ge=99, le=99_999, description="random choices of the signs of blocks, for the p value")]
FEWEST = 8  # steps of a block
DEPENDENT = 1e-9  # currents whose correlation matrix has smaller eigenvalues are linearly dependent
CHUNK = 1 << 16  # steps whose currents are in memory at a time


def series_of(window: Window, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the values of the metrics in the window's own frames, one column each, as a state."""
    for name, of_frames in values.items():
        if of_frames.ndim != 1:
            raise KaditaError(f"metrics: expected metrics with one value a frame; {name} has {of_frames.shape[1:]}")
    return {"series": np.stack([of_frames[: window.own] for of_frames in values.values()], axis=1)}


def joined(a: Mapping[str, Floats], b: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return one series after the other."""
    return {"series": np.concatenate([a["series"], b["series"]])}


class Sums(NamedTuple):
    """Sums of currents over steps: by block, (B, K), and of products, (K, K); `number` of steps in each block, (B,)."""

    blocks: Floats
    products: Floats
    number: Floats


def sums_of_currents(series: Floats, steps: Integers, degree: int, blocks: int) -> Sums:
    """Return the sums of the currents over steps from one frame to the next, in blocks of equally many steps.

    The current of a polynomial psi and a metric a in a step is psi(x) dx_a, psi at the middle of the step
    (Stratonovich), so that it changes its sign if time runs backwards.

    Args:
        series: (T, m), standardized.
        steps: (S,) the frames in which steps start, whose metrics and the next frame's are known.
        degree: largest degree of psi; K is the number of monomials up to it, times m.
        blocks: number of blocks.
    """
    m = series.shape[1]
    powers = [p for n in range(degree + 1) for p in combinations_with_replacement(range(m), n)]
    edges = np.linspace(0, len(steps), blocks + 1).astype(np.int64)
    totals, products = np.zeros((blocks, len(powers) * m)), np.zeros((len(powers) * m,) * 2)
    for block in range(blocks):
        for first in range(edges[block], edges[block + 1], CHUNK):
            at = steps[first : min(first + CHUNK, edges[block + 1])]
            middle, change = (series[at] + series[at + 1]) / 2, series[at + 1] - series[at]
            psi = np.stack([middle[:, list(p)].prod(axis=1) for p in powers], axis=1)
            currents = (psi[:, :, None] * change[:, None, :]).reshape(len(at), -1)
            totals[block] += currents.sum(axis=0)
            products += currents.T @ currents
    return Sums(totals, products, np.diff(edges).astype(np.float64))


def inverse(covariance: Floats) -> tuple[Floats, int]:
    """Return the inverse on the space of linearly independent currents, and the number of these."""
    scale = np.sqrt(np.diag(covariance))
    known = scale > 0
    scale = np.where(known, scale, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    kept = values > DEPENDENT
    basis = vectors[:, kept] / scale[:, None]
    return (basis / values[kept]) @ basis.T, int(kept.sum())


def finish(
    state: Mapping[str, Floats], facts: Facts, *, metrics: tuple[str, ...], degree: int, blocks: int, flips: int
) -> dict[str, Any]:
    """Compute the bound from the means and covariances of the currents of all steps."""
    series, step = state["series"], _step(facts.times)
    known: NDArray[np.bool_] = np.asarray(np.isfinite(series).all(axis=1))
    for name, column in zip(metrics, series[known].T, strict=True):
        if len(np.unique(column)) < 2:
            raise NotApplicable(f"needs metrics that vary; {name} is constant, or undefined wherever others are known")
    # the same bound, computed with less rounding
    series = (series - series[known].mean(axis=0)) / series[known].std(axis=0)
    follows = np.diff(facts.times) < 1.5 * step
    steps = np.flatnonzero(known[:-1] & known[1:] & follows)
    if len(steps) < FEWEST * blocks:
        raise NotApplicable(
            f"needs at least {FEWEST} steps in each of {blocks} blocks, {FEWEST * blocks} between successive frames in "
            f"which {' and '.join(metrics)} are known; there are {len(steps)} (fewer blocks: --set "
            "current_irreversibility.blocks=NUMBER)"
        )
    sums = sums_of_currents(series, steps, degree, blocks)
    n, number = float(len(steps)), sums.number
    mean = sums.blocks.sum(axis=0) / n
    deviations = (sums.blocks - number[:, None] * mean) / n
    of_mean = deviations.T @ deviations * blocks / (blocks - 1)  # covariance of the mean
    second = sums.products / n
    weights, rank = inverse(second - np.outer(mean, mean))
    spurious = weights @ of_mean
    bias = np.trace(spurious)
    twice = 2 * np.trace(spurious @ spurious)
    variance = max(4 * mean @ weights @ of_mean @ weights @ mean - twice, twice)
    # the second moment is the same whatever the signs of blocks
    weights_of_null, _ = inverse(second)
    flipped = random_signs(flips, blocks) @ sums.blocks / n
    null = np.einsum("fk,kl,fl->f", flipped, weights_of_null, flipped)
    return {
        "bound": 2 / step * (mean @ weights @ mean - bias),
        "bound_error": 2 / step * np.sqrt(variance),
        "bias": 2 / step * bias,
        "p_value": p_value(float(mean @ weights_of_null @ mean), null),
        "currents": rank,
        "block": float(number.mean()) * step,
        "block_correlation": block_correlation((deviations @ weights @ mean)[:, None], np.arange(float(blocks))),
    }


@analysis(
    finish=finish,
    merge=joined,
    outputs={
        "bound": Output("nat/time"),
        "bound_error": Output("nat/time"),
        "bias": Output("nat/time"),
        "p_value": Output("1"),
        "currents": Output("1"),
        "block": Output("time"),
        "block_correlation": Output("1"),
    },
    formula="sigma >= (2 / dt) <J> . Xi^-1 <J>, J_k = psi_k(x) o dx_a over a step dt, Xi: covariance of J",
    source="Manikandan et al. 2021, arXiv 2102.11374; Otsubo, Ito, Dechant & Sagawa 2020, "
    "Phys. Rev. E 101, 062106, doi:10.1103/PhysRevE.101.062106",
)
def current_irreversibility(
    window: Window,
    values: Annotated[Mapping[str, Floats], ChosenBy("metrics")],
    *,
    metrics: Metrics = ("polarization", "rotation"),
    degree: Degree = 1,
    blocks: NumberOfBlocks = 40,
    flips: Flips = 1999,
) -> dict[str, Floats]:
    """Lower bound of the rate of entropy production, from the currents between metrics in time.

    In a reversible stationary motion every mean current <psi(x) o dx_a> of metrics x is 0: there is no circulation in
    their plane. The short-time thermodynamic uncertainty relation turns currents that are not 0 into a lower bound of
    the entropy production, in nats per time. It is a bound, not the rate: what the metrics do not show is not in it,
    and neither is what happens within a time step; noise of the metrics makes it smaller. Currents are all monomials
    psi up to `degree` times the step of each metric; `currents` is the number of those that are linearly independent.

    `bound` is without its bias, tr(Xi^-1 C) 2 / dt, which is `bias`; C, the covariance of the mean currents, comes from
    blocks of equally many steps, `block` long. So it can be negative by chance. `bound_error` is its standard error.
    `p_value` is the probability of currents as large in reversible motion: signs of all currents of a block change
    together, as under time reversal, at random. The least is 1 / (1 + flips). A rate can be measured where more than
    about 100 nats were produced during the observation; below, this is a test alone.

    It holds for stationary motion, and for metrics that do not change their sign when time is reversed, such as
    polarization, rotation and distances, not for components of velocities. Blocks have to be longer than the metrics
    remember: where `block_correlation`, the correlation between successive blocks of the current that gives the bound,
    is well above 0, set fewer. Steps next to a gap, or with a metric that is NaN, are left out.

    Raises:
        NotApplicable: too few steps, or a metric that is constant.
        KaditaError: frames that are not evenly spaced, or a metric with several values a frame.
    """
    return series_of(window, values)


def _step(times: Floats) -> float:
    """Return the time between frames that are evenly spaced, but for gaps."""
    known = times[~np.isnan(times)]
    if len(known) < 2:
        raise NotApplicable("needs two frames or more")
    numbers = np.rint((known - known[0]) / np.median(np.diff(known)))
    step = common_step(known, numbers.astype(np.int64)) if (np.diff(numbers) > 0).all() else None
    if step is None:
        raise KaditaError("times: expected evenly spaced frames; found others (--resample TIME makes them even)")
    return step
