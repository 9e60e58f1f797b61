"""Importers of binary files, called in the child process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from kadita.io.isolated.calls import called
from kadita.plugins.declaration.importer import Importer, Tracks
from kadita.plugins.loading import load_same
from kadita.plugins.registry import Registry

Files = tuple[tuple[str, str], ...]


def recognizes(registry: Registry, importer: Importer, source: Path) -> bool:
    """Return whether a file has the importer's format.

    Raises:
        KaditaError: the library that reads it crashed, or took too much memory or time.
    """
    if not _is_isolated(registry, importer):
        return importer.recognizes(source)
    return _asked(registry, importer, source, _recognizes)


def read(registry: Registry, importer: Importer, source: Path, values: Mapping[str, Any]) -> Tracks:
    """Return the tracks of a file, read with these parameters; see `Importer.read`.

    Raises:
        KaditaError: it cannot be read, or the library that reads it crashed, or took too much memory or time.
    """
    if not _is_isolated(registry, importer):
        return importer.read(source, values)
    return _asked(registry, importer, source, _read, dict(values))


def _is_isolated(registry: Registry, importer: Importer) -> bool:
    """Whether its files can do harm, and the child process can find it: in an installed plugin, or in a file."""
    plugin = registry.plugins.get(f"importer {importer.name}")
    return importer.binary and plugin is not None and bool(plugin.distribution)


def _asked(registry: Registry, importer: Importer, source: Path, function: Callable[..., Any], *more: Any) -> Any:
    module, files = importer.function.__module__, tuple(registry.files.items())
    is_in_file = registry.plugin_of("importer", importer.name).distribution in registry.files
    if is_in_file or getattr(sys.modules.get(module), importer.name, None) is not importer:
        module = ""
    by = f"the importer {importer.name}"
    return called(function, module, files, importer.name, source, *more, files=[source], by=by)


def _importer(module: str, files: Files, name: str) -> Importer:
    """Return the importer of this name: of a module, which takes less time than to load all plugins, or of these."""
    return getattr(import_module(module), name) if module else load_same(files).importers[name]


def _recognizes(module: str, files: Files, name: str, source: Path) -> bool:
    return _importer(module, files, name).recognizes(source)


def _read(module: str, files: Files, name: str, source: Path, values: Mapping[str, Any]) -> Tracks:
    return _importer(module, files, name).read(source, values)
