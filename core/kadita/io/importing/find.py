"""Which importer reads a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError, did_you_mean
from kadita.base.files import first_bytes
from kadita.io.importing.guess import guess
from kadita.io.isolated.child import LibraryFailed
from kadita.io.isolated.importers import read, recognizes
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
    matches = _recognizing(registry, candidates, source)
    matches = [i for i in matches if not i.fallback] or matches
    if matches:
        return _only(matches, source)
    if source.is_dir() or ending in TRAJECTORIES or not (candidates or _is_unknown(source)):
        return None
    first_bytes(source)
    matches = _recognizing(registry, _of_content(registry), source)
    if not matches and guess(source).columns:  # a table of text, whatever its ending
        matches = [i for i in registry.importers.values() if i.fallback and "columns" in i.parameters.model_fields]
    if not matches:
        raise KaditaError(refusal(registry, source))
    return _only(matches, source)


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


def read_tracks(registry: Registry, importer: Importer, source: Path, values: Mapping[str, Any]) -> Tracks:
    """Return the tracks of a file, read with these parameters.

    Raises:
        KaditaError: it cannot be read; the message names another importer that recognizes it, or what the file is.
    """
    try:
        return read(registry, importer, source, values)
    except KaditaError as error:
        if type(error) is not KaditaError:
            raise
        message = " ".join(str(error).splitlines())  # names in a file can have line breaks
        if others := _others(registry, source, importer):
            message += f"; it is a file of {others[0].name}: --from {others[0].name}"
        elif not (importer.fallback and guess(source).columns or _knows(registry, importer, source)):
            message += f"; the file is {guess(source).what}"
        raise KaditaError(message) from None


def _named(registry: Registry, source: Path, name: str) -> Importer:
    if name not in registry.importers:
        hint = did_you_mean(name, registry.importers) or f"; there are: {', '.join(registry.importers)}"
        raise KaditaError(f"--from: there is no importer '{name}'{hint}")
    chosen = registry.importers[name]
    if not (source.is_dir() and ("" in chosen.endings or _others(registry, source, chosen))):
        first_bytes(source)
    by_ending = chosen.recognizes is any_file or chosen.fallback
    if ending_of(source) in chosen.endings if by_ending else _knows(registry, chosen, source):
        return chosen
    if others := _others(registry, source, chosen):
        what = "a folder of" if source.is_dir() else "one of"
        raise KaditaError(
            f"{source}: expected a file of {name}; this is {what} {others[0].name}, which is chosen without --from"
        )
    return chosen


def _others(registry: Registry, source: Path, chosen: Importer) -> list[Importer]:
    """Return the other importers that recognize a file: those of its ending, or else any."""
    ending = ending_of(source)
    others = [i for i in registry.importers.values() if i is not chosen and ending in i.endings]
    same = [i for i in others if not i.fallback and _knows(registry, i, source, whatever=True)]
    if same or ending in ("", *TRAJECTORIES):
        return same
    return [i for i in _of_content(registry) if i is not chosen and _knows(registry, i, source)]


def _of_content(registry: Registry) -> list[Importer]:
    """Return the importers that recognize files by their content."""
    return [i for i in registry.importers.values() if not i.fallback and i.recognizes is not any_file]


def _knows(registry: Registry, importer: Importer, source: Path, *, whatever: bool = False) -> bool:
    """Return whether an importer recognizes a file, by its content unless `whatever`; False if it cannot be read."""
    if not whatever and (importer.fallback or importer.recognizes is any_file):
        return False
    try:
        return recognizes(registry, importer, source)
    except LibraryFailed:  # on a file that the next library should not be given
        raise
    except KaditaError:
        return False


def _recognizing(registry: Registry, importers: Iterable[Importer], source: Path) -> list[Importer]:
    """Return those that recognize a file.

    Raises:
        KaditaError: none does but those of any file, and one could not tell, because a package is missing or the file
            is damaged.
    """
    matches, doubts = [], []
    for importer in importers:
        try:
            matches += [importer] * recognizes(registry, importer, source)
        except LibraryFailed:
            raise
        except KaditaError as error:
            doubts.append(error)
    if doubts and all(i.fallback for i in matches):
        raise doubts[0]
    return matches


def _only(matches: list[Importer], source: Path) -> Importer:
    if len(matches) > 1:
        raise KaditaError(f"{source}: matches {' and '.join(i.name for i in matches)}; name one with --from")
    return matches[0]


def _is_unknown(source: Path) -> bool:
    """Return whether MDAnalysis does not know the ending of a file either."""
    with quiet_mdanalysis() as mda:
        try:
            mda.coordinates.core.get_reader_for(str(source))
        except (ValueError, TypeError):
            return True
    return False
