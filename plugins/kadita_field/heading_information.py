"""Mutual information and transfer entropy between the headings of agents, over whole trajectories."""

import operator
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Facts, KaditaError, Output, Window, analysis
from kadita.plugins.analyses import Estimator
from kadita_field.surrogates import Symbols, circular_shifts, mutual_information, transfer_entropy

About = Annotated[Literal["x", "y", "z"], Field(description="axis about which the sectors lie")]
Directions = Annotated[int, Field(ge=2, le=64, description="number of equal sectors into which headings are sorted")]
Lag = Annotated[int, Field(ge=1, le=10_000_000, description="frames from an agent's heading to the other's")]
Surrogates = Annotated[int, Field(ge=0, le=100_000, description="number of circular shifts to compare a pair with")]
Seed = Annotated[int, Field(ge=0, lt=2**64, description="random seed of the surrogates")]
OF_PAIRS = ("agent", "other")
MOST = 5000  # agents: 200 MB for each number of all pairs
OUTPUTS = {
    "information": Output("nat", OF_PAIRS),
    "by_chance": Output("nat", OF_PAIRS),
    "p_value": Output("1", OF_PAIRS),
}


def finish(
    state: list[Symbols],
    facts: Facts,
    *,
    directions: int,
    estimator: Estimator,
    surrogates: int,
    seed: int,
    lag: int | None = None,
    **_: Any,
) -> dict[str, NDArray[Any]]:
    """Compute the information between all pairs of series and between their surrogates; with a `lag`, the transfer."""
    symbols = np.concatenate(state)
    shifts = circular_shifts(len(symbols), surrogates, seed)
    if lag is None:
        pairs = mutual_information(symbols, directions, shifts, estimator)
    else:
        pairs = transfer_entropy(symbols, directions, lag, shifts, estimator)
    return {**pairs._asdict(), "other": facts.agents}


@analysis(
    finish=finish,
    merge=operator.add,
    outputs=OUTPUTS,
    needs_velocities=True,
    formula="I(x_i; x_j) = sum p(a, b) ln(p(a, b) / (p(a) p(b))), x: sector of an agent's heading",
    source="Shannon 1948, Bell Syst. Tech. J. 27, 379-423, doi:10.1002/j.1538-7305.1948.tb01338.x",
)
def heading_mutual_information(
    window: Window,
    *,
    directions: Directions = 8,
    about: About = "z",
    estimator: Estimator = "plug-in",
    surrogates: Surrogates = 100,
    seed: Seed = 0,
) -> list[Symbols]:
    """Mutual information of the headings of every pair of agents in the same frames, in nats, with its significance.

    A heading is sorted into one of `directions` equal sectors about the axis `about`, in a plane arcs of the circle
    about z; a frame counts where both agents are present and move. `estimator` is that of the entropies in
    I = H(x_i) + H(x_j) - H(x_i, x_j), one of those of `kadita.plugins.metrics`. The plug-in, which takes observed
    frequencies, is never below 0 and has a bias of about (directions - 1)^2 / (2 frames). The others remove this bias
    where frames are independent and several times as many as there are combinations of sectors, and are not clipped at
    0; ``chao-shen`` corrects only where some combinations occur once, and then too much.

    Persistent headings have a larger bias, which no estimator removes: `by_chance` is the mean information of
    surrogates, in which the frames of one agent are shifted circularly by at least a tenth of their number;
    `surrogates` shifts are drawn with `seed`. `p_value` is the fraction of the pair and its surrogates with at least as
    much information as the pair: a small value shows that the pair is not independent, which may also be due to a third
    agent that both follow, or to a wall. The time grows as agents^2 x frames x surrogates. NaN on the diagonal, and for
    pairs that are present together in fewer than two frames.
    """
    return [_symbols(window, directions, about)]


@analysis(
    finish=finish,
    merge=operator.add,
    outputs=OUTPUTS,
    needs_velocities=True,
    formula="T(i -> j) = I(x_j(t + lag); x_i(t) | x_j(t)), x: sector of an agent's heading",
    source="Schreiber 2000, Phys. Rev. Lett. 85, 461-464, doi:10.1103/PhysRevLett.85.461",
)
def heading_transfer_entropy(
    window: Window,
    *,
    directions: Directions = 4,
    about: About = "z",
    lag: Lag = 1,
    estimator: Estimator = "plug-in",
    surrogates: Surrogates = 100,
    seed: Seed = 0,
) -> list[Symbols]:
    """Transfer entropy from every agent's heading to that of every other agent, in nats, with its significance.

    The information in the heading of an agent i about the heading of another agent j `lag` frames later, beyond that in
    the present heading of j. With x' the later heading of j, T = H(x', x_j) + H(x_i, x_j) - H(x_j) - H(x', x_i, x_j).
    Sectors, `estimator`, `surrogates`, `by_chance` and `p_value` are those of `heading_mutual_information`; the series
    of agent i is shifted, and the bias of the plug-in is up to about directions (directions - 1)^2 / (2 frames). Where
    both follow a third agent, one of them later, this appears as transfer. The time grows as
    agents^2 x frames x surrogates. NaN on the diagonal, and for pairs that are present together in fewer than two
    frames that have a frame `lag` later.
    """
    return [_symbols(window, directions, about)]


def _symbols(window: Window, directions: int, about: About) -> Symbols:
    """Return the sector of each agent's heading, (own, N); -1 where it is undefined.

    Raises:
        KaditaError: an axis other than z in a plane, or more than 5,000 agents.
    """
    if window.shape[1] > MOST:
        raise KaditaError(
            f"expected at most {MOST} agents, of which all pairs count; found {window.shape[1]}; choose some"
        )
    if window.dimensions == 2 and about != "z":
        raise KaditaError(f"about: expected z, since the school is in a plane of constant z; got {about}")
    axis = "xyz".index(about)
    u = window.headings[: window.own]
    across, along = u[..., (axis + 2) % 3], u[..., (axis + 1) % 3]
    known = ~np.isnan(across) & ((across != 0) | (along != 0))
    angle = np.arctan2(np.where(known, across, 0.0), np.where(known, along, 1.0))
    sector = np.minimum(((angle / (2 * np.pi) + 0.5) * directions).astype(np.int16), directions - 1)
    return np.where(known, sector, -1).astype(np.int16)
