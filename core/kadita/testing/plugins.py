"""All that a plugin brings, examined part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError, PluginError, did_you_mean
from kadita.evaluation.plan import load_profile, make_plan
from kadita.io.tracks import find_importer
from kadita.models.model import Model
from kadita.plugins.loading import entry_points, load_registry
from kadita.plugins.registry import Registry
from kadita.testing.analyses import examine_analysis
from kadita.testing.checks import Promise
from kadita.testing.importers import examine_importer
from kadita.testing.metrics import examine_metric
from kadita.testing.models import examine_model
from kadita.testing.partitions import examine_sharing

Things = list[tuple[str, str]]  # what, name


def brought_by(target: str) -> tuple[Registry, list[Path], Things]:
    """Find a plugin by its file, its name, its module or its distribution.

    Returns:
        What is installed, with it; its file, where it is one; what it brings.

    Raises:
        PluginError: it cannot be loaded.
        KaditaError: there is none.
    """
    if target.endswith(".py"):
        file = Path(target)
        if not file.is_file():
            raise KaditaError(f"{target}: there is no such file")
        try:
            registry = load_registry([file])
        except KaditaError as error:
            raise PluginError(str(error)) from error
        return registry, [file], _things(registry, {(file.stem, target)} | {(file.stem, str(file))})
    registry = load_registry()
    plugins, words = set(), set()
    for plugin, entry in entry_points([]):
        names = {plugin.name, entry.value, plugin.distribution}
        words |= names
        if target in names:
            plugins.add((plugin.name, plugin.distribution))
    if not plugins:
        if owner := next((p for thing, p in registry.plugins.items() if thing.partition(" ")[2] == target), None):
            raise KaditaError(
                f"expected a plugin; '{target}' is of {owner}: kadita plugins check {owner.name} -m {target}"
            )
        raise KaditaError(f"there is no plugin '{target}'{did_you_mean(target, words)}; a file is named FILE.py")
    for name, distribution in sorted(plugins):
        for problem in registry.problems:
            if problem.startswith(f"plugin {name} ({distribution} "):
                raise PluginError(problem)
    return registry, [], _things(registry, plugins)


def _things(registry: Registry, plugins: set[tuple[str, str]]) -> Things:
    found = ((thing.partition(" "), plugin) for thing, plugin in registry.plugins.items())
    return [(what, name) for (what, _, name), plugin in found if (plugin.name, plugin.distribution) in plugins]


def examine_plugin(
    registry: Registry,
    things: Things,
    *,
    files: Iterable[Path] = (),
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    tracks: Path | None = None,
) -> tuple[dict[str, list[Promise]], list[str]]:
    """Examine what a plugin brings.

    Args:
        registry: what is installed, with it.
        things: what it brings, as `brought_by` finds it.
        files: its file, where it is one.
        parameters: by metric, analysis, model or importer.
        tracks: a file for its importers.

    Returns:
        Promises by ``"metric NAME"``; what was not tried, and why.

    Raises:
        KaditaError: parameters of what the plugin does not bring, or a file that is not there.
    """
    brought = [name for _, name in things]
    given = _by_name(registry, things, dict(parameters or {}))
    for name in given:
        if name not in brought:
            hint = did_you_mean(name, brought)
            raise KaditaError(f"--set: expected NAME.PARAMETER=VALUE of {', '.join(brought)}; got '{name}'{hint}")
    importers = [name for what, name in things if what == "importer"]
    reader = _reader(registry, importers, tracks) if tracks is not None else None
    found: dict[str, list[Promise]] = {}
    untried: list[str] = []
    others = list(registry.metrics.values())
    for what, name in things:
        values = given.get(name, {})
        try:
            if what == "metric":
                found[f"metric {name}"] = examine_metric(registry.metrics[name], others=others, **values)
            elif what == "analysis":
                found[f"analysis {name}"] = examine_analysis(registry.analyses[name], others=others, **values)
            elif what == "model":
                found[f"model {name}"] = examine_model(_made(registry, name, values))
            elif what == "scenario":
                found[f"scenario {name}"] = [_loads(registry, name)]
            elif what == "profile":
                found[f"profile {name}"] = [_applies(registry, name)]
            elif tracks is None:
                untried.append(f"importer {name}: it needs a file to read, --tracks FILE")
            elif name != reader:
                untried.append(f"importer {name}: {tracks} is not of its kind")
            else:
                found[f"importer {name}"] = examine_importer(registry.importers[name], tracks, **values)
        except PluginError:
            raise
        except KaditaError as error:
            untried.append(f"{what} {name}: {error}")
    names = [name for what, name in things if what in ("metric", "analysis") and f"{what} {name}" in found]
    flat = {f"{name}.{key}": value for name, values in given.items() for key, value in values.items()}
    shared = examine_sharing(names, plugins=files, parameters=flat) if names else {}
    for what, name in things:
        if name in shared and f"{what} {name}" in found:
            found[f"{what} {name}"].append(shared[name])
    return found, untried


def _by_name(registry: Registry, things: Things, given: dict[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Give parameters that name no metric to all that have them.

    Raises:
        KaditaError: nothing has one.
    """
    for key, value in given.pop("*", {}).items():
        having = [name for what, name in things if key in _parameters(registry, what, name)]
        if not having:
            raise KaditaError(f"--set: nothing of {', '.join(name for _, name in things)} has a parameter '{key}'")
        for name in having:
            given[name] = {key: value, **given.get(name, {})}
    return given


