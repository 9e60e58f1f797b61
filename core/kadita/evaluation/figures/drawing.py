"""One of the kinds of figures, drawn of files, results or the table of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from kadita.base.errors import KaditaError, PluginError
from kadita.base.files import distinct
from kadita.evaluation.figures import page, style
from kadita.evaluation.figures.asked import Asked
from kadita.evaluation.figures.kinds import Kind, kind_of, metrics_for
from kadita.evaluation.figures.sweep_table import SweepTable, read_sweep_table
from kadita.evaluation.plan import DEFAULT
from kadita.evaluation.results import Results
from kadita.evaluation.source import FRAMES
from kadita.evaluation.statistics import check_equilibration
from kadita.plugins.registry import Registry


class Drawn(NamedTuple):
    """What was drawn: axes, the results that were computed for it, and what it does not show, in words."""

    axes: list[Any]
    results: list[Results]
    remarks: list[str]


class Tools(NamedTuple):
    """How data are opened and measured.

    Attributes:
        measure: computes metrics of a trajectory, or takes them from results; of None, all that apply.
        open_one: returns a context manager of a trajectory, and may warn.
        registry: of plugins.
    """

    measure: Callable[[Any, list[str] | None], Results]
    open_one: Callable[[Any], Any]
    registry: Registry


def is_given(value: Any) -> bool:
    """Return whether an option is given; 0 is a value."""
    return value is not None and value is not False and value != []


def draw_kind(
    name: str,
    sources: Sequence[Any],
    metrics: Sequence[str],
    tools: Tools,
    *,
    width: float | None = None,
    given: Mapping[str, Any] | None = None,
    measuring: Mapping[str, str] | None = None,
    frames: Mapping[str, Any] | None = None,
    names: Sequence[str] | None = None,
    axes: Sequence[Any] | None = None,
    shown: bool = False,
) -> Drawn:
    """Draw a figure of this kind.

    Args:
        name: of the kind.
        sources: paths, results or open trajectories, or the table of a sweep.
        metrics: those that are named.
        tools: how sources are opened and measured.
        width: of the figure in mm; None for one column.
        given: options of kinds, None or False where they are not given.
        measuring: names of the options for what is measured that are given, by keyword.
        frames: those of ``start``, ``stop``, ``step``, ``begin``, ``end`` and ``dt`` that are given.
        names: of the sources; by default the shortest that differ of files.
        axes: to draw on; by default those of a new figure.
        shown: whether pyplot shows the new figure.

    Raises:
        KaditaError: an option or a number of files that this kind does not take, a metric it needs that is not there.
    """
    import matplotlib

    kind = kind_of(name)
    options = check_options(name, kind, given or {})
    check_measuring(name, kind, metrics, measuring or {})
    width = style.ONE_COLUMN if width is None else width
    page.check_width(width)
    if "equilibration" in options:
        options["equilibration"] = check_equilibration(options["equilibration"])
    if len(sources) > 1 and not kind.several:
        what = "table of a sweep" if kind.takes == "sweep" else "trajectory"
        raise KaditaError(f"--kind {name}: expected one {what}; got {len(sources)}")
    files = [source for source in sources if isinstance(source, str | Path)]
    if twice := [path for path in files if files.count(path) > 1]:
        raise KaditaError(f"{twice[0]}: expected each file once; got it twice")
    found: dict[str, Results] = {}
    remarks: list[str] = []
    asked = Asked(width, metrics, options=options, remarks=remarks, axes=axes, shown=shown)
    if kind.takes == "sweep":
        asked = asked._replace(table=_selected(_table(sources[0]), options.pop("where", [])))
        if not metrics:
            raise KaditaError(f"--kind {name}: expected a column of the table to draw; name it with -m")
    elif kind.takes == "trajectory":
        asked = asked._replace(options={**options, **(frames or {})})
    else:
        drawn, computed = metrics_for(name, metrics, tools.registry)
        for short, source in zip(names or distinct(sources), sources, strict=True):
            found[short] = _measured(source, computed, tools, fall_back={*metrics} <= {DEFAULT} and len(drawn) > 1)
        asked = asked._replace(names=drawn, runs=found)
    with ExitStack() as stack:
        stack.enter_context(matplotlib.rc_context(style.rc()))
        if kind.takes == "trajectory":
            opened = stack.enter_context(tools.open_one(sources[0]))
            remarks += opened.remarks
            asked = asked._replace(trajectory=opened)
        return Drawn(list(kind.draw(asked)), list(found.values()), remarks)


def check_options(name: str, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are given.

    Raises:
        KaditaError: this kind of figure does not have one of them.
    """
    options = {key: value for key, value in given.items() if is_given(value)}
    if unknown := [key for key in options if key not in kind.options]:
        known = ", ".join(f"--{key}" for key in sorted(kind.options)) or "none of these options"
        raise KaditaError(f"--kind {name}: expected {known}; got --{unknown[0]}")
    return options


def check_measuring(name: str, kind: Kind, metrics: Sequence[str], given: Mapping[str, str]) -> None:
    """Check that a kind that takes no results is given no options for what is measured, and in which frames.

    Args:
        name: of the kind.
        kind: what it takes.
        metrics: those that are named.
        given: names of the options of these groups that are given, by keyword.

    Raises:
        KaditaError: an option that would have no effect.
    """
    if kind.takes == "sweep" and given:
        raise KaditaError(
            f"--kind {name}: expected the table of a sweep alone, which is measured already; "
            f"got {next(iter(given.values()))}"
        )
    if kind.takes != "trajectory":
        return
    if measuring := ["-m"] * bool(metrics) + [given[key] for key in ("settings", "profile", "by") if key in given]:
        raise KaditaError(f"--kind {name}: expected no metric, as none is drawn; got {measuring[0]}")
    if unused := [given[key] for key in given if key in FRAMES - kind.options]:
        raise KaditaError(f"--kind {name}: expected one frame, named by --frame; got {unused[0]}")


def _measured(source: Any, names: list[str], tools: Tools, *, fall_back: bool) -> Results:
    """Measure what a kind draws; of metrics that nobody named, those that apply: in a plane there is no depth."""
    try:
        results = tools.measure(source, names)
    except KaditaError as error:
        if not fall_back or isinstance(error, PluginError) or error.exit_status != 2:
            raise
        results = tools.measure(source, None)
    if results.failures:
        raise PluginError(next(iter(results.failures.values())))
    return results


def _table(source: Any) -> SweepTable:
    """Return the table of a sweep, by its path or by the dataset of `kadita.sweep`, which was read beside it."""
    encoding = getattr(source, "encoding", None)
    path = Path(encoding["source"]).with_suffix(".csv") if encoding and "source" in encoding else source
    return read_sweep_table(path)


def _selected(table: SweepTable, where: Sequence[str]) -> SweepTable:
    for choice in where:
        name, equals, value = choice.partition("=")
        if not equals:
            raise KaditaError(f"--where: expected PARAMETER=VALUE; got '{choice}'")
        table = table.where(name.strip(), value.strip())
    return table
