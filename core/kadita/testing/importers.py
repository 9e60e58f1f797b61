"""Checks of importers, on a file of their format and on files of other formats."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, describe_error
from kadita.base.signature import checked
from kadita.io.importing.find import find_importer
from kadita.plugins.declaration.importer import Importer, Tracks
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Plugin
from kadita.school.box import Floats
from kadita.testing.checks import Check, outcome, require_passed

FOREIGN: Mapping[str, bytes] = {
    "an empty file": b"",
    "a file of zeros": bytes(4096),
    "a file of noise": np.random.default_rng(1).bytes(4096),
    "a letter": b"Dear reader,\nthis is no file of tracks, whatever its name ends with.\n",
}


def check_importer(importer: Importer, path: str | Path, /, **parameters: Any) -> list[Check]:
    """Return the checks of an importer if all pass; see `examine_importer`.

    Raises:
        AssertionError: checks failed, which are named.
        KaditaError: an unknown or invalid parameter.

    >>> from kadita.plugins.loading import load_registry
    >>> from kadita.testing import check_importer
    >>> importer = load_registry().importers["trackdf"]
    >>> checks = check_importer(importer, "tracks.csv")
    >>> all(check.passed in (True, None) for check in checks)
    True
    """
    return require_passed(f"importer {importer.name}", examine_importer(importer, path, **parameters))


def examine_importer(importer: Importer, path: str | Path, /, **parameters: Any) -> list[Check]:
    """Check an importer on a file of its format, and return all checks.

    Args:
        importer: decorated with `kadita.importer`.
        path: a file, or a folder, of the importer's format.
        parameters: parameters of the importer.

    Raises:
        KaditaError: an unknown or invalid parameter.

    >>> from kadita.plugins.loading import load_registry
    >>> from kadita.testing import examine_importer
    >>> importer = load_registry().importers["trackdf"]
    >>> examine_importer(importer, "tracks.csv")[0]
    Check(name='it is documented', passed=True, detail='')
    """
    path = Path(path)
    checked(importer.name, importer.parameters, parameters)
    before = _digest(path)
    checks = [
        outcome("it is documented", [] if importer.summary else ["expected a docstring; found none"], ""),
        outcome("it is the one that recognizes the file", _not_found(importer, path), path.name),
        outcome("it recognizes no file of another format", _claims(importer), f"{len(FOREIGN)} files of other formats"),
    ]
    try:
        tracks, again = importer.read(path, parameters), importer.read(path, parameters)
    except Exception as error:  # the importer of a plugin can raise any exception
        return [*checks, Check("it reads the file", False, describe_error(error))]
    shape = "x".join(map(str, np.shape(tracks.positions)))
    differs = [] if _bits(tracks) == _bits(again) else ["the tracks of two readings differ"]
    changed = [] if _digest(path) == before else [f"{path.name} was modified"]
    return [
        *checks,
        outcome("it reads the file", _impossible(tracks), f"positions {shape}"),
        outcome("same file, same tracks", differs, "read twice"),
        outcome("units are declared, or None if unknown", _units(tracks), _declared_units(tracks)),
        outcome("the file is not modified", changed, path.name),
        outcome("truncated and foreign files raise KaditaError", _refusals(importer, path, parameters), "all do"),
    ]


def _not_found(importer: Importer, path: Path) -> Iterator[str]:
    registry = load_registry().copy()
    registry.importers[importer.name] = importer
    registry.plugins[f"importer {importer.name}"] = Plugin("under test", "", "")
    try:
        found = find_importer(registry, path, None)
    except Exception as error:
        yield describe_error(error)
        return
    if found is not importer:
        yield f"{path.name} is read by {found.name if found else 'no importer'}; the endings are {importer.endings}"


def _claims(importer: Importer) -> Iterator[str]:
    if importer.fallback:  # it may recognize any file
        return
    with tempfile.TemporaryDirectory() as folder:
        for what, file in _foreign(Path(folder), importer):
            try:
                if importer.recognizes(file):
                    yield f"{what} named *{file.suffix} is recognized"
            except Exception as error:
                yield f"{what} named *{file.suffix}: {describe_error(error)}; return False for unreadable files"


def _refusals(importer: Importer, path: Path, parameters: Mapping[str, Any]) -> Iterator[str]:
    """Yield exceptions other than KaditaError; no exception is no fault, as half of a table may be a valid table."""
    with tempfile.TemporaryDirectory() as name:
        files = list(_foreign(Path(name), importer))
        if path.is_file():
            half = Path(name) / f"half{path.suffix}"
            half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            files.append(("half of the file", half))
        for what, file in files:
            try:
                importer.read(file, parameters)
            except KaditaError:
                continue
            except Exception as error:
                yield f"{what}: {describe_error(error)}; raise a KaditaError"


def _foreign(folder: Path, importer: Importer) -> Iterator[tuple[str, Path]]:
    for ending in importer.endings:
        for number, (what, content) in enumerate(FOREIGN.items()):
            file = folder / f"foreign-{number}{ending}"
            if ending:
                file.write_bytes(content)
            else:
                file.mkdir(exist_ok=True)
                (file / "readme.txt").write_bytes(content)
            yield what, file


def _impossible(tracks: Tracks) -> Iterator[str]:
    x, t = np.asarray(tracks.positions), np.asarray(tracks.times)
    if x.ndim != 3 or x.shape[2] not in (2, 3) or x.dtype.kind != "f":
        yield f"positions: expected numbers (T, N, 2) or (T, N, 3); found {x.dtype} {x.shape}"
        return
    if np.isinf(x).any():
        yield "positions: expected numbers, NaN where an animal is not detected; found infinity"
    if t.shape != x.shape[:1] or not np.isfinite(t).all() or not (np.diff(t) > 0).all():
        yield f"times: expected {len(x)} increasing numbers; found shape {t.shape}"
    yield from _impossible_agents(tracks, x)
    if tracks.velocities is not None and np.shape(tracks.velocities) != x.shape:
        yield f"velocities: expected the shape of positions, {x.shape}; found {np.shape(tracks.velocities)}"
    for name, values in tracks.quality.items():
        if np.shape(values) != x.shape[:2]:
            yield f"quality {name}: expected a number for each position, {x.shape[:2]}; found {np.shape(values)}"
    if tracks.dimensions not in (None, 2, 3):
        yield f"dimensions: expected 2, 3 or None; found {tracks.dimensions!r}"
    if tracks.height is not None and not (np.isfinite(tracks.height) and tracks.height > 0):
        yield f"height: expected a length above 0, or None if the file has none; found {tracks.height!r}"


def _impossible_agents(tracks: Tracks, x: Floats) -> Iterator[str]:
    agents, columns = np.asarray(tracks.agents), x.shape[1]
    count = columns if tracks.identities is None else agents.size
    if agents.shape != (count,) or len(set(agents.tolist())) != count:
        yield f"agents: expected {count} different identities; found shape {agents.shape}"
        return
    if tracks.species is not None and np.shape(tracks.species) != (count,):
        yield f"species: expected one for each of {count} animals; found shape {np.shape(tracks.species)}"
    if tracks.identities is None:
        return
    who = np.asarray(tracks.identities)
    if who.shape != x.shape[:2] or who.dtype.kind not in "iu" or who.min() < -1 or who.max() >= count:
        yield f"identities: expected indices of agents, -1 to {count - 1}, in shape {x.shape[:2]}; found {who.shape}"
    elif (who[~np.isnan(x).any(axis=2)] < 0).any():
        yield "identities: expected one for each position; found positions of none"
    elif any(len(set(row)) < len(row) for row in (frame[frame >= 0].tolist() for frame in who)):
        yield "identities: expected each animal once in a frame; found one in several columns"


def _units(tracks: Tracks) -> Iterator[str]:
    for name, unit in (("length_unit", tracks.length_unit), ("time_unit", tracks.time_unit)):
        if unit is not None and not (isinstance(unit, str) and unit.strip()):
            yield f"{name}: expected a string, or None if the file has none; found {unit!r}"
    rate = tracks.frame_rate
    if rate is not None and not (np.isfinite(rate) and rate > 0):
        yield f"frame_rate: expected a number above 0, or None if the file has none; found {rate!r}"


def _declared_units(tracks: Tracks) -> str:
    rate = "times" if not tracks.counts_frames else f"frame rate {tracks.frame_rate or 'unknown'}"
    return f"length {tracks.length_unit or 'unknown'}, time {tracks.time_unit or 'unknown'}, {rate}"


def _bits(tracks: Tracks) -> tuple[Any, ...]:
    quality = [values for _, values in sorted(tracks.quality.items())]
    arrays = (tracks.agents, tracks.positions, tracks.times, tracks.velocities, tracks.species, tracks.identities)
    every = (*arrays, *quality)
    numbers = tuple(None if a is None else (np.shape(a), np.asarray(a).tolist().__repr__()) for a in every)
    known = (tracks.length_unit, tracks.time_unit, tracks.frame_rate, tracks.counts_frames, sorted(tracks.quality))
    return (*numbers, *known, tracks.dimensions, tracks.y_down, tracks.height, repr(tracks.box))


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()
