"""Moments of the values of each agent, and histograms of all values, in states that merge.

Pairwise formulas of Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115: sums of squares would lose the
deviations of nearly constant values by cancellation. They are those of the agents that occur, so that a state of many
short tracks is as large as their number in it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from kadita.plugins.analyses import Floats, Integers

Moments = Mapping[str, Any]
State = Mapping[str, Any]


class Summary(NamedTuple):
    """Mean and standard deviation of the values of all agents, and the mean of each agent."""

    mean: float
    sd: float
    agents: Floats  # (N,), NaN for an agent without values


def moments(values: Floats, members: Integers) -> Moments:
    """Return the moments of each column of (T, M), of these agents; NaN is left out."""
    known = ~np.isnan(values)
    number = known.sum(axis=0).astype(np.float64)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(number, 1.0)
    squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0)
    return {"members": members, "number": number, "mean": mean, "squares": squares}


def merged(a: Moments, b: Moments) -> Moments:
    """Return the moments of both together, of the agents of either."""
    members = a["members"]
    if not np.array_equal(members, b["members"]):
        members = np.union1d(members, b["members"])
        a, b = _spread(a, members), _spread(b, members)
    number = a["number"] + b["number"]
    difference, fraction = b["mean"] - a["mean"], b["number"] / np.maximum(number, 1.0)
    return {
        "members": members,
        "number": number,
        "mean": a["mean"] + difference * fraction,
        "squares": a["squares"] + b["squares"] + difference**2 * a["number"] * fraction,
    }


def _spread(m: Moments, members: Integers) -> Moments:
    """Return the moments for these agents, which include those of `m`, with no values of the others."""
    places = np.searchsorted(members, m["members"])
    spread = {key: np.zeros(len(members)) for key in ("number", "mean", "squares")}
    for key, values in spread.items():
        values[places] = m[key]
    return {"members": members, **spread}


def summary(m: Moments, all_agents: int) -> Summary:
    """Return the mean and standard deviation of all values, and the mean of each agent; NaN where there are none."""
    number = m["number"].sum()
    agents = np.full(all_agents, np.nan)
    agents[m["members"]] = np.where(m["number"] > 0, m["mean"], np.nan)
    if not number:
        return Summary(np.nan, np.nan, agents)
    mean = (m["number"] * m["mean"]).sum() / number
    squares = m["squares"].sum() + (m["number"] * (m["mean"] - mean) ** 2).sum()
    return Summary(float(mean), float(np.sqrt(squares / number)), agents)


def distribution(values: Floats, members: Integers, edges: Floats) -> State:
    """Return the moments of the values of each agent, (T, M), and a histogram of all of them."""
    return {"moments": moments(values, members), "counts": np.histogram(values[~np.isnan(values)], edges)[0]}


def merge(a: State, b: State) -> State:
    """Merge the moments, add the histograms."""
    return {"moments": merged(a["moments"], b["moments"]), "counts": a["counts"] + b["counts"]}


def statistics_of(state: State, all_agents: int, edges: Floats, unit: float = 1.0) -> dict[str, Any]:
    """Return mean, standard deviation, mean of each of all agents, and density, of values and edges divided by `unit`.

    The density is normalized with the values that are beyond the edges.
    """
    values, number = summary(state["moments"], all_agents), state["moments"]["number"].sum()
    return {
        "mean": values.mean / unit,
        "sd": values.sd / unit,
        "agents": values.agents / unit,
        "density": state["counts"] / np.diff(edges / unit) / (number or np.nan),
    }
