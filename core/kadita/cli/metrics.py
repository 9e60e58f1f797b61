"""`kadita metrics`: list the metrics and whole-trajectory analyses by kind, or show one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadita.cli.options import AsJson, Plugins

if TYPE_CHECKING:
    from kadita.plugins.declaration.analysis import Analysis
    from kadita.plugins.declaration.metric import Metric
    from kadita.plugins.registry import Plugin, Registry

LEGEND = "* computed where no metric is named. `kadita metrics NAME` shows one, --json all as JSON."
NARROW = 70  # columns of a terminal, below which meanings stand below the names


def metrics(
    name: Annotated[
        str | None, typer.Argument(metavar="METRIC", help="Show one metric: formula, parameters, units, source.")
    ] = None,
    plugins: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """List the installed metrics and whole-trajectory analyses by kind, or show one."""
    import json

    from kadita.cli.metric_details import details_of, lines_of
    from kadita.cli.terminal import installed

    registry = installed(plugins)
    if name is not None:
        found = registry.find(name)
        if as_json:
            typer.echo(json.dumps(details_of(registry, found), indent=2))
        else:
            typer.echo("\n".join(lines_of(registry, found)))
    elif as_json:
        typer.echo(json.dumps([_as_json(plugin, of_one) for plugin, of_one in by_plugin(registry)], indent=2))
    else:
        _list(registry)


def by_plugin(registry: Registry) -> Iterator[tuple[Plugin, list[Metric | Analysis]]]:
    """Yield each plugin and the metrics and analyses that it brings: those of a plugin are of one kind."""
    found: dict[Plugin, list[Metric | Analysis]] = {}
    for kind, known in (("metric", registry.metrics), ("analysis", registry.analyses)):
        for name, observable in known.items():
            found.setdefault(registry.plugin_of(kind, name), []).append(observable)
    yield from found.items()


def _list(registry: Registry) -> None:
    from kadita.cli.tables import width_of_stdout, wrapped

    groups = [*by_plugin(registry)]
    widest = max((len(m.name) for _, of_one in groups for m in of_one), default=0)
    width = width_of_stdout()
    for plugin, of_one in groups:
        typer.echo("\n".join([*wrapped(f"{plugin.title or 'metrics'} - plugin {plugin}", width), ""]))
        for m in of_one:
            typer.echo("\n".join(_entry(m, widest, width)))
        typer.echo("")
    typer.echo("\n".join(wrapped(LEGEND, width)))


def _entry(m: Metric | Analysis, widest: int, width: int | None) -> list[str]:
    """Return the lines of a metric: one, or as many as a terminal needs."""
    from kadita.cli.tables import wrapped

    facts = [*["whole trajectory"] * _of_whole(m), *_units(m)]
    text = _meaning(m) + (f" [{', '.join(facts)}]" if facts else "")
    first = f"{'*' if m.default else ' '} {m.name}"
    if width is not None and width < NARROW:
        return [first, *wrapped(text, width, "    ")]
    start = f"{first:{widest + 4}}"
    lines = wrapped(text, None if width is None else max(width - len(start), 20))
    return [start + lines[0], *(" " * len(start) + line for line in lines[1:])]


def _of_whole(m: Metric | Analysis) -> bool:
    from kadita.plugins.declaration.analysis import Analysis

    return isinstance(m, Analysis)


def _meaning(m: Metric | Analysis) -> str:
    return m.summary.partition(", (")[0].rstrip(".")


def _units(m: Metric | Analysis) -> list[str]:
    from kadita.plugins.declaration.metric import Metric

    units = [m.units] if isinstance(m, Metric) else [output.units for output in m.outputs.values()]
    return [unit for unit in dict.fromkeys(units) if unit != "1"]


def _as_json(plugin: Plugin, of_one: list[Metric | Analysis]) -> dict[str, Any]:
    return {
        "plugin": plugin.name,
        "title": plugin.title,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "metrics": [
            {
                "name": m.name,
                "kind": "analysis" if _of_whole(m) else "metric",
                "summary": _meaning(m),
                "units": ", ".join(_units(m)) or "1",
                "default": m.default,
            }
            for m in of_one
        ],
    }
