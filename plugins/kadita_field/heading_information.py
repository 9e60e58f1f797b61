"""What an agent's heading tells of another's, and of where that will go: analyses of whole trajectories."""

import operator
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kadita import Facts, Output, Window, analysis
from kadita.plugins.analyses import Estimator
from kadita_field.surrogates import Pairs, Symbols, circular_shifts, mutual_information, transfer_entropy

About = Annotated[Literal["x", "y", "z"], Field(description="axis that the sectors are about")]
Directions = Annotated[int, Field(ge=2, le=64, description="equal sectors that headings are counted in")]
Lag = Annotated[int, Field(ge=1, le=10_000_000, description="frames from an agent's heading to the other's")]
Surrogates = Annotated[int, Field(ge=0, le=100_000, description="circular shifts that a pair is compared with")]
Seed = Annotated[int, Field(ge=0, lt=2**64, description="of the draw of surrogates")]
OF_PAIRS = ("agent", "other")
OUTPUTS = {
    "information": Output("nat", OF_PAIRS),
    "by_chance": Output("nat", OF_PAIRS),
    "p_value": Output("1", OF_PAIRS),
}


def finish_mutual(
    state: list[Symbols],
    facts: Facts,
    *,
    directions: int,
    estimator: Estimator,
    surrogates: int,
    seed: int,
    **_: Any,
) -> dict[str, NDArray[Any]]:
    """Compare all pairs of series."""
    symbols = np.concatenate(state)
    shifts = circular_shifts(len(symbols), surrogates, seed)
    return _told(mutual_information(symbols, directions, shifts, estimator), facts)


def finish_transfer(
    state: list[Symbols],
    facts: Facts,
    *,
    directions: int,
    lag: int,
    estimator: Estimator,
    surrogates: int,
    seed: int,
    **_: Any,
) -> dict[str, NDArray[Any]]:
    """Compare all pairs of series, in both directions."""
    symbols = np.concatenate(state)
    shifts = circular_shifts(len(symbols), surrogates, seed)
    return _told(transfer_entropy(symbols, directions, lag, shifts, estimator), facts)


@analysis(
    finish=finish_mutual,
    merge=operator.add,
    outputs=OUTPUTS,
    needs_velocities=True,
    formula="I(x_i; x_j) = sum p(a, b) ln(p(a, b) / (p(a) p(b))), x: direction of an agent's heading, one of several",
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
    """Mutual information of the headings of every pair of agents in the same frames, in nats, and how sure it is.

    A heading is one of `directions` equal sectors about the axis `about`; frames count where both agents are there
    and move. `estimator` is that of the entropies in I = H(x_i) + H(x_j) - H(x_i, x_j), as `kadita.plugins.metrics` has
    them. Observed frequencies, the plug-in, are never below 0, and have about (directions - 1)^2 / (2 frames) by chance
    alone. The others take that away where frames are independent and several times as many as there are combinations
    of sectors, and are not cut off at 0; ``chao-shen`` only while some combinations were seen once, and then too much.

    Headings that last have more by chance than any of them takes away: `by_chance` is the mean of the surrogates, in
    which the one's frames are shifted circularly by a tenth of their number or more, `surrogates` of them drawn with
    `seed`. `p_value` is the share of the pair and its surrogates that have as much: a small one says that the pair is
    not independent, of which both following the same third one, or a wall, is a reason, too. Time grows with
    agents^2 x frames x surrogates. NaN on the diagonal, and for pairs that are there together in fewer than two frames.
    """
    return [_symbols(window, directions, about)]


@analysis(
    finish=finish_transfer,
    merge=operator.add,
    outputs=OUTPUTS,
    needs_velocities=True,
    formula="T(i -> j) = I(x_j(t + lag); x_i(t) | x_j(t)), x: direction of an agent's heading, one of several",
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
    """Transfer entropy from every agent's heading to every other one's, in nats, and how sure it is.

    What the agent's heading tells of the other's `lag` frames later, beyond what the other's own tells of it; with x'
    the other's later one, T = H(x', x_j) + H(x_i, x_j) - H(x_j) - H(x', x_i, x_j). Sectors, `estimator`, `surrogates`,
    `by_chance` and `p_value` are those of `heading_mutual_information`: it is the agent's series that is shifted, and
    frequencies have up to about directions (directions - 1)^2 / (2 frames) by chance alone. A third agent that both
    follow, one of them later, looks like transfer. Time grows with agents^2 x frames x surrogates. NaN on the diagonal,
    and for pairs that are there together in fewer than two frames that have one `lag` later.
    """
    return [_symbols(window, directions, about)]


def _symbols(window: Window, directions: int, about: About) -> Symbols:
    """Return the sector of each agent's heading, (own, N); -1 where it has none."""
    axis = "xyz".index(about)
    u = window.headings[: window.own]
    across, along = u[..., (axis + 2) % 3], u[..., (axis + 1) % 3]
    known = ~np.isnan(across) & ((across != 0) | (along != 0))
    angle = np.arctan2(np.where(known, across, 0.0), np.where(known, along, 1.0))
    sector = np.minimum(((angle / (2 * np.pi) + 0.5) * directions).astype(np.int16), directions - 1)
    return np.where(known, sector, -1).astype(np.int16)


def _told(pairs: Pairs, facts: Facts) -> dict[str, NDArray[Any]]:
    return {**pairs._asdict(), "other": facts.agents}
