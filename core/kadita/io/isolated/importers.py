"""Importers of binary files, called in the child process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError, describe_error
from kadita.io.isolated.calls import called
from kadita.io.isolated.child import AVAILABLE
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
    return AVAILABLE and importer.binary and plugin is not None and bool(plugin.distribution)


def _asked(registry: Registry, importer: Importer, source: Path, function: Callable[..., Any], *more: Any) -> Any:
    files: Files = tuple(registry.files.items())
    by = f"the importer {importer.name}"
    return called(function, files, importer.name, source, *more, files=[source], by=by)


def _recognizes(files: Files, name: str, source: Path) -> bool:
    return load_same(files).importers[name].recognizes(source)


def _read(files: Files, name: str, source: Path, values: Mapping[str, Any]) -> Tracks:
    try:
        return load_same(files).importers[name].read(source, values)
    except (KaditaError, MemoryError):
        raise
    except Exception as error:  # a damaged file can make a library raise any exception
        raise KaditaError(f"{source}: {name} cannot read it: {describe_error(error)}") from None
