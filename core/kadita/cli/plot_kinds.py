"""`kadita plot --kind`: one of the figures of the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kadita.evaluation.figures.kinds import Kind
    from kadita.evaluation.results import Results
    from kadita.plugins.registry import Registry


def is_given(value: Any) -> bool:
    """Return whether an option is given; 0 is a value."""
    return value is not None and value is not False and value != []


def check_options(name: str, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are given.

    Raises:
        KaditaError: this kind of figure does not have one of them.
    """
    from kadita.base.errors import KaditaError

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
    from kadita.base.errors import KaditaError
    from kadita.evaluation.source import FRAMES

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


def draw_kind(
    name: str,
    paths: Sequence[Path],
    output: Path,
    metrics: Sequence[str],
    registry: Registry,
    *,
    width: float | None,
    given: Mapping[str, Any],
    force: bool,
    measuring: Mapping[str, str],
    frames: Mapping[str, Any],
    measure: Callable[[Path, list[str] | None], Results],
    open_one: Callable[[Path], Any],
) -> list[Results]:
    """Draw a figure of this kind, and return the results that were computed for it.

    Args:
        name: of the kind.
        paths: trajectories, or the table of a sweep.
        output: file to write.
        metrics: those that are named.
        registry: of plugins.
        width: of the figure in mm; None for one column.
        given: options of kinds, None or False where they are not given.
        force: replace a file that exists.
        measuring: names of the options for what is measured that are given, by keyword.
        frames: those of ``start``, ``stop``, ``step``, ``begin``, ``end`` and ``dt`` that are given.
        measure: computes metrics of a trajectory; of None, all that apply.
        open_one: returns a context manager of a trajectory, and may warn.

    Raises:
        KaditaError: an option or a number of files that this kind does not take, a metric it needs that is not there.
    """
    from contextlib import ExitStack

    import matplotlib

    from kadita.base.errors import KaditaError
    from kadita.base.files import distinct
    from kadita.cli.terminal import notes
    from kadita.evaluation.figures import page, style
    from kadita.evaluation.figures.asked import Asked
    from kadita.evaluation.figures.kinds import kind_of, metrics_for
    from kadita.evaluation.figures.sweep_table import read_sweep_table
    from kadita.evaluation.plan import DEFAULT
    from kadita.evaluation.statistics import check_equilibration

    kind = kind_of(name)
    options = check_options(name, kind, given)
    check_measuring(name, kind, metrics, measuring)
    for path in paths:
        style.check_picture(output, force=force, source=path)
    width = style.ONE_COLUMN if width is None else width
    page.check_width(width)
    if "equilibration" in options:
        options["equilibration"] = check_equilibration(options["equilibration"])
    if len(paths) > 1 and not kind.several:
        what = "table of a sweep" if kind.takes == "sweep" else "trajectory"
        raise KaditaError(f"--kind {name}: expected one {what}; got {len(paths)}")
    if twice := [path for path in paths if paths.count(path) > 1]:
        raise KaditaError(f"{twice[0]}: expected each file once; got it twice")
    found: dict[str, Results] = {}
    remarks: list[str] = []
    asked = Asked(width, metrics, options=options, remarks=remarks)
    if kind.takes == "sweep":
        asked = asked._replace(table=_selected(read_sweep_table(paths[0]), options.pop("where", [])))
        if not metrics:
            raise KaditaError(f"--kind {name}: expected a column of the table to draw; name it with -m")
    elif kind.takes == "trajectory":
        asked = asked._replace(options={**options, **frames})
    else:
        drawn, computed = metrics_for(name, metrics, registry)
        for short, path in zip(distinct(paths), paths, strict=True):
            found[short] = _measured(path, computed, measure, fall_back={*metrics} <= {DEFAULT} and len(drawn) > 1)
        asked = asked._replace(names=drawn, runs=found)
    with ExitStack() as stack:
        stack.enter_context(matplotlib.rc_context(style.rc()))
        if kind.takes == "trajectory":
            opened = stack.enter_context(open_one(paths[0]))
            remarks += opened.remarks
            asked = asked._replace(trajectory=opened)
        page.save(kind.draw(asked), output)
    notes(remarks)
    return list(found.values())


def _measured(
    path: Path, names: list[str], measure: Callable[[Path, list[str] | None], Results], *, fall_back: bool
) -> Results:
    """Measure what a kind draws; of metrics that nobody named, those that apply: in a plane there is no depth."""
    from kadita.base.errors import KaditaError, PluginError

    try:
        results = measure(path, names)
    except KaditaError as error:
        if not fall_back or isinstance(error, PluginError) or error.exit_status != 2:
            raise
        results = measure(path, None)
    if results.failures:
        raise PluginError(next(iter(results.failures.values())))
    return results


def _selected(table: Any, where: Sequence[str]) -> Any:
    from kadita.base.errors import KaditaError

    for choice in where:
        name, equals, value = choice.partition("=")
        if not equals:
            raise KaditaError(f"--where: expected PARAMETER=VALUE; got '{choice}'")
        table = table.where(name.strip(), value.strip())
    return table
