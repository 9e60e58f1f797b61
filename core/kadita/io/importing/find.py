"""Which importer reads a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.files import first_bytes
from kadita.io.importing.guess import guess
from kadita.io.quiet import quiet_mdanalysis
from kadita.plugins.declaration.importer import Importer, Tracks, any_file
from kadita.plugins.registry import Registry

COMPRESSED = ".gz"
# endings of molecular dynamics, of which no content is looked at for tracks; MDAnalysis knows more
TRAJECTORIES = (
    ".nc", ".nc4", ".xtc", ".trr", ".dcd", ".h5md", ".gsd", ".lammpstrj", ".xyz", ".pdb", ".gro", ".ncdf", ".netcdf",
    ".ncrst", ".lammpsdump", ".tng",
)  # fmt: skip
SHOWN = 11  # of them in messages


def ending_of(path: Path) -> str:
    """Return the ending of a file in lower case, that of ``tracks.csv.gz`` being ``.csv``; ``""`` for a folder."""
    if path.is_dir():
        return ""
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() or suffix if suffix == COMPRESSED else suffix


def find_importer(registry: Registry, source: Path, name: str | None) -> Importer | None:
    """Return the importer of this name, or the one that recognizes the file; None if no importer reads such files.

    A file whose ending is unknown, or of importers that do not recognize it, is recognized by its content alone where
    exactly one importer does. None is returned too for a NetCDF file or folder that no importer recognizes:
    `kadita.open` reads it or raises.

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
    matches = [i for i in candidates if i.recognizes(source)]
    matches = [i for i in matches if not i.fallback] or matches
    if len(matches) > 1:
        raise KaditaError(f"{source}: matches {' and '.join(i.name for i in matches)}; name one with --from")
    if not matches and not source.is_dir() and ending not in TRAJECTORIES and (candidates or _is_unknown(source)):
        first_bytes(source)
        if (found := _by_content(registry, source)) is None:
            raise KaditaError(refusal(registry, source))
        return found
    return matches[0] if matches else None


def refusal(registry: Registry, source: Path) -> str:
    """Return the line that says what a file is, where nothing can read it: tracks first, then trajectories."""
    what, advice, _ = guess(source)
    near = [i.name for i in registry.importers.values() if ending_of(source) in i.endings]
    if not advice:
        advice = f"--from {near[0]} reports what is wrong" if near else "name its importer with --from if it is of one"
    return (
        f"{source}: expected tracks of animals ({', '.join(registry.importers)}) or a trajectory of molecular dynamics "
        f"({', '.join(TRAJECTORIES[:SHOWN])}, ...); found {what}; {advice}"
    )


def _by_content(registry: Registry, source: Path) -> Importer | None:
    """Return the only importer that recognizes a file whatever its ending, or that of tables for a table of text.

    Raises:
        KaditaError: several recognize it.
    """
    matches = [i for i in registry.importers.values() if _knows(i, source)]
    if len(matches) > 1:
        raise KaditaError(f"{source}: matches {' and '.join(i.name for i in matches)}; name one with --from")
    if not matches and guess(source).columns:
        matches = [i for i in registry.importers.values() if i.fallback and "columns" in i.parameters.model_fields]
    return matches[0] if matches else None


def _is_unknown(source: Path) -> bool:
    """Return whether MDAnalysis does not know the ending of a file either."""
    with quiet_mdanalysis() as mda:
        try:
            mda.coordinates.core.get_reader_for(str(source))
        except (ValueError, TypeError):
            return True
    return False


def read_tracks(registry: Registry, importer: Importer, source: Path, values: Mapping[str, Any]) -> Tracks:
    """Return the tracks of a file, read with these parameters.

    Raises:
        KaditaError: it cannot be read; the message names another importer that recognizes it.
    """
    try:
        return importer.read(source, values)
    except KaditaError as error:
        others = _others(registry, source, importer)
        if type(error) is not KaditaError:
            raise
        if not others:
            if importer.fallback and guess(source).columns or _knows(importer, source):
                raise
            raise KaditaError(f"{error}; the file is {guess(source).what}") from None
        raise KaditaError(f"{error}; it is a file of {others[0].name}: --from {others[0].name}") from None


def _named(registry: Registry, source: Path, name: str) -> Importer:
    if name not in registry.importers:
        hint = did_you_mean(name, registry.importers) or f"; there are: {', '.join(registry.importers)}"
        raise KaditaError(f"--from: there is no importer '{name}'{hint}")
    chosen = registry.importers[name]
    if not source.is_dir():
        first_bytes(source)
    by_ending = chosen.recognizes is any_file or chosen.fallback
    if ending_of(source) in chosen.endings if by_ending else chosen.recognizes(source):
        return chosen
    if others := _others(registry, source, chosen):
        raise KaditaError(
            f"{source}: expected a file of {name}; this is one of {others[0].name}, which is chosen without --from"
        )
    if source.is_dir() and "" not in chosen.endings:
        first_bytes(source)
    if ending_of(source) not in chosen.endings and not chosen.fallback and guess(source).columns:
        raise KaditaError(f"{source}: expected a file of {name}; found {guess(source).what}; leave out --from")
    return chosen


def _others(registry: Registry, source: Path, chosen: Importer) -> list[Importer]:
    """Return the other importers that recognize a file, those of its ending first, without those of any file."""
    ending = ending_of(source)
    others = [i for i in registry.importers.values() if i is not chosen]
    same = [i for i in others if ending in i.endings and not i.fallback and i.recognizes(source)]
    if same or ending in ("", *TRAJECTORIES):
        return same
    return [i for i in others if _knows(i, source)]


def _knows(importer: Importer, source: Path) -> bool:
    """Return whether an importer recognizes a file by its content."""
    return not importer.fallback and importer.recognizes is not any_file and importer.recognizes(source)
