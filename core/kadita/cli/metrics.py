"""`kadita metrics`: what is installed, and what one metric means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadita.cli.options import Plugins

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from kadita.metrics import Metric
    from kadita.registry import Registry


def metrics(
    name: Annotated[str | None, typer.Argument(help="Show one metric: formula, parameters, units, source.")] = None,
    plugins: Plugins = None,
) -> None:
    """List the installed metrics, or show one."""
    from kadita.cli.terminal import installed

    registry = installed(plugins)
    if name is None:
        _list(registry)
    else:
        _show(registry, registry[name])


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
        what = m.summary.partition(", (")[0] if m.default else f"{m.summary} [only when named]"
        table.add_row(m.name, what, m.units, registry.plugin_of("metric", m.name).name)
    Console(width=None if sys.stdout.isatty() else 120, markup=False).print(table)


def _show(registry: Registry, m: Metric) -> None:
    import inspect

    lines: list[tuple[str, Any]] = [
        ("formula", m.formula),
        ("shape", f"({', '.join(('T', *m.dims))})" if m.dims else ""),
        ("units", m.units),
        ("range", f"{m.range[0]:g} to {m.range[1]:g}" if m.range else ""),
        ("labels", ", ".join(f"{i} {label}" for i, label in enumerate(m.labels))),
        ("needs", ", ".join(("velocities",) * m.needs_velocities + m.needs)),
        ("unchanged by", ", ".join(m.symmetries)),
        ("source", m.source),
        ("plugin", registry.plugin_of("metric", m.name)),
    ]
    typer.echo(f"{m.name}\n\n{inspect.getdoc(m.function) or ''}\n")
    for label, value in lines:
        if value:
            typer.echo(f"{label + ':':14}{value}")
    for key, field in m.parameters.model_fields.items():
        typer.echo(f"{'parameter:':14}{m.name}.{key} = {_default(m, key)}  ({_kind(_schema(field))})")


def _schema(field: FieldInfo) -> dict[str, Any]:
    from pydantic import PydanticUserError, TypeAdapter

    try:
        adapter: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]
        return adapter.json_schema()
    except PydanticUserError:  # a type of the plugin's own
        return {"type": getattr(field.annotation, "__name__", "value")}


def _default(m: Metric, key: str) -> str:
    from pydantic import BaseModel
    from pydantic_core import PydanticUndefined

    default = m.parameters.model_fields[key].default
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
    return " ".join(words)
