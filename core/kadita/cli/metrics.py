"""`kadita metrics`: list the metrics and whole-trajectory analyses by kind, or show one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadita.cli.options import AsJson, Plugins

if TYPE_CHECKING:
    from kadita.plugins.catalogue import Entry
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
        typer.echo(json.dumps([_as_json(plugin, entries) for plugin, entries in _by_plugin(registry)], indent=2))
    else:
        _list(registry)


def _by_plugin(registry: Registry) -> Iterable[tuple[Plugin, list[Entry]]]:
    from kadita.plugins.catalogue import Catalogue

    return Catalogue(registry).by_plugin().items()


def _list(registry: Registry) -> None:
    from kadita.cli.tables import width_of_stdout, wrapped

    groups = [*_by_plugin(registry)]
    widest = max((len(entry.name) for _, entries in groups for entry in entries), default=0)
    width = width_of_stdout()
    for plugin, entries in groups:
        typer.echo("\n".join([*wrapped(f"{plugin.title or 'metrics'} - plugin {plugin}", width), ""]))
        for entry in entries:
            typer.echo("\n".join(_lines(entry, widest, width)))
        typer.echo("")
    typer.echo("\n".join(wrapped(LEGEND, width)))


def _lines(entry: Entry, widest: int, width: int | None) -> list[str]:
    """Return the lines of a metric: one, or as many as a terminal needs."""
    from kadita.cli.tables import wrapped

    units = [unit for unit in entry.unit.split(", ") if unit != "1"]
    facts = [*["whole trajectory"] * (entry.kind == "analysis"), *units]
    text = entry.meaning + (f" [{', '.join(facts)}]" if facts else "")
    first = f"{'*' if entry.default else ' '} {entry.name}"
    if width is not None and width < NARROW:
        return [first, *wrapped(text, width, "    ")]
    start = f"{first:{widest + 4}}"
    lines = wrapped(text, None if width is None else max(width - len(start), 20))
    return [start + lines[0], *(" " * len(start) + line for line in lines[1:])]


def _as_json(plugin: Plugin, entries: Iterable[Entry]) -> dict[str, Any]:
    return {
        "plugin": plugin.name,
        "title": plugin.title,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "metrics": [
            {"name": e.name, "kind": e.kind, "summary": e.meaning, "units": e.unit, "default": e.default}
            for e in entries
        ],
    }
