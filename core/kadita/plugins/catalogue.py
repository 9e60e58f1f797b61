"""`kadita.metrics`: the installed metrics and whole-trajectory analyses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, overload

from kadita.base import html
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Plugin, Registry

if TYPE_CHECKING:
    import pandas


class Entry(NamedTuple):
    """What the catalogue says of a metric or an analysis in one line."""

    name: str
    kind: str  # "metric", of every frame, or "analysis", of the whole trajectory
    plugin: Plugin
    meaning: str
    unit: str
    default: bool  # whether it is computed where none is named


class Catalogue(Mapping[str, "Metric | Analysis"]):
    """Metrics and whole-trajectory analyses by name; a notebook shows their table, `to_dataframe` returns it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __getitem__(self, name: str) -> Metric | Analysis:
        known = self._registry.metrics.get(name) or self._registry.analyses.get(name)
        if known is None:
            raise KeyError(name)
        return known

    def __iter__(self) -> Iterator[str]:
        return iter((*self._registry.metrics, *self._registry.analyses))

    def __len__(self) -> int:
        return len(self._registry.metrics) + len(self._registry.analyses)

    def entries(self) -> list[Entry]:
        """Return a line for each, in the order in which they are printed."""
        return [self._entry(one) for one in self.values()]

    def _entry(self, one: Metric | Analysis) -> Entry:
        kind = "metric" if isinstance(one, Metric) else "analysis"
        units = [one.units] if isinstance(one, Metric) else [output.units for output in one.outputs.values()]
        meaning = one.summary.partition(", (")[0].rstrip(".")
        plugin = self._registry.plugin_of(kind, one.name)
        return Entry(one.name, kind, plugin, meaning, ", ".join(dict.fromkeys(units)), one.default)

    def to_dataframe(self) -> pandas.DataFrame:
        """Return a table of pandas: kind, plugin, meaning, unit, and whether it is computed where none is named."""
        import pandas

        rows = [entry._replace(plugin=entry.plugin.name) for entry in self.entries()]  # type: ignore[arg-type]
        return pandas.DataFrame(rows, columns=Entry._fields).set_index("name")

    def by_plugin(self) -> dict[Plugin, list[Entry]]:
        """Return the lines of each plugin: its metrics and analyses are of one kind."""
        found: dict[Plugin, list[Entry]] = {}
        for entry in self.entries():
            found.setdefault(entry.plugin, []).append(entry)
        return found

    def __repr__(self) -> str:
        width = max((len(name) for name in self), default=0) + 2
        return "\n".join(f"{e.name:{width}}{e.meaning}" for e in self.entries())

    def _repr_html_(self) -> str:
        rows = [(e.name, e.kind, e.meaning, e.unit, e.plugin.name, "yes" if e.default else "") for e in self.entries()]
        return html.table(["name", "kind", "meaning", "unit", "plugin", "by default"], rows)


@overload
def metrics(
    name: None = None, *, plugins: Iterable[str | Path] = (), registry: Registry | None = None
) -> Catalogue: ...
@overload
def metrics(
    name: str, *, plugins: Iterable[str | Path] = (), registry: Registry | None = None
) -> Metric | Analysis: ...
def metrics(
    name: str | None = None, *, plugins: Iterable[str | Path] = (), registry: Registry | None = None
) -> Catalogue | Metric | Analysis:
    """Return the catalogue of metrics and whole-trajectory analyses, or one of them.

    Args:
        name: of one metric or analysis.
        plugins: plugin files to load in addition to the installed plugins.
        registry: from `kadita.plugins.loading.load_registry`, which is called if it is None.

    Raises:
        KaditaError: there is no such metric.

    >>> import kadita
    >>> "polarization" in kadita.metrics()
    True
    >>> kadita.metrics("polarization").units
    '1'
    """
    registry = load_registry(plugins) if registry is None else registry
    return Catalogue(registry) if name is None else registry.find(name)
