"""The catalogue of metrics and analyses: a page for each, with its picture, and one that lists them by plugin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from builder import rst
from builder.pictures import draw
from builder.runs import Runs
from kadita.plugins.catalogue import Catalogue, Entry, metrics
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.parameter_words import range_in_words

SYMMETRIES = {"images": "periodic images"}


def write(folder: Path, runs: Runs) -> None:
    """Write ``metrics.rst`` and a page of each metric and analysis into ``metrics/``."""
    pages = folder / "metrics"
    pages.mkdir()
    catalogue = metrics()
    entries = {entry.name: entry for entry in catalogue.entries()}
    for name, one in catalogue.items():
        draw(name, runs.results(name), pages / f"{name}.svg")
        (pages / f"{name}.rst").write_text(_page(one, entries[name], runs), encoding="utf-8")
    (folder / "metrics.rst").write_text(_overview(entries, catalogue), encoding="utf-8")


def _overview(entries: dict[str, Entry], catalogue: Catalogue) -> str:
    parts = [
        rst.heading("Metrics and analyses"),
        "What ``kadita analyze`` computes: metrics, of every frame, and analyses, of the whole trajectory. Those with "
        "a mark are computed where none is named; any other is named by ``-m NAME``, or in Python in "
        "``kadita.analyze(data, [NAME])``.\n",
    ]
    for plugin in dict.fromkeys(entry.plugin for entry in entries.values()):
        own = [entry for entry in entries.values() if entry.plugin == plugin]
        parts.append(rst.heading(plugin.title or plugin.name, "-"))
        rows = [(f":doc:`metrics/{e.name}`", rst.escaped(e.meaning), _values(catalogue[e.name]), e.unit) for e in own]
        rows = [(a + (" ✓" if e.default else ""), b, c, d) for (a, b, c, d), e in zip(rows, own, strict=True)]
        parts.append(rst.table(["name", "meaning", "of", "unit"], rows))
    parts.append(rst.toctree(f"metrics/{name}" for name in entries))
    return "\n".join(parts)


def _values(one: Any) -> str:
    """Return what a metric has a value of."""
    if not isinstance(one, Metric):
        return "trajectory"
    return "agent" if one.dims == ("agent",) else "frame" if not one.dims else f"frame, by {', '.join(one.dims)}"


def _page(one: Any, entry: Entry, runs: Runs) -> str:
    name = one.name
    first, rest = rst.documentation(one.function)
    shown, given = runs.of_metric(name), runs.parameters(name)
    command = f"kadita analyze school.nc -m {name}"
    command += "".join(f" --set {name}.{key}={_plain(value)}" for key, value in given.items())
    parts = [
        rst.heading(name),
        first + "\n",
        ".. code-block:: text\n\n   " + one.formula + "\n",
        f".. figure:: {name}.svg\n   :alt: {name} of {', '.join(shown)}\n\n   {_caption(shown, given, runs)}\n",
        rst.table(["what", "of this metric"], [(key, value) for key, value in _facts(one, entry) if value]),
    ]
    if rest:
        parts += [rest + "\n"]
    if one.parameters.model_fields:
        parts += [rst.heading("Parameters", "-"), rst.parameters(one.parameters.model_fields)]
    parts += [rst.heading("How it is computed", "-"), f".. code-block:: console\n\n   $ {command}\n"]
    if "definition" in one.parameters.model_fields:
        parts.append(
            "The published definition, and the values of both in known states: :doc:`../../two-definitions`.\n"
        )
    return "\n".join(parts)


def _caption(shown: list[str], given: dict[str, Any], runs: Runs) -> str:
    settings = ", ".join(f"{key} = {_plain(value)}" for key, value in given.items())
    what = "In the four states of a school" if len(shown) == 4 else f"Of {' and '.join(shown)}"  # noqa: PLR2004
    return f"{what}{f', with {settings}' if settings else ''}: {'; '.join(map(runs.in_words, shown))}."


def _facts(one: Any, entry: Entry) -> Iterator[tuple[str, str]]:
    yield "kind", "metric, of every frame" if isinstance(one, Metric) else "analysis, of the whole trajectory"
    if isinstance(one, Metric):
        yield "values", f"({', '.join(('frame', *one.dims))})"
        yield "unit", rst.escaped(one.units)
        yield "range", range_in_words(*one.range) if one.range else ""
        yield "undefined", rst.escaped(one.undefined)
        yield "labels", ", ".join(one.labels)
        yield "invariant under", ", ".join(SYMMETRIES.get(s, s) for s in one.symmetries)
    else:
        names = {key: f"{one.name}.{key}" if key else one.name for key in one.outputs}
        outputs = [
            f"``{names[key]}`` ({', '.join(output.dims)}), unit {rst.escaped(output.units)}"
            for key, output in one.outputs.items()
        ]
        yield "results", "; ".join(outputs)
    yield "defined", {(2, 3): "in a plane and in space", (2,): "in a plane", (3,): "in space"}[tuple(one.dimensions)]
    needs = [*(["velocities"] if one.needs_velocities else []), *(f":doc:`{need}`" for need in one.needs)]
    yield "needs", ", ".join(needs)
    yield "computed by default", "yes" if entry.default else "no"
    yield "plugin", entry.plugin.name
    yield "source", rst.linked(one.source)


def _plain(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
