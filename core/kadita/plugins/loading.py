"""Finds and loads plugins one by one; a plugin that fails does not affect the others."""

from __future__ import annotations

import importlib.metadata
import inspect
import itertools
import traceback
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pluggy

from kadita.base.errors import KaditaError, PluginError, describe_error
from kadita.plugins import hooks
from kadita.plugins.declaration.declared import Declared
from kadita.plugins.plugin_file import import_file
from kadita.plugins.registry import Plugin, Registry


def load_registry(files: Iterable[str | Path] = ()) -> Registry:
    """Load all installed plugins, and these plugin files.

    An installed plugin that cannot be loaded is left out, and named in `Registry.problems`.

    Raises:
        KaditaError: a plugin file cannot be loaded; unlike an installed plugin it was requested.
    """
    registry = _installed().copy()
    manager = _manager()
    for file in dict.fromkeys(map(Path, files)):
        plugin = Plugin(file.stem, str(file), "")
        try:
            module, registry.files[str(file)] = import_file(file)
            _register(registry, manager, plugin, module)
        except (Exception, SystemExit) as error:
            raise KaditaError(f"plugin file {file}: {_reason(error)}") from error
    return registry


@lru_cache(maxsize=4)
def load_same(files: tuple[tuple[str, str], ...]) -> Registry:
    """Load plugin files as another process has loaded them: their paths, and the checksums in its `Registry.files`.

    Done once per process, since pickled objects refer to their classes by name, and a class must exist once.

    Raises:
        KaditaError: the content of a file has changed.
    """
    registry = load_registry(path for path, _ in files)
    for path, checksum in files:
        if registry.files[path] != checksum:
            raise KaditaError(f"plugin file {path}: changed since this work began; run it again")
    return registry


@cache
def _installed() -> Registry:
    """Load the installed plugins, once per process."""
    registry, manager = Registry(), _manager()
    for plugin, entry in entry_points(registry.problems):
        try:
            if not entry.pattern.match(entry.value):
                raise PluginError(f"expected the name of a module in its entry point; got {entry.value!r}")
            _register(registry, manager, plugin, entry.load())
        except (Exception, SystemExit) as error:  # the module of a plugin can raise any exception
            registry.problems.append(f"plugin {plugin} is left out: {_reason(error)}")
    return registry


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(hooks.GROUP)
    manager.add_hookspecs(hooks)
    return manager


def entry_points(problems: list[str]) -> list[tuple[Plugin, importlib.metadata.EntryPoint]]:
    """Return the entry points of all plugins, kadita's first, so that no other plugin can take a built-in name.

    Distributions are read one by one, so that damaged files of one do not affect the others.
    """
    found: dict[str, list[tuple[Plugin, importlib.metadata.EntryPoint]]] = {}
    for dist in importlib.metadata.distributions():
        name = "?"
        try:
            if hooks.GROUP not in (dist.read_text("entry_points.txt") or ""):
                continue
            name, version = _fact(dist, "Name"), _fact(dist, "Version")
            entries = [(Plugin(e.name, name, version), e) for e in dist.entry_points.select(group=hooks.GROUP)]
            found.setdefault(name, entries)  # the first distribution of a name counts, as for import
        except Exception as error:
            problems.append(
                f"distribution {name} is left out: its entry points cannot be read: {describe_error(error)}"
            )
    return sorted(
        itertools.chain.from_iterable(found.values()),
        key=lambda pair: (pair[0].distribution != "kadita", pair[0].distribution, pair[0].name),
    )


def _fact(dist: importlib.metadata.Distribution, key: str) -> str:
    try:
        return dist.metadata[key] or "?"
    except KeyError:  # Python 3.12 and later, for damaged metadata
        return "?"


def _register(registry: Registry, manager: pluggy.PluginManager, plugin: Plugin, module: Any) -> None:
    manager.register(module, name=f"{plugin.distribution}:{plugin.name}")
    try:
        manager.check_pending()
        undecorated = [n for n, v in vars(module).items() if n.startswith("kadita_") and _is_bare_hook(v)]
        if undecorated:
            raise PluginError(f"{undecorated[0]} looks like a hook but lacks @hookimpl")
        definitions = {}
        for hook in _hook_names():
            for implementation in getattr(manager.hook, hook).get_hookimpls():
                if implementation.plugin is module:
                    returned = implementation.function()
                    if not isinstance(returned, list | tuple):
                        raise PluginError(
                            f"{hook}: expected a list; got {getattr(returned, '__name__', type(returned).__name__)}"
                        )
                    definitions[hook.removeprefix(f"{hooks.GROUP}_")] = returned
        if not definitions:
            raise PluginError(f"it implements no hook; expected one of {', '.join(_hook_names())}, with @hookimpl")
        title = (inspect.getdoc(module) or "").partition("\n")[0].rstrip(".")
        registry.add(replace(plugin, title=title), **definitions)
    except BaseException:
        manager.unregister(module)
        raise


def _is_bare_hook(value: Any) -> bool:
    return callable(value) and not isinstance(value, Declared) and not hasattr(value, f"{hooks.GROUP}_impl")


def _reason(error: BaseException) -> str:
    if isinstance(error, KaditaError):
        return str(error)
    if isinstance(error, pluggy.PluginValidationError):  # its message ends with the location of the module
        return f"{str(error).partition(' in plugin ')[0]}; expected one of {', '.join(_hook_names())}"
    where = "" if isinstance(error, SyntaxError) else _innermost_line(error)
    return f"{describe_error(error)}{where}"


def _hook_names() -> list[str]:
    return [name for name in vars(hooks) if name.startswith("kadita_")]


def _innermost_line(error: BaseException) -> str:
    trace = [t for t in traceback.extract_tb(error.__traceback__) if not t.filename.startswith("<frozen")]
    return f" ({Path(trace[-1].filename).name}, line {trace[-1].lineno})" if trace else ""
