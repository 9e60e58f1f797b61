"""Maps of neighbours about a focal animal: where they are, and how it turns and accelerates when one is there."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from kadita import Facts, KaditaError, NotApplicable, Output, Window, analysis
from kadita.plugins.analyses import (
    BlockSums,
    block_correlation,
    block_error,
    block_length,
    block_mean,
    merge_blocks,
    sums_of_blocks,
    time_blocks,
)
from kadita_field.focal import Grid, axes_of, responses_of, sums_over_pairs

Length = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Reach = Annotated[
    Length | None, Field(description="the maps go this far ahead, behind, left and right; none: r_a of the trajectory")
]
Bins = Annotated[int, Field(ge=1, le=201, description="bins along each edge of the maps")]
Slab = Annotated[
    Length | None, Field(description="in space: thickness of the slab in which neighbours count; none: the reach")
]
Up = Annotated[Literal["x", "y", "z"], Field(description="axis that points up")]
NumberOfBlocks = Annotated[int, Field(ge=4, le=1024, description="largest number of blocks of time, for errors")]
ROUNDING = 1e-12
MAP = ("ahead", "left")


def finish(
    state: BlockSums,
    facts: Facts,
    *,
    reach: float | None,
    bins: int,
    slab: float | None,
    up: str,
    blocks: int,
) -> dict[str, Any]:
    """Divide sums by numbers of pairs and of focal agents, and compute errors from the blocks."""
    reach = _reach(facts.attributes, reach)
    sums, focal = state["sums"]["pairs"], state["sums"]["focal"]
    area = (2 * reach / bins) ** 2
    density = block_mean(sums[:, 0], focal[:, 0, None, None] * area)
    turning, acceleration = block_mean(sums[:, 2], sums[:, 1]), block_mean(sums[:, 4], sums[:, 3])
    seen = sums[:, 0].sum(axis=0) > 0
    odd = (turning.deviations - turning.deviations[..., ::-1]) / 2
    middles = ((np.arange(bins) + 0.5) / bins - 0.5) * 2 * reach
    return {
        "density": density.value,
        "density_error": np.where(seen, density.error, np.nan),
        "turning": turning.value,
        "turning_error": turning.error,
        "turning_antisymmetric": (turning.value - turning.value[:, ::-1]) / 2,
        "turning_antisymmetric_error": block_error(odd, np.minimum(turning.worth, turning.worth[:, ::-1])),
        "acceleration": acceleration.value,
        "acceleration_error": acceleration.error,
        "count": sums[:, 0].sum(axis=0),
        "focal": focal[:, 0].sum(),
        "without_turning": focal[:, 0].sum() - focal[:, 1].sum(),
        "block": block_length(state, facts.times),
        "block_correlation": block_correlation(turning.deviations, state["starts"]),
        "ahead": middles,
        "left": middles,
    }


@analysis(
    finish=finish,
    merge=merge_blocks,
    outputs={
        "density": Output("1/length^2", MAP),
        "density_error": Output("1/length^2", MAP),
        "turning": Output("rad/time", MAP),
        "turning_error": Output("rad/time", MAP),
        "turning_antisymmetric": Output("rad/time", MAP),
        "turning_antisymmetric_error": Output("rad/time", MAP),
        "acceleration": Output("length/time^2", MAP),
        "acceleration_error": Output("length/time^2", MAP),
        "count": Output("1", MAP),
        "focal": Output("1"),
        "without_turning": Output("1"),
        "block": Output("time"),
        "block_correlation": Output("1"),
    },
    axis_units={"ahead": "length", "left": "length"},
    halo=2,
    needs_velocities=True,
    figures=("neighbor-maps",),
    formula="density: <number of j != i in a bin>_i,t / its area; turning: <dphi_i/dt | a j in the bin>; acceleration: "
    "<d|v_i|/dt | a j in the bin>; bins of r_j - r_i along u_i and up x u_i, phi_i: angle of u_i in their plane",
    source="Katz et al. 2011, PNAS 108, 18720-18725, doi:10.1073/pnas.1107583108; Herbert-Read et al. 2011, PNAS 108, "
    "18726-18731, doi:10.1073/pnas.1109355108",
)
def neighbor_maps(
    window: Window,
    *,
    reach: Reach = None,
    bins: Bins = 25,
    slab: Slab = None,
    up: Up = "z",
    blocks: NumberOfBlocks = 32,
) -> BlockSums:
    """Maps about a focal animal: density of neighbours, and its mean turning and acceleration when one is there.

    Every agent with a heading u is focal in turn, all others are its neighbours. Axes are its own: `ahead` along u,
    `left` along up x u, and above along u x left. In a plane up is z. In space a neighbour counts in a slab of
    thickness `slab` about the plane of ahead and left, where maps are like those of a plane. What is left needs a
    vertical, such as animals have: rotations about `up` change nothing, others do, unless agents know no vertical.
    Agents that move straight up or down are left out.

    `density` is the mean number of neighbours per area of the map; in space divide it by the thickness of the slab for
    the number per volume. `turning` is the rate of the angle of the heading in the plane of ahead and left, positive to
    the left: above 0 with a neighbour on the left, it turns towards it. `acceleration` is the rate of its speed, which
    is the component of dv/dt along u. Both are differences between the frames before and after the one in which the
    neighbour is seen, over the time between them, and means over pairs: an agent with many neighbours counts for each
    of them. NaN in bins without a pair, where the density is 0.

    `turning_antisymmetric` is (turning(x, y) - turning(x, -y)) / 2. It is all of the turning where left and right are
    alike but for chance; what all agents turn whatever is where, in a mill, is not in it.

    `count` is the number of pairs, `focal` that of focal agents, over all frames, and `without_turning` that of those
    among them with a turning that is not known: in the first and the last frame, where the agent is absent or at rest
    in the frame before or after, and next to a gap, a time step more than 1.5 times as long as that beside it.

    Errors are standard errors from blocks of time, `block` long, between half of `blocks` and `blocks` of them. They
    hold where what happens in successive blocks is independent, and are too small otherwise: where `block_correlation`,
    the correlation of the turning between successive blocks, mean over the bins, is well above 0, set fewer blocks.
    NaN where the pairs of a bin are worth fewer than two blocks.

    Raises:
        NotApplicable: neither a reach nor the r_a of a model is known.
        KaditaError: in a periodic cell, a corner of the map farther away than half its shortest edge; in a plane,
            another `up` than z, or a slab.
    """
    half = _half_of_slab(window, reach, slab, up)
    reach = _reach(window.attributes, reach)
    _check_cell(window, math.hypot(reach, reach, 0.0 if math.isinf(half) else half))
    axes = axes_of(window.headings, up)
    used = min(window.own + 1, len(window.times))
    of_time = time_blocks(window.times[:used], blocks)
    responses = responses_of(window, axes)
    grid, number = Grid(reach, half, bins), len(of_time.starts)
    pairs, focal = sums_over_pairs(window, axes, responses, grid, of_time.of_frames, max(number, 1))
    # without a block nobody is in the window, and the sums are 0
    return sums_of_blocks(of_time, blocks, pairs=pairs[:number], focal=focal[:number])


def _reach(attributes: Mapping[str, Any], reach: float | None) -> float:
    if reach is not None:
        return reach
    if not attributes.get("r_a"):
        raise NotApplicable("needs a reach, since no r_a of a model is known (--set neighbor_maps.reach=LENGTH)")
    return float(attributes["r_a"])


def _half_of_slab(window: Window, reach: float | None, slab: float | None, up: str) -> float:
    """Return half the thickness of the slab, infinity in a plane."""
    if window.dimensions == 3:
        return (_reach(window.attributes, reach) if slab is None else slab) / 2
    if up != "z":
        raise KaditaError(f"up: expected z, since the school is in a plane of constant z; got {up}")
    if slab is not None:
        raise KaditaError(f"slab: expected none, since the school is in a plane of constant z; got {slab:g}")
    return math.inf


def _check_cell(window: Window, corner: float) -> None:
    """Raise if a corner is beyond half the cell: of the places there, other images would be the nearest."""
    if window.lengths is None:
        return
    edges = window.lengths[window.lengths > 0]
    if edges.size and corner > edges.min() / 2 * (1 + ROUNDING):
        raise KaditaError(
            f"reach: expected the corners of the map within half the shortest edge of the cell, {edges.min() / 2:g}; "
            f"they are {corner:g} away; set a smaller reach{'' if window.dimensions == 2 else ' or slab'}"
        )
