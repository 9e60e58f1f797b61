"""Registry of metrics, analyses, models, scenarios and importers by name, and of the plugins that define them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

from kadita.base.errors import KaditaError, PluginError, did_you_mean
from kadita.base.jit import is_jitable
from kadita.models.model import ARGUMENTS, Model
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.declared import Declared
from kadita.plugins.declaration.importer import Importer
from kadita.plugins.declaration.metric import Metric


@dataclass(frozen=True)
class Plugin:
    """A plugin: its name, its distribution and version, or its file, and the first line of its docstring."""

    name: str
    distribution: str
    version: str
    title: str = field(default="", compare=False)

    def __str__(self) -> str:
        origin = " ".join(filter(None, (self.distribution, self.version)))
        return f"{self.name} ({origin})" if origin else self.name


@dataclass
class Registry:
    """Metrics, analyses, models, scenarios and importers by name, and the plugin that defines each.

    The keys of `plugins` are ``"metric NAME"``, ``"model NAME"``, ...; `problems` are one-line messages about plugins
    that could not be loaded; `files` are plugin files, by path, with the checksum of their content when it was loaded.
    """

    metrics: dict[str, Metric] = field(default_factory=dict)
    analyses: dict[str, Analysis] = field(default_factory=dict)
    models: dict[str, type[Model]] = field(default_factory=dict)
    scenarios: dict[str, Traversable] = field(default_factory=dict)
    importers: dict[str, Importer] = field(default_factory=dict)
    plugins: dict[str, Plugin] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Metric:
        try:
            return self.metrics[name]
        except KeyError:
            if name in self.analyses:
                raise KaditaError(f"{name} is a whole-trajectory analysis; expected a metric") from None
            hint = did_you_mean(name, [*self.metrics, *self.analyses])
            raise KaditaError(
                f"there is no metric '{name}'{hint}; `kadita metrics` lists those installed, --plugin adds a file"
            ) from None

    def find(self, name: str) -> Metric | Analysis:
        """Return a metric or an analysis.

        Raises:
            KaditaError: there is neither.
        """
        return self.analyses[name] if name in self.analyses else self[name]

    @property
    def plotted(self) -> list[str]:
        """Names of the metrics that are shown where none is named; those that need fewer others come first."""
        return [m.name for m in sorted(self.metrics.values(), key=lambda m: len(m.needs)) if m.plotted]

    def __contains__(self, name: object) -> bool:
        return name in self.metrics

    def copy(self) -> Registry:
        """Return an independent copy of the registry."""
        return Registry(*(type(part)(part) for part in vars(self).values()))

    def including(self, definitions: Iterable[Metric | Analysis]) -> Registry:
        """Return a registry that also has these metrics and analyses, which belong to no plugin.

        Raises:
            PluginError: a name is taken by another definition.
        """
        distinct = {id(m): m for m in definitions}.values()
        new = [m for m in distinct if m not in (self.metrics.get(m.name), self.analyses.get(m.name))]
        if not new:
            return self
        registry = self.copy()
        metrics = [m for m in new if isinstance(m, Metric)]
        registry.add(Plugin("given", "", ""), metrics, [a for a in new if isinstance(a, Analysis)])
        return registry

    def add(
        self,
        plugin: Plugin,
        metrics: Iterable[Metric] = (),
        analyses: Iterable[Analysis] = (),
        models: Iterable[type[Model]] = (),
        scenarios: Iterable[Traversable] = (),
        importers: Iterable[Importer] = (),
    ) -> None:
        """Add all definitions of a plugin, or none of them if one is not valid.

        Raises:
            PluginError: a definition of the wrong type, or a name that is taken.
        """
        additions: list[tuple[str, dict[str, Any], list[tuple[str, Any]]]] = [
            ("metric", self.metrics, [(_as_declared(m, "metrics", Metric).name, m) for m in metrics]),
            ("analysis", self.analyses, [(_as_declared(a, "analyses", Analysis).name, a) for a in analyses]),
            ("model", self.models, [(_as_model(m).name, m) for m in models]),
            ("scenario", self.scenarios, [(_scenario_name(f), f) for f in scenarios]),
            ("importer", self.importers, [(_as_declared(i, "importers", Importer).name, i) for i in importers]),
        ]
        checked = [(kind, known, self._new(kind, known, named, plugin)) for kind, known, named in additions]
        for kind, known, new in checked:
            known.update(new)
            self.plugins |= {f"{kind} {name}": plugin for name in new}

    def plugin_of(self, kind: str, name: str) -> Plugin:
        """Return the plugin of a ``"metric"``, ``"analysis"``, ``"model"``, ``"scenario"`` or ``"importer"``."""
        return self.plugins[f"{kind} {name}"]

    def _sharing_names(self, kind: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the definitions of other kinds that share their names with this one: ``-m NAME`` stands for both."""
        sharing: dict[str, list[tuple[str, Mapping[str, Any]]]] = {
            "metric": [("analysis", self.analyses)],
            "analysis": [("metric", self.metrics)],
        }
        return sharing.get(kind, [])

    def _new(
        self, kind: str, known: Mapping[str, Any], named: Iterable[tuple[str, Any]], plugin: Plugin
    ) -> dict[str, Any]:
        new: dict[str, Any] = {}
        for name, definition in named:
            for other, taken in ((kind, known), *self._sharing_names(kind)):
                if name in taken or name in new:
                    if f"{other} {name}" not in self.plugins:
                        raise PluginError(f"it defines '{name}' twice")
                    owner = self.plugins[f"{other} {name}"]
                    raise PluginError(f"the {kind} name '{name}' is taken by plugin {owner}")
            new[name] = definition
        return new


