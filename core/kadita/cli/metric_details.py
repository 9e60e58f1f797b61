"""All that is declared of one metric or analysis: formula, parameters, units, source."""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any

from kadita.plugins.parameter_words import as_setting, default_in_words, range_in_words, type_in_words

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from kadita.plugins.declaration.analysis import Analysis
    from kadita.plugins.declaration.metric import Metric
    from kadita.plugins.registry import Registry


def details_of(registry: Registry, observable: Metric | Analysis) -> dict[str, Any]:
    """Return what is declared, as JSON has it."""
    from kadita.base.tables import as_table
    from kadita.plugins.declaration.metric import Metric

    kind = "metric" if isinstance(observable, Metric) else "analysis"
    plugin = registry.plugin_of(kind, observable.name)
    if isinstance(observable, Metric):
        m = observable
        facts: dict[str, Any] = {
            "shape": ["T", *m.dims],
            "units": m.units,
            "range": None if m.range is None else [None if math.isinf(limit) else limit for limit in m.range],
            "undefined": m.undefined or None,
            "labels": list(m.labels),
            "symmetries": list(m.symmetries),
            "published": {key: as_setting(value) for key, value in m.published.items() if value is not None},
        }
    else:
        outputs = observable.outputs.items()
        facts = {"outputs": {name: {"dims": list(o.dims), "units": o.units} for name, o in outputs}}
    return {
        "name": observable.name,
        "kind": kind,
        "default": observable.default,
        "summary": observable.summary,
        "description": inspect.getdoc(observable.function) or "",
        "formula": observable.formula or None,
        **facts,
        "dimensions": sorted(observable.dimensions),
        "needs_velocities": observable.needs_velocities,
        "needs": list(observable.needs),
        "source": observable.source or None,
        "plugin": {"name": plugin.name, "distribution": plugin.distribution, "version": plugin.version},
        "parameters": {
            key: {
                "default": default_in_words(field) if as_table(field.default) else _plain_default(field),
                "required": field.is_required(),
                "description": field.description or "",
                "type": type_in_words(field),
            }
            for key, field in observable.parameters.model_fields.items()
        },
    }


def _plain_default(field: FieldInfo) -> Any:
    """Return a default as JSON has it; None for a parameter that is required."""
    default = None if field.is_required() else field.default
    return default if isinstance(default, str | int | float | bool | None) else as_setting(default)


def lines_of(registry: Registry, observable: Metric | Analysis) -> list[str]:
    """Return what is declared as text."""
    from kadita.plugins.declaration.metric import Metric

    facts = _of_metric(observable) if isinstance(observable, Metric) else _of_analysis(observable)
    kind = "metric" if isinstance(observable, Metric) else "analysis"
    lines: list[tuple[str, Any]] = [
        ("formula", observable.formula),
        *facts,
        ("defined", _where(observable.dimensions)),
        ("needs", ", ".join((*("velocities",) * observable.needs_velocities, *observable.needs, *_chosen(observable)))),
        ("source", observable.source),
        ("plugin", registry.plugin_of(kind, observable.name)),
    ]
    text = [f"{observable.name}\n\n{inspect.getdoc(observable.function) or ''}\n"]
    text += [f"{label + ':':17}{value}" for label, value in lines if value]
    for key, field in observable.parameters.model_fields.items():
        meaning = f": {field.description}" if field.description else ""
        parameter = f"{observable.name}.{key} = {default_in_words(field)}{meaning}"
        text.append(f"{'parameter:':17}{parameter}  ({type_in_words(field)})")
    return text


def _chosen(observable: Metric | Analysis) -> tuple[str, ...]:
    """Return what else it needs, in words: the metrics that one of its parameters names."""
    parameter = getattr(observable, "chosen_by", "")
    return (f"the metrics that {observable.name}.{parameter} names",) if parameter else ()


def _where(dimensions: tuple[int, ...]) -> str:
    if {2, 3} <= set(dimensions):
        return ""
    return "in a plane alone" if 2 in dimensions else "in space alone"


def _of_metric(m: Metric) -> list[tuple[str, Any]]:
    return [
        ("shape", f"({', '.join(('T', *m.dims))})" if m.dims else ""),
        ("units", m.units),
        ("range", range_in_words(*m.range) if m.range else ""),
        ("undefined", m.undefined),
        ("labels", ", ".join(f"{i} {label}" for i, label in enumerate(m.labels))),
        ("invariant under", ", ".join(m.symmetries).replace("images", "periodic images")),
        ("published", ", ".join(f"{key} = {_plain(v)}" for key, v in m.published.items() if v is not None)),
    ]


def _plain(value: Any) -> str:
    return " x ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _of_analysis(a: Analysis) -> list[tuple[str, Any]]:
    results = [
        ("result", f"{name + ' ' if name else ''}({', '.join(output.dims)}), unit {output.units}")
        for name, output in a.outputs.items()
    ]
    return [*results, ("windows", f"with a lookahead of {a.halo} frames after their own" if a.halo else "")]
