"""`kadita.plot`: metrics against time, or one of the figures of the field, in a notebook or a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.progress import Progress, with_bar
from kadita.evaluation.evaluate import analyze
from kadita.evaluation.figures import page, style
from kadita.evaluation.figures.drawing import Tools, draw_kind, is_given
from kadita.evaluation.figures.stacked import stacked
from kadita.evaluation.results import Results
from kadita.evaluation.source import FRAMES, of_source
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.school.trajectory import Trajectory


@with_bar("analyzing")
def plot(
    data: Any,
    metrics: str | Iterable[str] | None = None,
    *,
    kind: str | None = None,
    output: str | Path | None = None,
    axes: Any = None,
    width: float | None = None,
    equilibration: str | float | None = None,
    log: str | None = None,
    path: bool = False,
    x: str | None = None,
    y: str | None = None,
    where: Iterable[str] = (),
    frame: int | None = None,
    color: str | None = None,
    look: str | None = None,
    force: bool = False,
    plugins: Iterable[str | Path] = (),
    registry: Registry | None = None,
    progress: Progress = None,
    **options: Any,
) -> Any:
    """Draw metrics against time, or one of the figures of `kadita plot --kind`; return the axes.

    Without `kind` every scalar is drawn against time and every curve against its own axis, of metrics of single agents
    the median and quantiles. The figures of `kadita.figures` draw on axes directly.

    Args:
        data: a path, an open trajectory or results; several of them, or a mapping of names to them, where the kind
            compares runs; for ``kind="phase-diagram"`` the dataset of `kadita.sweep`, or the path of its table.csv.
        metrics: names of metrics and analyses; by default those declared as plotted, or for the kind.
        kind: ``"series"``, ``"order-plane"``, ``"states"``, ``"distribution"``, ``"profiles"``, ``"maps"``,
            ``"quantiles"``, ``"correlation"``, ``"phase-diagram"``, ``"entropies"``, ``"snapshot"``, ``"tracks"`` or
            ``"neighbor-maps"``.
        output: also write the figure to a .png, .pdf or .svg file.
        axes: of matplotlib, to draw on: one, or as many as there are panels; by default those of a new figure of
            pyplot, which a notebook shows.
        width: of a new figure with a kind, in mm.
        equilibration, log, path, x, y, where, frame, color, look: as the options of `kadita plot` of these names.
        force: replace a file that exists.
        plugins: plugin files to load in addition to the installed plugins.
        registry: from `kadita.plugins.loading.load_registry`, which is called if it is None.
        progress: True shows a bar; or called with the number of measured frames and their total.
        options: the other keywords of `kadita.analyze`: what is measured, and in which frames.

    Returns:
        The axes; of several panels, a list.

    Raises:
        KaditaError: as `kadita.analyze`; nothing to draw, a kind, an option or a number of axes that does not fit.

    >>> import kadita
    >>> axes = kadita.plot("school.nc", ["polarization"])
    >>> axes.get_xlabel()
    'time'
    """
    import matplotlib

    registry = load_registry(plugins) if registry is None else registry
    asked = [metrics] if isinstance(metrics, str) else list(metrics or ())
    names, sources = _sources(data)
    shown = output is None and axes is None
    panels = None if axes is None else _flat(axes)
    given = {"equilibration": equilibration, "log": log, "path": path, "x": x, "y": y, "where": list(where)}
    given |= {"frame": frame, "color": color, "look": look}
    if output is not None:
        files = [Path(source) for source in sources if isinstance(source, str | Path)]
        for source in (*files, None):
            style.check_picture(Path(output), force=force, source=source)

    def measured(source: Any, names: list[str] | None) -> Results:
        if isinstance(source, Results):
            return source
        return analyze(source, names, registry=registry, progress=progress, **options)

    def opened(source: Any) -> Any:
        if isinstance(source, Trajectory) and not options:
            return nullcontext(source)
        return of_source(options).open(source, registry)

    if kind is None:
        if extra := [key for key, value in {**given, "width": width}.items() if is_given(value)]:
            raise KaditaError(f"{extra[0]}: expected it with kind, such as kind='series'")
        if len(sources) > 1:
            raise KaditaError(f"expected one trajectory; got {len(sources)}; kind='series' draws several")
        results = measured(sources[0], asked or registry.plotted)
        with matplotlib.rc_context(style.rc()):
            drawn = stacked(results, axes=panels, shown=shown)
    else:
        measuring = {key: key for key, value in options.items() if is_given(value)}
        frames = {key: options[key] for key in FRAMES & options.keys() if options[key] is not None}
        drawn = draw_kind(
            kind,
            sources,
            asked,
            Tools(measured, opened, registry),
            width=width,
            given=given,
            measuring=measuring,
            frames=frames,
            names=names,
            axes=panels,
            shown=shown,
        ).axes
    if output is not None:
        with matplotlib.rc_context(style.rc()):
            page.save(drawn[0].figure, Path(output))
    return drawn[0] if len(drawn) == 1 else drawn


def _sources(data: Any) -> tuple[list[str] | None, list[Any]]:
    """Return the names of several sources, None where these are their files, and the sources."""
    names: list[str] | None
    if isinstance(data, Mapping) and not isinstance(data, Results) and not hasattr(data, "data_vars"):
        names, sources = [str(name) for name in data], list(data.values())
    elif isinstance(data, list | tuple):
        sources = list(data)
        files = all(isinstance(source, str | Path) for source in sources)
        names = None if files else [_name(source, i) for i, source in enumerate(sources, 1)]
    else:
        names, sources = None if isinstance(data, str | Path) else [_name(data, 1)], [data]
    if not sources:
        raise KaditaError("expected at least one trajectory to draw; got none")
    return names, sources


def _name(source: Any, number: int) -> str:
    if isinstance(source, Results):
        return str((source.provenance.get("input") or {}).get("name", number))
    return str(getattr(source, "name", source if isinstance(source, str | Path) else number))


def _flat(axes: Any) -> list[Any]:
    """Return axes as a list: one, several, or an array of them, as ``pyplot.subplots`` returns them."""
    if hasattr(axes, "ravel"):
        return list(axes.ravel())
    return list(axes) if isinstance(axes, list | tuple) else [axes]
