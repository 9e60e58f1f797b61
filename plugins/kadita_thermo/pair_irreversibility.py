"""Irreversibility of pairs: whether a film of neighbours looks the same backwards, from single frames and no model."""

import math
import warnings
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from kadita import Facts, KaditaError, KaditaWarning, NotApplicable, Output, Window, analysis
from kadita.plugins.analyses import (
    BlockSums,
    Floats,
    block_correlation,
    block_length,
    block_mean,
    kernel,
    merge_blocks,
    sums_of_blocks,
    time_blocks,
)
from kadita_thermo.sign_flips import p_value, random_signs

Reach = Annotated[
    float | None,
    Field(gt=0, allow_inf_nan=False, description="largest distance of a pair; none: r_a of the trajectory"),
]
Bins = Annotated[int, Field(ge=1, le=200, description="bins of distance")]
HalfStep = Annotated[
    Literal["auto"] | Annotated[float, Field(ge=0, allow_inf_nan=False)],
    Field(description="time by which velocities are older than positions; auto: as the trajectory says"),
]
NumberOfBlocks = Annotated[int, Field(ge=16, le=1024, description="largest number of blocks of time")]
Flips = Annotated[int, Field(ge=99, le=99_999, description="random choices of the signs of blocks, for the p value")]
COSINES, RECESSIONS = 8, 9  # bins of c and of w; of w an odd number, so that w = 0 is its own mirror image
EVERY = 0.5  # added to counts, so that no ratio of two is infinite
FEWEST = 8  # blocks with pairs: with fewer no p value is small
ALONG = ("distance",)


def finish(
    state: BlockSums, facts: Facts, *, reach: float | None, bins: int, half_step: str | float, blocks: int, flips: int
) -> dict[str, Any]:
    """Compare the counts with their mirror image, and with those of blocks that are reversed at random."""
    counts, sums = state["sums"]["counts"], state["sums"]["sums"]
    if (counts.sum(axis=(1, 2, 3)) > 0).sum() < FEWEST:
        raise NotApplicable(f"needs pairs of agents within the reach in {FEWEST} blocks of time or more")
    odd = ((counts - counts[..., ::-1]) / 2).reshape(len(counts), -1)
    even = (counts.sum(axis=0) + counts.sum(axis=0)[..., ::-1]).ravel() / 2
    null = np.array([divergence(even, flipped) for flipped in random_signs(flips, len(odd)) @ odd])
    observed = divergence(even, odd.sum(axis=0))
    asymmetry, recession = block_mean(sums[..., 1], sums[..., 0]), block_mean(sums[..., 2], sums[..., 3])
    with np.errstate(invalid="ignore", divide="ignore"):
        deviations = (recession.value / recession.error)[recession.error > 0]
    edge = _reach(facts.attributes, reach) / bins
    return {
        "divergence": observed,
        "null": null.mean(),
        "p_value": p_value(observed, null),
        "alignment_asymmetry": asymmetry.value,
        "alignment_asymmetry_error": asymmetry.error,
        "recession": recession.value,
        "recession_error": recession.error,
        "flux": math.sqrt((deviations**2).mean()) if len(deviations) else math.nan,
        "pairs": sums[..., 0].sum(axis=0),
        "block": block_length(state, facts.times),
        "block_correlation": block_correlation(asymmetry.deviations, state["starts"]),
        "distance": (np.arange(bins) + 0.5) * edge,
    }


def divergence(even: Floats, odd: Floats) -> float:
    """Return sum p ln(p / p'), in nats: p of the counts even + odd, p' of even - odd, `EVERY` added to each."""
    p, mirrored = even + odd + EVERY, even - odd + EVERY
    return float((p * np.log(p / mirrored)).sum() / p.sum())


