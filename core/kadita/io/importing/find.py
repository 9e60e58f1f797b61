"""Which importer reads a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.files import NETCDF_ENDINGS, first_bytes
from kadita.io.isolated.importers import read, recognizes
from kadita.plugins.declaration.importer import Importer, Tracks
from kadita.plugins.registry import Registry

COMPRESSED = ".gz"


def ending_of(path: Path) -> str:
    """Return the ending of a file in lower case, that of ``tracks.csv.gz`` being ``.csv``; ``""`` for a folder."""
    if path.is_dir():
        return ""
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() or suffix if suffix == COMPRESSED else suffix


def find_importer(registry: Registry, source: Path, name: str | None) -> Importer | None:
    """Return the importer of this name, or the one that recognizes the file; None if no importer reads such files.

    None is returned too for a NetCDF file or folder that no importer recognizes: `kadita.open` reads it or raises.

    Raises:
        KaditaError: the file or the importer does not exist, not exactly one importer recognizes the file, or another
            one than the named one does.
    """
    if name is not None:
        return _named(registry, source, name)
    ending = ending_of(source)
    candidates = [i for i in registry.importers.values() if ending in i.endings]
    if candidates and ending:
        first_bytes(source)
    matches = [i for i in candidates if recognizes(registry, i, source)]
    matches = [i for i in matches if not i.fallback] or matches
    if len(matches) > 1:
        raise KaditaError(f"{source}: matches {' and '.join(i.name for i in matches)}; name one with --from")
    if candidates and not matches and ending not in ("", *NETCDF_ENDINGS):
        names = " or ".join(i.name for i in candidates)
        raise KaditaError(
            f"{source}: expected a file that {names} reads; found something else; --from {candidates[0].name} "
            "reports what is wrong"
        )
    return matches[0] if matches else None


def read_tracks(registry: Registry, importer: Importer, source: Path, values: Mapping[str, Any]) -> Tracks:
    """Return the tracks of a file, read with these parameters.

    Raises:
        KaditaError: it cannot be read; the message names another importer that recognizes it.
    """
    try:
        return read(registry, importer, source, values)
    except KaditaError as error:
        if type(error) is not KaditaError or not (others := _others(registry, source, importer)):
            raise
        raise KaditaError(f"{error}; it is a file of {others[0].name}: --from {others[0].name}") from None


def _named(registry: Registry, source: Path, name: str) -> Importer:
    if name not in registry.importers:
        hint = did_you_mean(name, registry.importers) or f"; there are: {', '.join(registry.importers)}"
        raise KaditaError(f"--from: there is no importer '{name}'{hint}")
    chosen = registry.importers[name]
    if not (source.is_dir() and "" in chosen.endings):
        first_bytes(source)
    if not recognizes(registry, chosen, source) and (others := _others(registry, source, chosen)):
        raise KaditaError(
            f"{source}: expected a file of {name}; this is one of {others[0].name}, which is chosen without --from"
        )
    return chosen


def _others(registry: Registry, source: Path, chosen: Importer) -> list[Importer]:
    """Return the other importers that recognize a file, without those of any file."""
    ending = ending_of(source)
    others = [i for i in registry.importers.values() if i is not chosen and not i.fallback and ending in i.endings]
    return [i for i in others if recognizes(registry, i, source)]
