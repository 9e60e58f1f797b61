"""The kinds of figures: what each takes, which options it has, and what it draws where nothing is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

from kadita.base.errors import KaditaError, did_you_mean
from kadita.evaluation.figures import layouts
from kadita.evaluation.figures.asked import Asked
from kadita.evaluation.figures.maps import neighbor_map
from kadita.evaluation.plan import DEFAULT, with_default
from kadita.evaluation.source import FRAMES
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.registry import Registry


class Kind(NamedTuple):
    """A kind of figure.

    Attributes:
        draw: returns the figure.
        takes: results of metrics, the trajectory itself, or the table of a sweep.
        several: whether it compares runs.
        options: names of the options of ``kadita plot`` that it has.
    """

    draw: Callable[[Asked], Any]
    takes: Literal["results", "trajectory", "sweep"] = "results"
    several: bool = False
    options: frozenset[str] = frozenset()


COUNTED = frozenset({"equilibration"})
LOG = frozenset({"log"})
KINDS: dict[str, Kind] = {
    "series": Kind(layouts.in_time, several=True, options=COUNTED),
    "order-plane": Kind(layouts.plane, several=True, options=frozenset({"path"})),
    "states": Kind(layouts.strips, several=True),
    "distribution": Kind(layouts.distributions, several=True, options=COUNTED),
    "profiles": Kind(layouts.curves, several=True, options=COUNTED | LOG),
    "maps": Kind(layouts.maps, options=COUNTED | LOG),
    "quantiles": Kind(layouts.agents),
    "correlation": Kind(layouts.correlations, several=True, options=COUNTED),
    "phase-diagram": Kind(layouts.phase_diagrams, takes="sweep", options=frozenset({"x", "y", "where"}) | LOG),
    "entropies": Kind(layouts.means_of_runs, several=True, options=COUNTED),
    "snapshot": Kind(layouts.one_frame, takes="trajectory", options=frozenset({"frame", "color", "look"})),
    "tracks": Kind(layouts.paths, takes="trajectory", options=frozenset({"look"}) | FRAMES),
    "neighbor-maps": Kind(partial(layouts.maps, draw=neighbor_map, height=64.0, equal=True)),
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
    """Return what a kind draws of these metrics, and what to compute for it.

    Where none is named, and for `DEFAULT`, it is what is declared for the kind; of series and distributions, where
    nothing is, what is declared as plotted.

    Raises:
        KaditaError: no metric is named, and none is declared for this kind.
    """
    declared: list[Metric | Analysis] = [*registry.metrics.values(), *registry.analyses.values()]
    usual = [d.name for d in declared if kind in d.figures]
    if not usual and kind in ("series", "distribution"):
        usual = registry.plotted
    asked = list(named) or [DEFAULT]
    if DEFAULT in asked and not usual:
        raise KaditaError(f"--kind {kind}: expected metrics to draw; name them with -m (see kadita metrics)")
    drawn = with_default(asked, usual)
    known = {d.name for d in declared}
    heads = [name if name in known else name.partition(".")[0] for name in drawn]  # of turning_rate.density
    deciding = [m for name in drawn if (m := registry.metrics.get(name)) is not None and m.regions is not None]
    return drawn, list(dict.fromkeys([*heads, *(need for m in deciding for need in m.needs)]))