def _parameters(registry: Registry, what: str, name: str) -> Iterable[str]:
    """Return the names of the parameters of a metric, an analysis, a model or an importer."""
    if what == "model":
        return registry.models[name].model_fields
    if what in ("scenario", "profile"):
        return ()
    shelf: Any = {"metric": registry.metrics, "analysis": registry.analyses, "importer": registry.importers}[what]
    fields: Mapping[str, Any] = shelf[name].parameters.model_fields
    return fields


def _made(registry: Registry, name: str, values: Mapping[str, Any]) -> Model:
    """Return the model with the parameters of a scenario of its own, or with those that are given.

    Raises:
        KaditaError: neither is enough.
    """
    from pydantic import ValidationError

    from kadita.simulation.configuration import load_configuration

    own = registry.plugin_of("model", name)
    for scenario in registry.scenarios:
        if registry.plugin_of("scenario", scenario) == own:
            try:
                configuration = load_configuration(scenario, registry=registry)
            except KaditaError:
                continue
            if configuration.model == name:
                return configuration.parameters.model_copy(update=dict(values))
    usual = {"agents": 50, "box": 10.0, "speed": 1.0, "time_step": 0.1}
    try:
        return registry.models[name](**(usual | dict(values)))
    except ValidationError as error:
        lacking = [str(first["loc"][0]) for first in error.errors() if first["type"] == "missing"]
        hint = " ".join(f"--set {name}.{key}=VALUE" for key in lacking)
        raise KaditaError(f"it needs parameters: {hint or error.errors()[0]['msg']}") from None


def _reader(registry: Registry, importers: list[str], tracks: Path) -> str | None:
    """Return which importer of a plugin the file is for: its only one, or the one that recognizes it.

    Raises:
        KaditaError: there is no such file, or none recognizes it.
    """
    if not tracks.exists():
        raise KaditaError(f"{tracks}: there is no such file")
    if len(importers) == 1:
        return importers[0]
    found = find_importer(registry, tracks, None)
    return found.name if found else None


def _loads(registry: Registry, name: str) -> Promise:
    from kadita.simulation.configuration import load_configuration

    try:
        configuration = load_configuration(name, registry=registry)
    except KaditaError as error:
        return Promise("it can be run", False, str(error))
    return Promise("it can be run", True, f"{configuration.model}, {configuration.steps} steps")


def _applies(registry: Registry, name: str) -> Promise:
    try:
        plan = make_plan(registry, profile=load_profile(name, registry))
    except KaditaError as error:
        return Promise("its metrics can be computed", False, str(error))
    return Promise("its metrics can be computed", True, f"{len(plan.wanted)} metrics")
