"""Unite tracks of several files, of one animal or several each, in one trajectory with common times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.importing.open_tracks import importer_of, open_tracks
from kadita.io.importing.options import ImportOptions
from kadita.io.importing.remarks import remarks_on
from kadita.plugins.registry import Registry
from kadita.school.box import Floats
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.one_column_each import spread

ROUNDED = 1e-6  # of a step: times that differ less are one time
SPARSE, MANY = 4, 50_000_000  # frames x animals: refused above MANY, and above SPARSE times the sightings
ONE_ANIMAL = "one_animal"  # parameter of importers of tables that may lack a column of agents
AGREE = ("length_unit", "time_unit", "y_axis")


def open_merged(
    registry: Registry, sources: Sequence[Path], options: ImportOptions, **others: Any
) -> Trajectory | None:
    """Return the tracks of a file, or of several files in one trajectory; None if one file is not of tracks.

    An animal that is alone in its file has the name of the file without its ending. Others keep their identities, or
    have those of the file before them, ``file/agent``, where an identity occurs in two files. Frames are at all times
    of the files, which are one where they differ by rounding; a file's animals are absent at times that it lacks.

    Args:
        registry: with the importers.
        sources: files or folders, read with the same options.
        options: from the user.
        others: see `open_tracks`.

    Raises:
        KaditaError: a file cannot be read, is not of tracks, or its units, rate, dimension, cell or y axis are others.
    """
    if len(sources) == 1:
        return open_tracks(registry, sources[0], options, **others)
    found = [source.stat() for source in sources if source.exists()]
    if len({(status.st_dev, status.st_ino) for status in found}) < len(found):
        raise KaditaError("expected each file once; got one twice")
    files = [_opened(registry, source, options, others) for source in sources]
    chunks = [_whole(file) for file in files]
    attributes = _common(files, chunks)
    times, places = _united([chunk.times for chunk in chunks])
    agents, remark = _identities(files, sources)
    sightings = sum(int((~np.isnan(chunk.positions[..., 0])).sum()) for chunk in chunks)
    if len(times) * len(agents) > max(MANY, SPARSE * sightings):
        raise KaditaError(
            f"expected files with common times; found {len(times)} times of {len(agents)} animals, which are seen "
            f"{sightings} times: resample each file to a common rate first"
        )
    shape = (len(times), len(agents), 3)
    positions = np.full(shape, np.nan)
    velocities = np.full(shape, np.nan) if any(chunk.velocities is not None for chunk in chunks) else None
    first = 0
    for chunk, place in zip(chunks, places, strict=True):
        columns = slice(first, first := first + chunk.positions.shape[1])
        positions[place, columns] = chunk.positions
        if velocities is not None and chunk.velocities is not None:
            velocities[place, columns] = chunk.velocities
    lengths = None if chunks[0].lengths is None else np.repeat(chunks[0].lengths[:1], len(times), axis=0)
    name = f"{len(sources)} files"
    species = None if files[0].species is None else np.concatenate([file.species for file in files])
    merged = InMemoryTrajectory(
        name,
        Chunk(positions, velocities, times, lengths),
        agents,
        attributes,
        species=species,
        dimensions=files[0].decide_dimensions(),
    )
    said = once_each({file.name: file.remarks for file in files})
    seen = ~np.isnan(positions[..., 0])
    first_seen, last_seen = seen.argmax(axis=0), len(times) - 1 - seen[::-1].argmax(axis=0)
    said += remarks_on(name, seen.sum(axis=1), first_seen, last_seen, times)
    merged.remarks = (*said, f"{name} with {len(agents)} animals and {len(times)} times are united; {remark}")
    return merged


def once_each(of_files: Mapping[str, Sequence[str]]) -> list[str]:
    """Return each line once, with the first of the files of which it is said and the number of the others."""
    files: dict[str, list[str]] = {}
    for file, lines in of_files.items():
        for line in lines:
            files.setdefault(line.replace(file, "\0"), []).append(file)
    said = []
    for line, (first, *others) in files.items():
        text = line.replace("\0", first) if "\0" in line else f"{first}: {line}"
        plural = "" if len(others) == 1 else "s"
        said.append(f"{text} (and so of {len(others)} other file{plural})" if others else text)
    return said


def _opened(registry: Registry, source: Path, options: ImportOptions, others: Mapping[str, Any]) -> Trajectory:
    importer = importer_of(registry, source, options)
    if importer is not None and ONE_ANIMAL in importer.parameters.model_fields:
        options = options.with_default(ONE_ANIMAL, True)
    opened = None if importer is None else open_tracks(registry, source, options, **others)
    if opened is None:
        raise KaditaError(f"{source}: expected tracks, to be united with those of other files; found a trajectory")
    return opened if opened.dimensions else _with_dimensions(opened)


def _with_dimensions(trajectory: Trajectory) -> Trajectory:
    trajectory.dimensions = trajectory.decide_dimensions()
    return trajectory


def _whole(trajectory: Trajectory) -> Chunk:
    """Return all frames, with a column for each agent."""
    chunk = trajectory.read(np.arange(trajectory.n_frames))
    return chunk if chunk.identities is None else spread(chunk, len(trajectory.agents))


def _common(files: Sequence[Trajectory], chunks: Sequence[Chunk]) -> dict[str, Any]:
    """Return the attributes that all files have.

    Raises:
        KaditaError: files that cannot be united; both are named.
    """
    first = _facts(files[0], chunks[0])
    for file, chunk in zip(files[1:], chunks[1:], strict=True):
        for what, value in _facts(file, chunk).items():
            same = first[what] == value
            if what == "time step" and first[what] is not None and value is not None:
                same = bool(np.isclose(first[what], value, rtol=1e-3))
            if not same and not (what == "time step" and None in (first[what], value)):
                raise KaditaError(
                    f"expected files of one {what}; {files[0].name} has {_said(first[what])}, and {file.name} "
                    f"{_said(value)}; convert them on their own"
                )
    return {
        key: value
        for key, value in files[0].attributes.items()
        if all(key in file.attributes and _equal(file.attributes[key], value) for file in files)
    }


def _facts(file: Trajectory, chunk: Chunk) -> dict[str, Any]:
    """Return what files must have in common; a time step is None where times are not even."""
    facts: dict[str, Any] = {key: file.attributes.get(key) for key in AGREE}
    facts["dimension"] = file.dimensions
    facts["cell"] = None if chunk.lengths is None else tuple(chunk.lengths[0].tolist())
    facts["species column"] = file.species is not None
    steps = np.diff(chunk.times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    even = usual > 0 and bool(np.allclose(steps / usual, np.round(steps / usual), atol=1e-3))
    facts["time step"] = usual if even else None
    return facts


def _said(value: Any) -> str:
    return {None: "none", True: "one", False: "none"}.get(value, f"{value:.6g}" if type(value) is float else str(value))


def _equal(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(np.array_equal(a, b))


def _united(times: Sequence[Floats]) -> tuple[Floats, list[Any]]:
    """Return the times of all files, increasing, and the places in them of each file's times."""
    every = np.sort(np.concatenate(times))
    steps = np.diff(every)
    own = np.concatenate([np.diff(t) for t in times])
    limit = ROUNDED * float(np.median(own)) if len(own) else 0.0
    united = every[np.concatenate([[True], steps > limit])]
    return united, [np.searchsorted(united, t, side="right") - 1 for t in times]


