"""Checks of all metrics, analyses, models, scenarios and importers of a plugin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError, PluginError, did_you_mean
from kadita.io.importing.find import find_importer
from kadita.models.model import Model
from kadita.plugins.loading import entry_points, load_registry
from kadita.plugins.registry import Registry
from kadita.testing.analyses import examine_analysis
from kadita.testing.checks import Check
from kadita.testing.importers import examine_importer
from kadita.testing.metrics import examine_metric
from kadita.testing.models import examine_model
from kadita.testing.partitions import examine_sharing

Definitions = list[tuple[str, str]]  # kind and name: ("metric", "polarization")


def brought_by(target: str) -> tuple[Registry, list[Path], Definitions]:
    """Find a plugin by its file, its name, its module or its distribution.

    Returns:
        The registry that includes it; its file, for a plugin file; kinds and names of what it provides.

    Raises:
        PluginError: the plugin cannot be loaded.
        KaditaError: there is no such plugin.
    """
    if target.endswith(".py"):
        file = Path(target)
        if not file.is_file():
            raise KaditaError(f"{target}: there is no such file")
        try:
            registry = load_registry([file])
        except KaditaError as error:
            raise PluginError(str(error)) from error
        return registry, [file], _definitions(registry, {(file.stem, target)} | {(file.stem, str(file))})
    registry = load_registry()
    plugins, known = set(), set()
    for plugin, entry in entry_points([]):
        names = {plugin.name, entry.value, plugin.distribution}
        known |= names
        if target in names:
            plugins.add((plugin.name, plugin.distribution))
    if not plugins:
        if owner := next((p for key, p in registry.plugins.items() if key.partition(" ")[2] == target), None):
            raise KaditaError(
                f"expected a plugin; '{target}' belongs to {owner}: kadita plugins check {owner.name} -m {target}"
            )
        raise KaditaError(f"there is no plugin '{target}'{did_you_mean(target, known)}; a plugin file ends in .py")
    for name, distribution in sorted(plugins):
        for problem in registry.problems:
            if problem.startswith(f"plugin {name} ({distribution} "):
                raise PluginError(problem)
    return registry, [], _definitions(registry, plugins)


def _definitions(registry: Registry, plugins: set[tuple[str, str]]) -> Definitions:
    found = ((key.partition(" "), plugin) for key, plugin in registry.plugins.items())
    return [(what, name) for (what, _, name), plugin in found if (plugin.name, plugin.distribution) in plugins]


def examine_plugin(
    registry: Registry,
    definitions: Definitions,
    *,
    files: Iterable[Path] = (),
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    tracks: Path | None = None,
) -> tuple[dict[str, list[Check]], list[str]]:
    """Check what a plugin provides.

    Args:
        registry: the registry that includes the plugin.
        definitions: kinds and names of what it provides, as `brought_by` returns them.
        files: its file, for a plugin file.
        parameters: parameters by the name of a metric, analysis, model or importer.
        tracks: a file for its importers.

    Returns:
        Checks by ``"metric NAME"``; what could not be checked, and why.

    Raises:
        KaditaError: parameters for a name that the plugin does not provide, or a file that does not exist.
    """
    provided = [name for _, name in definitions]
    given = _by_name(registry, definitions, dict(parameters or {}))
    for name in given:
        if name not in provided:
            hint = did_you_mean(name, provided)
            raise KaditaError(f"--set: expected NAME.PARAMETER=VALUE of {', '.join(provided)}; got '{name}'{hint}")
    importers = [name for what, name in definitions if what == "importer"]
    reader = _reader(registry, importers, tracks) if tracks is not None else None
    found: dict[str, list[Check]] = {}
    untried: list[str] = []
    others = list(registry.metrics.values())
    for what, name in definitions:
        values = given.get(name, {})
        try:
            if what == "metric":
                found[f"metric {name}"] = examine_metric(registry.metrics[name], others=others, **values)
            elif what == "analysis":
                found[f"analysis {name}"] = examine_analysis(registry.analyses[name], others=others, **values)
            elif what == "model":
                found[f"model {name}"] = examine_model(_model(registry, name, values))
            elif what == "scenario":
                found[f"scenario {name}"] = [_loads(registry, name)]
            elif tracks is None:
                untried.append(f"importer {name}: it needs a file to read, --tracks FILE")
            elif name != reader:
                untried.append(f"importer {name}: {tracks} is not a file of its format")
            else:
                found[f"importer {name}"] = examine_importer(registry.importers[name], tracks, **values)
        except PluginError:
            raise
        except KaditaError as error:
            untried.append(f"{what} {name}: {error}")
    names = [name for what, name in definitions if what in ("metric", "analysis") and f"{what} {name}" in found]
    flat = {f"{name}.{key}": value for name, values in given.items() for key, value in values.items()}
    shared = examine_sharing(names, plugins=files, parameters=flat) if names else {}
    for what, name in definitions:
        if name in shared and f"{what} {name}" in found:
            found[f"{what} {name}"].append(shared[name])
    return found, untried


def _by_name(
    registry: Registry, definitions: Definitions, given: dict[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """Assign parameters without a metric's name to all that have them.

    Raises:
        KaditaError: none has such a parameter.
    """
    for key, value in given.pop("*", {}).items():
        owners = [name for what, name in definitions if key in _parameters(registry, what, name)]
        if not owners:
            raise KaditaError(f"--set: none of {', '.join(name for _, name in definitions)} has a parameter '{key}'")
        for name in owners:
            given[name] = {key: value, **given.get(name, {})}
    return given


def _parameters(registry: Registry, what: str, name: str) -> Iterable[str]:
    """Return the names of the parameters of a metric, an analysis, a model or an importer."""
    if what == "model":
        return registry.models[name].model_fields
    if what == "scenario":
        return ()
    shelf: Any = {"metric": registry.metrics, "analysis": registry.analyses, "importer": registry.importers}[what]
    fields: Mapping[str, Any] = shelf[name].parameters.model_fields
    return fields


def _model(registry: Registry, name: str, values: Mapping[str, Any]) -> Model:
    """Return the model with the parameters of a scenario of the same plugin, or with defaults and those given.

    Raises:
        KaditaError: parameters are missing or invalid.
    """
    from pydantic import ValidationError

    from kadita.simulation.configuration import load_configuration

    plugin = registry.plugin_of("model", name)
    for scenario in registry.scenarios:
        if registry.plugin_of("scenario", scenario) == plugin:
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
        missing = [str(first["loc"][0]) for first in error.errors() if first["type"] == "missing"]
        hint = " ".join(f"--set {name}.{key}=VALUE" for key in missing)
        raise KaditaError(f"it needs parameters: {hint or error.errors()[0]['msg']}") from None


def _reader(registry: Registry, importers: list[str], tracks: Path) -> str | None:
    """Return the importer of a plugin that reads the file: its only one, or the one that recognizes the file.

    Raises:
        KaditaError: there is no such file, or no importer recognizes it.
    """
    if not tracks.exists():
        raise KaditaError(f"{tracks}: there is no such file")
    if len(importers) == 1:
        return importers[0]
    found = find_importer(registry, tracks, None)
    return found.name if found else None


def _loads(registry: Registry, name: str) -> Check:
    from kadita.simulation.configuration import load_configuration

    try:
        configuration = load_configuration(name, registry=registry)
    except KaditaError as error:
        return Check("it can be loaded", False, str(error))
    return Check("it can be loaded", True, f"{configuration.model}, {configuration.steps} steps")