@analysis(
    finish=finish,
    merge=merge_blocks,
    outputs={
        "divergence": Output("nat"),
        "null": Output("nat"),
        "p_value": Output("1"),
        "alignment_asymmetry": Output("1", ALONG),
        "alignment_asymmetry_error": Output("1", ALONG),
        "recession": Output("1", ALONG),
        "recession_error": Output("1", ALONG),
        "flux": Output("1"),
        "pairs": Output("1", ALONG),
        "block": Output("time"),
        "block_correlation": Output("1"),
    },
    axis_units={"distance": "length"},
    needs_velocities=True,
    formula="sum p(r, c, w) ln(p(r, c, w) / p(r, c, -w)), c = u_i . u_j, w = (u_j - u_i) . (r_j - r_i) / r; "
    "alignment_asymmetry: <c w>(r); recession: <(v_j - v_i) . (r_j - r_i) / r>(r) / <|v|>(r)",
    source="headings that turn about when time is reversed: Boffi & Vanden-Eijnden 2023, arXiv 2309.12991",
)
def pair_irreversibility(
    window: Window,
    *,
    reach: Reach = None,
    bins: Bins = 16,
    half_step: HalfStep = "auto",
    blocks: NumberOfBlocks = 40,
    flips: Flips = 499,
) -> BlockSums:
    """Difference between pairs of agents and the same pairs with time reversed.

    A film that runs backwards shows every agent at the same place with the opposite heading: distances r and c, the
    cosine between headings, are the same, and the recession w, at which two agents part per distance that they swim,
    has the opposite sign. If the motion is reversible, p(r, c, w) = p(r, c, -w), whatever the dynamics are.
    `divergence` is the Kullback-Leibler divergence of the two in nats per pair, over `bins` bins of distance, 8 of the
    angle between headings and 9 of w, narrower about 0. It is above 0 by chance: `null` is its mean, and `p_value` the
    probability of one as large, if blocks of time are reversed at random; the least is 1 / (1 + flips), or about
    2^(1 - B) with only B blocks. A small p value says that the motion is irreversible, a large one says nothing. Pairs
    of one frame are no independent samples, which is why whole blocks are reversed.

    `alignment_asymmetry` is <c w>(r): above 0 where those that part are better aligned than those that meet.
    `recession` is the mean velocity at which agents part, in units of their mean speed: <w>(r) where all are equally
    fast. It is 0 at every distance in any stationary school, and checks the data: `flux` is the root mean square of
    `recession` over `recession_error`, about 1 or less where it holds. Well above, positions and velocities are not
    those of one time, or the school is not stationary, and the other numbers mean nothing. Where speeds differ, <w>(r)
    need not be 0: agents that come fast and leave slowly are seen leaving more often. Directions of bodies say nothing
    of how fast agents part: both are NaN.

    Velocities of kadita's own runs are those of the step that led to a frame, so that positions have to be those of
    half a step before it, r - v h with h = `time_step` / 2; for central differences, smoothed tracks and trackers h is
    0. ``auto`` chooses by what the trajectory says of its velocities. Another h is a number, in units of time.

    All pairs within the `reach` count, so that the time grows with the square of the number of agents. Errors are
    standard errors from blocks of time, `block` long; where `block_correlation`, between successive blocks, is well
    above 0, set fewer blocks.

    Raises:
        NotApplicable: neither a reach nor r_a of a model is known, too few blocks with pairs, or the time step of a
            model that is needed and not known.
        KaditaError: a reach beyond half the shortest edge of a periodic cell.
    """
    reach = _reach(window.attributes, reach)
    _check_cell(window, reach)
    own = slice(0, window.own)
    x, u = window.positions[own], window.headings[own]
    bodies = window.attributes.get("velocities") == "orientation"
    v = np.full_like(x, np.nan) if bodies else window.velocities[own]
    if h := _half_step(window.attributes, half_step):
        x = x - h * window.velocities[own]
    lengths = np.zeros((len(x), 3)) if window.lengths is None else np.nan_to_num(window.lengths[own])
    of_time = time_blocks(window.times[own], blocks)
    number = len(of_time.starts)
    counts, sums = np.zeros((max(number, 1), bins, COSINES, RECESSIONS)), np.zeros((max(number, 1), bins, 4))
    _count(x, u, v, lengths, of_time.of_frames, reach, counts, sums)
    return sums_of_blocks(of_time, blocks, counts=counts[:number], sums=sums[:number])


@kernel
def _count(x, u, v, lengths, of_frames, reach, counts, sums):  # type: ignore[no-untyped-def]
    """Add the pairs of all frames: to counts (B, r, c, w), and to sums by distance, (B, r, 4).

    The sums are those of 1, of c w, of the velocity at which the two part, and of their mean speed.
    """
    bins, cosines, recessions = counts.shape[1:]
    for t in range(x.shape[0]):
        b = of_frames[t]
        for i in range(x.shape[1]):
            for j in range(i + 1, x.shape[1]):
                square, along, parting, c, of_i, of_j = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
                for a in range(3):
                    d = x[t, j, a] - x[t, i, a]
                    if lengths[t, a] > 0:
                        d -= lengths[t, a] * np.rint(d / lengths[t, a])
                    square += d * d
                    along += d * (u[t, j, a] - u[t, i, a])
                    parting += d * (v[t, j, a] - v[t, i, a])
                    of_i += v[t, i, a] * v[t, i, a]
                    of_j += v[t, j, a] * v[t, j, a]
                    c += u[t, i, a] * u[t, j, a]
                r = math.sqrt(square)
                if not (0 < r < reach and abs(c) < 2):  # also not a number, of an agent that is absent or at rest
                    continue
                w = along / r
                k = min(int(r / reach * bins), bins - 1)
                of_c = min(int(math.acos(min(max(c, -1.0), 1.0)) / math.pi * cosines), cosines - 1)
                of_w = int(np.rint(np.sign(w) * math.sqrt(abs(w) / 2) * recessions / 2)) + recessions // 2
                counts[b, k, of_c, min(max(of_w, 0), recessions - 1)] += 1
                sums[b, k, 0] += 1
                sums[b, k, 1] += c * w
                sums[b, k, 2] += parting / r
                sums[b, k, 3] += (math.sqrt(of_i) + math.sqrt(of_j)) / 2


def _reach(attributes: Mapping[str, Any], reach: float | None) -> float:
    if reach is not None:
        return reach
    if not attributes.get("r_a"):
        raise NotApplicable("needs a reach, since no r_a of a model is known (--set pair_irreversibility.reach=LENGTH)")
    return float(attributes["r_a"])


def _check_cell(window: Window, reach: float) -> None:
    if window.lengths is None:
        return
    edges = window.lengths[window.lengths > 0]
    if edges.size and reach > edges.min() / 2:
        raise KaditaError(
            f"reach: expected at most half the shortest edge of the cell, {edges.min() / 2:g}; got {reach:g}"
        )


def _half_step(attributes: Mapping[str, Any], wanted: str | float) -> float:
    """Return the time by which velocities are older than positions."""
    if not isinstance(wanted, str):
        return wanted
    kind, step = attributes.get("velocities"), attributes.get("time_step")
    if kind in ("displacement", "heading") and step is None:
        raise NotApplicable(
            "needs the time step of the model, as velocities are those of the step that led to the frame; the "
            "trajectory does not say it (--set pair_irreversibility.half_step=TIME, half a step)"
        )
    if kind is None:
        warnings.warn(
            KaditaWarning("velocities are taken as those at the time of the positions; the trajectory does not say"),
            stacklevel=3,
        )
    return step / 2 if kind in ("displacement", "heading", "state") and step is not None else 0.0
