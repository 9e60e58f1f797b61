"""Entropy production of active particles: the heat that their propulsion dissipates."""

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from kadita import Facts, KaditaError, KaditaWarning, NotApplicable, Output, Window, analysis
from kadita.plugins.analyses import (
    Floats,
    block_correlation,
    block_length,
    block_mean,
    merge_blocks,
    sums_of_blocks,
    time_blocks,
)
from kadita_thermo.frame_intervals import GAP, lost_between_frames

Coefficient = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[float | None, Field(ge=0, allow_inf_nan=False)]
Parity = Annotated[
    Literal["even", "odd"],
    Field(description="whether propulsion stays (even) or turns about (odd) if time is reversed"),
]
Diffusion = Annotated[
    Coefficient | tuple[Coefficient, ...] | None,
    Field(description="D_t, or one for each axis; none: that of the trajectory"),
]
Reorientation = Annotated[Rate, Field(description="rate at which propulsion is forgotten; none: of the trajectory")]
Relaxation = Annotated[Rate, Field(description="largest rate of conservative forces; none: of the trajectory")]
Tolerance = Annotated[float, Field(gt=0, le=0.5, description="largest share that may be lost between frames")]
NumberOfBlocks = Annotated[int, Field(ge=4, le=1024, description="largest number of blocks of time, for errors")]
OF_PROPULSION = ("heading", "state")  # what velocities have to be, as trajectories name it


def finish(
    state: Mapping[str, Any],
    facts: Facts,
    *,
    headings: str,
    diffusion: float | tuple[float, ...] | None,
    reorientation_rate: float | None,
    relaxation_rate: float | None,
    tolerance: float,
    blocks: int,
) -> dict[str, Any]:
    """Divide sums of work by times, and compute errors from the blocks."""
    sums = state["blocks"]["sums"]
    if not sums["of_steps"].size or not sums["of_steps"][:, 1].any():
        raise NotApplicable("needs agents with known velocities in two successive frames; there are none")
    work, agent_time, speeds, distances, fluctuations, products, time = sums["of_steps"].T
    intervals = np.diff(facts.times[~np.isnan(facts.times)])
    step = float(np.median(intervals))
    if not state["longest"] < GAP * step <= state["gap"]:  # by its own median a window took a gap as usual, or
        others = state["longest"] if state["longest"] >= GAP * step else state["gap"]  # usual intervals as gaps
        raise NotApplicable(
            f"needs frames evenly spaced between gaps: some are {intervals.min():.3g} apart, others {others:.3g}; "
            "measure stretches of them on their own (begin, end)"
        )
    lost = lost_between_frames(
        facts.attributes,
        step,
        float(products.sum() / fluctuations.sum()),
        reorientation_rate,
        relaxation_rate,
        tolerance,
    )
    rate = block_mean(work, agent_time)
    total = block_mean(work, time)
    effective = block_mean(distances, agent_time)
    of_agents = np.full(state["work"].shape, np.nan)
    np.divide(state["work"], state["time"], out=of_agents, where=state["time"] > 0)
    return {
        "rate": rate.value,
        "rate_error": rate.error,
        "total": total.value,
        "total_error": total.error,
        "of_agents": of_agents,
        "speed": speeds.sum() / agent_time.sum(),
        "effective_speed": effective.value,
        "effective_speed_error": effective.error,
        "lost": lost,
        "block": block_length(state["blocks"], facts.times),
        "block_correlation": block_correlation(rate.deviations[:, None], state["blocks"]["starts"]),
    }