def _as_declared(definition: Any, kind: str, cls: type[Declared]) -> Declared:
    if not isinstance(definition, cls):
        raise PluginError(
            f"kadita_{kind}: expected functions decorated with @{cls.__name__.lower()}; got {_short(definition)}"
        )
    return definition


def _as_model(model: Any) -> type[Model]:
    if not (isinstance(model, type) and issubclass(model, Model)):
        raise PluginError(f"kadita_models: expected subclasses of kadita.Model; got {_called(model)}")
    missing = [name for name in ("name", "pair") if not hasattr(model, name)]
    missing += [] if hasattr(model, "turn") or model.accelerate else ["turn"]
    missing += sorted(model.__abstractmethods__)
    if missing:
        raise PluginError(f"kadita_models: {model.__name__} lacks {', '.join(missing)}; see kadita.Model")
    if not isinstance(model.name, str) or not re.fullmatch(r"[A-Za-z][\w.-]*", model.name):
        raise PluginError(f"kadita_models: expected a word as name of {model.__name__}; got {model.name!r}")
    if hasattr(model, "turn") and model.accelerate:
        raise PluginError(
            f"kadita_models: {model.__name__} has both turn, for headings, and accelerate, for velocities; expected one"
        )
    for rule, arguments in ARGUMENTS.items():
        function = inspect.getattr_static(model, rule, None)
        if function is None:
            continue
        if isinstance(function, property):  # the function depends on parameters; it is checked when the model runs
            continue
        if not isinstance(function, staticmethod):
            raise PluginError(f"kadita_models: {rule} of {model.__name__}: expected {rule} = staticmethod(FUNCTION)")
        function = getattr(model, rule)
        if not is_jitable(function):
            raise PluginError(
                f"kadita_models: {rule} of {model.__name__}: expected a function with @kadita.models.jitable"
            )
        got = list(inspect.signature(function).parameters)
        if len(got) != len(arguments):
            raise PluginError(
                f"kadita_models: {rule} of {model.__name__}: expected the arguments {', '.join(arguments)}; "
                f"got {', '.join(got)}"
            )
    return model


def _short(value: Any) -> str:
    """Describe a value of the wrong type in a few words."""
    if isinstance(value, Declared):
        return f"the {type(value).__name__.lower()} '{value.name}'"
    words = repr(getattr(value, "__name__", value))
    return words if len(words) <= 60 else f"{words[:60]} ..."


def _called(value: Any) -> str:
    return f"an instance of {type(value).__name__}" if isinstance(value, Model) else repr(value)


def _scenario_name(file: Any) -> str:
    if not isinstance(file, Traversable):
        raise PluginError(f"kadita_scenarios: expected paths; got {file!r}")
    if not file.name.endswith(".toml"):
        raise PluginError(f"kadita_scenarios: expected files named *.toml; got {file.name}")
    return str(file.name).removesuffix(".toml")
