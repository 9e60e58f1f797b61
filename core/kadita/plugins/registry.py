"""What is installed, by name: metrics, analyses, models, scenarios, importers, profiles, and their plugins."""

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
from kadita.plugins.declaration.importer import Importer
from kadita.plugins.declaration.metric import Metric


@dataclass(frozen=True)
class Plugin:
    """Where a thing comes from: the plugin's name, its distribution and version, or its file."""

    name: str
    distribution: str
    version: str

    def __str__(self) -> str:
        origin = " ".join(filter(None, (self.distribution, self.version)))
        return f"{self.name} ({origin})" if origin else self.name


@dataclass
class Registry:
    """What is installed, by name, the plugin that each thing comes from, and what could not be loaded.

    `files` are plugin files, by path, with the checksum of what each held when it was loaded.
    """

    metrics: dict[str, Metric] = field(default_factory=dict)
    analyses: dict[str, Analysis] = field(default_factory=dict)
    models: dict[str, type[Model]] = field(default_factory=dict)
    scenarios: dict[str, Traversable] = field(default_factory=dict)
    importers: dict[str, Importer] = field(default_factory=dict)
    plugins: dict[str, Plugin] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    profiles: dict[str, Traversable] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Metric:
        try:
            return self.metrics[name]
        except KeyError:
            if name in self.analyses:
                raise KaditaError(f"{name} is a whole-trajectory analysis; expected a metric") from None
            hint = did_you_mean(name, [*self.metrics, *self.analyses])
            raise KaditaError(
                f"there is no metric '{name}'{hint}; `kadita metrics` lists what is installed, --plugin adds a file"
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self.metrics

    def copy(self) -> Registry:
        """Return a registry that can be added to without changing this one."""
        return Registry(*(type(part)(part) for part in vars(self).values()))

    def knowing(self, things: Iterable[Metric | Analysis]) -> Registry:
        """Return a registry that knows these, too, which no plugin brings.

        Raises:
            PluginError: a name that is taken by another.
        """
        each_once = {id(m): m for m in things}.values()
        new = [m for m in each_once if m not in (self.metrics.get(m.name), self.analyses.get(m.name))]
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
        profiles: Iterable[Traversable] = (),
    ) -> None:
        """Take everything that one plugin brings, or nothing of it.

        Raises:
            PluginError: something that is none of these, or a name that is taken.
        """
        shelves: list[tuple[str, dict[str, Any], list[tuple[str, Any]]]] = [
            ("metric", self.metrics, [(_as_metric(m).name, m) for m in metrics]),
            ("analysis", self.analyses, [(_as_analysis(a).name, a) for a in analyses]),
            ("model", self.models, [(_as_model(m).name, m) for m in models]),
            ("scenario", self.scenarios, [(_toml_name("scenarios", f), f) for f in scenarios]),
            ("importer", self.importers, [(_as_importer(i).name, i) for i in importers]),
            ("profile", self.profiles, [(_toml_name("profiles", f), f) for f in profiles]),
        ]
        brought = [(what, shelf, self._new(what, shelf, named, plugin)) for what, shelf, named in shelves]
        for what, shelf, things in brought:
            shelf.update(things)
            self.plugins |= {f"{what} {name}": plugin for name in things}

    def plugin_of(self, what: str, name: str) -> Plugin:
        """Return the plugin of a thing: a ``"metric"``, ``"analysis"``, ``"model"``, ``"scenario"``, ...."""
        return self.plugins[f"{what} {name}"]

    def _asked_for_together(self, what: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Shelves whose names a user cannot tell from those of `what`: ``-m NAME`` stands for both."""
        together: dict[str, list[tuple[str, Mapping[str, Any]]]] = {
            "metric": [("analysis", self.analyses)],
            "analysis": [("metric", self.metrics)],
        }
        return together.get(what, [])

    def _new(
        self, what: str, known: Mapping[str, Any], named: Iterable[tuple[str, Any]], plugin: Plugin
    ) -> dict[str, Any]:
        brought: dict[str, Any] = {}
        for name, thing in named:
            for kind, shelf in ((what, known), *self._asked_for_together(what)):
                if name in shelf or name in brought:
                    if f"{kind} {name}" not in self.plugins:
                        raise PluginError(f"it brings two things named '{name}'")
                    owner = self.plugins[f"{kind} {name}"]
                    raise PluginError(f"the {what} name '{name}' is taken by plugin {owner}")
            brought[name] = thing
        return brought


def _as_analysis(analysis: Any) -> Analysis:
    if not isinstance(analysis, Analysis):
        raise PluginError(f"kadita_analyses: expected functions decorated with @analysis; got {_short(analysis)}")
    return analysis


def _as_metric(metric: Any) -> Metric:
    if not isinstance(metric, Metric):
        raise PluginError(f"kadita_metrics: expected functions decorated with @metric; got {_short(metric)}")
    return metric


def _as_importer(importer: Any) -> Importer:
    if not isinstance(importer, Importer):
        raise PluginError(f"kadita_importers: expected functions decorated with @importer; got {_short(importer)}")
    return importer


def _as_model(model: Any) -> type[Model]:
    if not (isinstance(model, type) and issubclass(model, Model)):
        raise PluginError(f"kadita_models: expected subclasses of kadita.Model; got {_called(model)}")
    lacking = [name for name in ("name", "pair", "turn") if not hasattr(model, name)] + sorted(
        model.__abstractmethods__
    )
    if lacking:
        raise PluginError(f"kadita_models: {model.__name__} lacks {', '.join(lacking)}; see kadita.Model")
    if not isinstance(model.name, str) or not re.fullmatch(r"[A-Za-z][\w.-]*", model.name):
        raise PluginError(f"kadita_models: expected a word as name of {model.__name__}; got {model.name!r}")
    for rule, arguments in ARGUMENTS.items():
        function = inspect.getattr_static(model, rule)
        if isinstance(function, property):  # parameters choose among several; it shows when one runs
            continue
        function = getattr(model, rule)
        if not is_jitable(function):
            raise PluginError(
                f"kadita_models: {rule} of {model.__name__}: expected a function with @kadita.models.jitable"
            )
        taken = list(inspect.signature(function).parameters)
        if len(taken) != len(arguments):
            raise PluginError(
                f"kadita_models: {rule} of {model.__name__}: expected the arguments {', '.join(arguments)}; "
                f"got {', '.join(taken)}"
            )
    return model


def _short(thing: Any) -> str:
    """Name what is not what it should be, in a few words."""
    if isinstance(thing, Metric | Analysis | Importer):
        return f"the {type(thing).__name__.lower()} '{thing.name}'"
    words = repr(getattr(thing, "__name__", thing))
    return words if len(words) <= 60 else f"{words[:60]} ..."


def _called(thing: Any) -> str:
    return f"an instance of {type(thing).__name__}" if isinstance(thing, Model) else repr(thing)


def _toml_name(what: str, file: Any) -> str:
    if not isinstance(file, Traversable):
        raise PluginError(f"kadita_{what}: expected paths; got {file!r}")
    if not file.name.endswith(".toml"):
        raise PluginError(f"kadita_{what}: expected files named *.toml; got {file.name}")
    return str(file.name).removesuffix(".toml")
