"""`kadita metrics`: what is installed, and what one metric or whole-trajectory analysis means."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadita.cli.options import Plugins

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from kadita.plugins.declaration.analysis import Analysis
    from kadita.plugins.declaration.metric import Metric
    from kadita.plugins.registry import Registry


def metrics(
    name: Annotated[str | None, typer.Argument(help="Show one metric: formula, parameters, units, source.")] = None,
    plugins: Plugins = None,
) -> None:
    """List the installed metrics and whole-trajectory analyses, or show one."""
    from kadita.cli.terminal import installed

    registry = installed(plugins)
    if name is None:
        _list(registry)
    else:
        _show(registry, registry.analyses[name] if name in registry.analyses else registry[name])


def _list(registry: Registry) -> None:
    import sys

    from rich.console import Console
    from rich.table import Table

    table = Table()
    table.add_column("metric", no_wrap=True)
    table.add_column("what it is", ratio=1)
    table.add_column("unit")
    table.add_column("plugin")
    for m in registry.metrics.values():
        what = m.summary.partition(", (")[0].rstrip(".") + ("" if m.default else " [only when named]")
        table.add_row(m.name, what, m.units, registry.plugin_of("metric", m.name).name)
    for a in registry.analyses.values():
        units = ", ".join(dict.fromkeys(output.units for output in a.outputs.values()))
        what = f"{a.summary.partition(', (')[0]} [of the whole trajectory]"
        table.add_row(a.name, what, units, registry.plugin_of("analysis", a.name).name)
    Console(width=None if sys.stdout.isatty() else 120, markup=False).print(table)


def _show(registry: Registry, thing: Metric | Analysis) -> None:
    import inspect

    from kadita.plugins.declaration.metric import Metric

    of_kind = _of_metric(thing) if isinstance(thing, Metric) else _of_analysis(thing)
    kind = "metric" if isinstance(thing, Metric) else "analysis"
    lines: list[tuple[str, Any]] = [
        ("formula", thing.formula),
        *of_kind,
        ("needs", ", ".join(("velocities",) * thing.needs_velocities + thing.needs)),
        ("source", thing.source),
        ("plugin", registry.plugin_of(kind, thing.name)),
    ]
    typer.echo(f"{thing.name}\n\n{inspect.getdoc(thing.function) or ''}\n")
    for label, value in lines:
        if value:
            typer.echo(f"{label + ':':14}{value}")
    for key, field in thing.parameters.model_fields.items():
        meaning = f": {field.description}" if field.description else ""
        typer.echo(f"{'parameter:':14}{thing.name}.{key} = {_default(thing, key)}{meaning}  ({_kind(_schema(field))})")


def _of_metric(m: Metric) -> list[tuple[str, Any]]:
    return [
        ("shape", f"({', '.join(('T', *m.dims))})" if m.dims else ""),
        ("units", m.units),
        ("range", _range(*m.range) if m.range else ""),
        ("undefined", m.undefined),
        ("labels", ", ".join(f"{i} {label}" for i, label in enumerate(m.labels))),
        ("unchanged by", ", ".join(m.symmetries)),
        ("published", ", ".join(f"{key} = {_plain(v)}" for key, v in m.published.items() if v is not None)),
    ]


def _range(low: float, high: float) -> str:
    if math.isinf(high):
        return f"at least {low:g}"
    return f"at most {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"


def _plain(value: Any) -> str:
    return " x ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _of_analysis(a: Analysis) -> list[tuple[str, Any]]:
    found = [
        ("result", f"{name + ' ' if name else ''}({', '.join(output.dims)}), unit {output.units}")
        for name, output in a.outputs.items()
    ]
    return [*found, ("sees", f"the whole trajectory, in windows with {a.halo} frames behind each" if a.halo else "")]


def _schema(field: FieldInfo) -> dict[str, Any]:
    from pydantic import PydanticUserError, TypeAdapter

    try:
        adapter: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]
        return adapter.json_schema()
    except PydanticUserError:  # a type of the plugin's own
        return {"type": getattr(field.annotation, "__name__", "value")}


def _default(thing: Metric | Analysis, key: str) -> str:
    from pydantic import BaseModel
    from pydantic_core import PydanticUndefined

    default = thing.parameters.model_fields[key].default
    if isinstance(default, BaseModel):
        return "{" + ", ".join(f"{k} = {v}" for k, v in default.model_dump().items()) + "}"
    return "required" if default is PydanticUndefined else "none" if default is None else str(default)


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_kind(s) for s in schema["anyOf"])
    if "prefixItems" in schema:
        return f"[{', '.join(_kind(s) for s in schema['prefixItems'])}]"
    if "$ref" in schema:
        return "{name = number, ...}"
    limits = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    words = [str(schema.get("type", "table")).replace("null", "none")]
    words += [f"{sign} {schema[key]:g}" for key, sign in limits.items() if key in schema]
    return ", ".join(words)