def merged(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sums of both."""
    return {
        "blocks": merge_blocks(a["blocks"], b["blocks"]),
        "work": a["work"] + b["work"],
        "time": a["time"] + b["time"],
        "longest": max(a["longest"], b["longest"]),
        "gap": min(a["gap"], b["gap"]),
    }


@analysis(
    finish=finish,
    merge=merged,
    outputs={
        "rate": Output("nat/time"),
        "rate_error": Output("nat/time"),
        "total": Output("nat/time"),
        "total_error": Output("nat/time"),
        "of_agents": Output("nat/time", ("agent",)),
        "speed": Output("length/time"),
        "effective_speed": Output("length/time"),
        "effective_speed_error": Output("length/time"),
        "lost": Output("1"),
        "block": Output("time"),
        "block_correlation": Output("1"),
    },
    halo=1,
    needs_velocities=True,
    formula="even: <v o dr> / (D_t dt), v o dr = (v(t) + v(t + dt)) / 2 . (r(t + dt) - r(t)); odd: <v^2> / D_t - even",
    source="closed forms and parity: Boffi & Vanden-Eijnden 2023, arXiv 2309.12991",
)
def entropy_production(
    window: Window,
    *,
    headings: Parity,
    diffusion: Diffusion = None,
    reorientation_rate: Reorientation = None,
    relaxation_rate: Relaxation = None,
    tolerance: Tolerance = 0.05,
    blocks: NumberOfBlocks = 32,
) -> dict[str, Any]:
    """Rate of entropy production of active particles, from the work of their propulsion at a known D_t.

    Particles follow dr = (v + F) dt + sqrt(2 D_t) dW, v being their propulsion, which is what velocities in the
    trajectory have to be, and F conservative forces. The heat divided by the temperature, which is D_t for a mobility
    of 1, is the entropy that they produce, in nats per time: `rate` per agent, `total` of all agents with known
    velocities, `of_agents` for each, NaN for one that is never seen. Work is a Stratonovich product: the propulsion is
    the mean of that before and after the displacement, which comes from positions.

    `headings` says what happens to propulsion if time is reversed, and has no default because both are in use: with
    ``even`` it stays as it is, as for a motor that pulls backwards; with ``odd`` it turns about, as an animal does that
    swims backwards in a film. Numbers differ widely; their sum is <v^2> / D_t.

    `effective_speed` is <u o dr> / dt, u = v / |v|, the speed that is left of `speed`, <|v|>, where others are in the
    way; for constant speeds v0 the rate is v0 `effective_speed` / D_t, or v0 (v0 - `effective_speed`) / D_t if odd.

    Frames must be close: of a particle in a trap with the relaxation rate k that forgets its heading at the rate l,
    frames dt apart lose about (k + l) dt / 2 of the even rate. `lost` is this share by the rates of the trajectory, of
    the parameters, or, for l, by what of the propulsion is left after a frame; k counts where a frame is more than a
    step of the model. Above `tolerance` the analysis is refused, with the interval that would do. What steps of the
    model themselves change is not in it: explicit steps dt in a trap lose k (k + l / 2) / (k + l) dt, in any frames.
    Pairs of frames that a gap separates, longer than 1.5 times the usual interval, are left out.

    D_t comes from the trajectory or from `diffusion`, one number or one for each axis where temperatures differ, as in
    a gyrator. The rate diverges as D_t tends to 0. Errors are from blocks of time, `block` long; they are too small
    where `block_correlation`, that between successive blocks, is well above 0.

    Raises:
        NotApplicable: D_t is 0 or unknown, velocities are dr/dt instead of propulsion, or frames are too far apart, or
            apart by unlike times.
    """
    coefficients = _coefficients(window, diffusion)
    _check_velocities(window.attributes.get("velocities"))
    x, v, times = window.unwrapped, window.velocities, window.times
    number = min(window.own, len(times) - 1)
    dt = np.diff(times[: number + 1])
    usual = float(np.median(dt[dt > 0])) if (dt > 0).any() else 0.0
    near = dt < GAP * usual
    before, after = v[:number], v[1 : number + 1]
    moved = np.diff(x[: number + 1], axis=0)
    known = near[:, None] & np.isfinite(before + after + moved).all(axis=2)
    seconds = np.where(known, dt[:, None], 0.0)
    per_axis = 1 / coefficients
    even = ((before + after) / 2 * moved) @ per_axis
    squares = (before**2 + after**2) / 2 @ per_axis
    work = np.where(known, even if headings == "even" else squares * dt[:, None] - even, 0.0)
    u = window.headings[: number + 1]
    along = ((u[:-1] + u[1:]) / 2 * moved).sum(axis=2)
    speed = (np.linalg.norm(before, axis=2) + np.linalg.norm(after, axis=2)) / 2
    fluctuations = (before**2 + after**2).sum(axis=2) / 2
    products = (before * after).sum(axis=2)
    of_agents = (work, seconds, speed * dt[:, None], along, fluctuations, products)
    columns = [np.where(known, np.nan_to_num(values), 0.0).sum(axis=1) for values in of_agents]
    of_time = time_blocks(times[:number], blocks)
    of_steps = np.zeros((len(of_time.starts), 7))
    np.add.at(of_steps, of_time.of_frames, np.stack([*columns, np.where(known.any(axis=1), dt, 0.0)], axis=1))
    return {
        "blocks": sums_of_blocks(of_time, blocks, of_steps=of_steps),
        "work": work.sum(axis=0),
        "time": seconds.sum(axis=0),
        "longest": float(dt[near].max(initial=0.0)),
        "gap": float(dt[dt >= GAP * usual].min(initial=math.inf)),
    }


def _coefficients(window: Window, diffusion: float | Sequence[float] | None) -> Floats:
    """Return D_t along x, y, z."""
    if diffusion is None:
        diffusion = window.attributes.get("translational_diffusion")
        if diffusion is None:
            raise NotApplicable(
                "needs the translational diffusion D_t, which the trajectory does not say (--set "
                "entropy_production.diffusion=NUMBER)"
            )
    if isinstance(diffusion, Sequence) and len(diffusion) != window.dimensions:
        raise KaditaError(f"diffusion: expected one number, or {window.dimensions}, one for each axis; got {diffusion}")
    if not np.all(np.asarray(diffusion) > 0):
        raise NotApplicable("needs a D_t above 0: without translational noise the rate of entropy production diverges")
    along = np.full(3, np.inf)
    along[: window.dimensions] = diffusion
    return along


def _check_velocities(kind: str | None) -> None:
    if kind is None:
        warnings.warn(KaditaWarning("velocities are taken as propulsion; the trajectory does not say"), stacklevel=3)
    elif kind not in OF_PROPULSION:
        raise NotApplicable(
            f"needs the velocity of propulsion, a heading or a state; velocities of this trajectory are those of "
            f"kind {kind}, which is the motion itself"
        )
