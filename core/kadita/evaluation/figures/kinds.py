"""The kinds of figures: what each takes, which options it has, and what it draws where nothing is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

from kadita.base.errors import KaditaError, did_you_mean
from kadita.evaluation.figures import layouts
from kadita.evaluation.figures.layouts import Asked
from kadita.evaluation.figures.maps import neighbor_map
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.registry import Registry


class Kind(NamedTuple):
    """A kind of figure.

    Attributes:
        summary: one line.
        draw: returns the figure.
        takes: results of metrics, the trajectory itself, or the table of a sweep.
        several: whether it compares runs.
        options: names of the options of ``kadita plot`` that it has.
    """

    summary: str
    draw: Callable[[Asked], Any]
    takes: Literal["results", "trajectory", "sweep"] = "results"
    several: bool = False
    options: frozenset[str] = frozenset()


COUNTED = frozenset({"equilibration"})
LOG = frozenset({"log"})
KINDS: dict[str, Kind] = {
    "series": Kind("metrics in time, their means and standard errors", layouts.in_time, several=True, options=COUNTED),
    "order-plane": Kind(
        "density of frames in the plane of polarization and rotation, with the regions of the states",
        layouts.plane,
        several=True,
        options=frozenset({"path"}),
    ),
    "states": Kind("the state of every frame, as strips in time", layouts.strips, several=True),
    "distribution": Kind(
        "probability density of metrics over frames, or over agents and frames",
        layouts.distributions,
        several=True,
        options=COUNTED,
    ),
    "profiles": Kind("results along an axis of their own", layouts.curves, several=True, options=COUNTED | LOG),
    "maps": Kind("results over two axes of their own", layouts.maps, options=COUNTED | LOG),
    "quantiles": Kind("per-agent metrics in time: median and quantiles over the agents", layouts.agents),
    "correlation": Kind(
        "correlation by distance, and by distance over its length", layouts.correlations, several=True, options=COUNTED
    ),
    "phase-diagram": Kind(
        "a result of a sweep over two parameters, from its table.csv",
        layouts.phase_diagrams,
        takes="sweep",
        options=frozenset({"x", "y", "where"}) | LOG,
    ),
    "entropies": Kind(
        "means of entropies or other metrics of runs side by side", layouts.means_of_runs, several=True, options=COUNTED
    ),
    "snapshot": Kind(
        "the agents of a frame, with their headings",
        layouts.one_frame,
        takes="trajectory",
        options=frozenset({"frame", "color", "look"}),
    ),
    "tracks": Kind("paths of agents, coloured by time", layouts.paths, takes="trajectory", options=frozenset({"look"})),
    "neighbor-maps": Kind(
        "maps about a focal agent, which faces up", partial(layouts.maps, draw=neighbor_map, height=64.0, equal=True)
    ),
}


def kind_of(name: str) -> Kind:
    """Return a kind of figure by its name.

    Raises:
        KaditaError: there is no such kind.
    """
    if name not in KINDS:
        hint = did_you_mean(name, KINDS)
        raise KaditaError(f"--kind: there is no figure '{name}'{hint}; there are {', '.join(KINDS)}")
    return KINDS[name]


def metrics_for(kind: str, named: Sequence[str], registry: Registry) -> tuple[list[str], list[str]]:
    """Return what a kind draws of these metrics, or where none is named those declared for it, and what to compute.

    Raises:
        KaditaError: no metric is named, and none is declared for this kind.
    """
    declared: list[Metric | Analysis] = [*registry.metrics.values(), *registry.analyses.values()]
    drawn = list(named) or [d.name for d in declared if kind in d.figures]
    if not drawn and kind in ("series", "distribution"):
        drawn = registry.plotted
    if not drawn:
        raise KaditaError(f"--kind {kind}: expected metrics to draw; name them with -m (see kadita metrics)")
    known = {d.name for d in declared}
    heads = [name if name in known else name.partition(".")[0] for name in drawn]  # of turning_rate.density
    deciding = [m for name in drawn if (m := registry.metrics.get(name)) is not None and m.regions is not None]
    return drawn, list(dict.fromkeys([*heads, *(need for m in deciding for need in m.needs)]))