def _identities(files: Sequence[Trajectory], sources: Sequence[Path]) -> tuple[Any, str]:
    """Return the identities of all animals, and what they are called after."""
    stems = [_stem(source) for source in sources]
    if len(set(stems)) < len(stems):  # of different folders
        stems = [f"{source.absolute().parent.name}/{stem}" for source, stem in zip(sources, stems, strict=True)]
    if len(set(stems)) < len(stems):
        raise KaditaError(f"expected files of different names; got {Counter(stems).most_common(1)[0][0]} twice")
    if all(len(file.agents) == 1 for file in files):
        return np.array(stems), "each animal has the name of its file"
    own = [
        [stem] if len(file.agents) == 1 else [str(agent) for agent in file.agents]
        for file, stem in zip(files, stems, strict=True)
    ]
    counts = Counter(agent for agents in own for agent in agents)
    if max(counts.values()) == 1:
        return np.concatenate([np.array(agents) for agents in own]), "animals have their identities, or their file's"
    twice = counts.most_common(1)[0][0]
    named = [f"{stem}/{agent}" for file, stem in zip(files, stems, strict=True) for agent in file.agents]
    return np.array(named), f"identities are FILE/AGENT, since '{twice}' occurs in several files"


def _stem(source: Path) -> str:
    """Return the name of a file without its endings, ``a`` for ``a.csv.gz``."""
    return Path(source.stem).stem if source.suffix.lower() == ".gz" else source.stem
