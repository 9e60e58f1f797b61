"""`kadita.scenarios`: what can be run, and the configuration of one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import overload

from kadita.base import html
from kadita.base.errors import KaditaError
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.simulation.configuration import RunConfiguration, load_configuration, scenario_text


class Scenarios(Mapping[str, RunConfiguration]):
    """Configurations of all installed scenarios by name, each read when it is asked for."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __getitem__(self, name: str) -> RunConfiguration:
        if name not in self._registry.scenarios:
            raise KeyError(name)
        return load_configuration(name, registry=self._registry)

    def __iter__(self) -> Iterator[str]:
        return iter(self._registry.scenarios)

    def __len__(self) -> int:
        return len(self._registry.scenarios)

    def toml(self, name: str) -> str:
        """Return a scenario as TOML, ready to edit, as `kadita scenarios NAME` prints it.

        Raises:
            KaditaError: there is no such scenario.
        """
        return scenario_text(name, self._registry)

    def titles(self) -> dict[str, str]:
        """Return the title of every scenario by name; of one that cannot be read, why."""
        found = {}
        for name in self:
            try:
                found[name] = self[name].title
            except KaditaError as error:
                found[name] = str(error)
        return found

    def __repr__(self) -> str:
        return "\n".join(f"{name:18}{title}" for name, title in self.titles().items())

    def _repr_html_(self) -> str:
        return html.table(["scenario", "title"], self.titles().items())


@overload
def scenarios(
    name: None = None, *, plugins: Iterable[str | Path] = (), registry: Registry | None = None
) -> Scenarios: ...
@overload
def scenarios(
    name: str, *, plugins: Iterable[str | Path] = (), registry: Registry | None = None
) -> RunConfiguration: ...
def scenarios(
    name: str | None = None, *, plugins: Iterable[str | Path] = (), registry: Registry | None = None
) -> Scenarios | RunConfiguration:
    """Return the scenarios that `kadita.run` can simulate, or the configuration of one.

    Args:
        name: of one scenario.
        plugins: plugin files to load in addition to the installed plugins.
        registry: from `kadita.plugins.loading.load_registry`, which is called if it is None.

    Raises:
        KaditaError: there is no such scenario.

    >>> import kadita
    >>> "torus" in kadita.scenarios()
    True
    >>> kadita.scenarios("torus").parameters.agents
    100
    """
    registry = load_registry(plugins) if registry is None else registry
    return Scenarios(registry) if name is None else load_configuration(name, registry=registry)
