"""Arrange rows as frames without holding them: a pass for agents and times, and one that puts rows in their places."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks
from kadita.plugins.importers import Floats, Integers
from kadita_tracks.rows.arrange import layout_of, species_of, tracks_of, two_rows
from kadita_tracks.rows.arranged import Arranged, named

PUT_ROWS = 1_300_000  # that are put into the scratch file together, if they are not sorted by time
CHUNK_ROWS = 500_000  # rows of a table that are in memory together
LARGE = 64_000_000  # bytes: a file of more is not held in memory
PACKED = (".gz", ".xlsx")


def fits(path: Path) -> bool:
    """Whether all rows of a file are held in memory; one that is packed is unpacked as far as is needed to know."""
    size = path.stat().st_size
    if size <= LARGE and path.suffix.lower() in PACKED:
        with suppress(OSError, EOFError, zlib.error, zipfile.BadZipFile):  # who reads it says what is wrong
            size = _unpacked(path)
    return size <= LARGE


def _unpacked(path: Path) -> int:
    if path.suffix.lower() != ".gz":
        with zipfile.ZipFile(path) as archive:
            return sum(member.file_size for member in archive.infolist())
    size = 0
    with gzip.open(path) as file:
        while size <= LARGE and (part := file.read(1 << 20)):
            size += len(part)
    return size


class Sighted(NamedTuple):
    """Agents and times of some rows."""

    agent: Integers  # (rows,), index among names
    names: list[str]
    times: Floats  # (rows,)


class Rows(NamedTuple):
    """All of some rows, (rows,) each; `kadita_tracks.rows.arrange.frames_of_rows` says what they are."""

    sighted: Sighted
    positions: Floats
    velocities: Floats | None
    quality: Mapping[str, Floats]
    species: NDArray[Any] | None


def frames_of_parts(
    name: str,
    survey: Callable[[], Iterable[Sighted]],
    parts: Callable[[], Iterable[Rows]],
    identities: Callable[[list[str]], NDArray[Any]],
    *,
    remarks: tuple[str, ...] = (),
    **known: Any,
) -> Tracks:
    """Arrange rows as `frames_of_rows` does, with arrays in a scratch file.

    Args:
        name: name of the file, for messages.
        survey: yields the agents and times of all rows, part by part.
        parts: yields all rows, part by part.
        identities: gives the identities of names, (N,): numbers if all names are.
        remarks: for the user, before those on frames.
        known: further fields of `kadita.Tracks`.

    Raises:
        KaditaError: as `frames_of_rows`, or the disk has too little space.
    """
    seen = _Survey(name)
    for part in survey():
        seen.add(part)
    if not seen.rows:
        raise KaditaError(f"{name}: expected at least one row; found none")
    unsorted = identities(list(seen.numbers))
    order = np.argsort(unsorted)
    agents = unsorted[order]
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    found = seen.found
    layout = layout_of(
        name,
        found,
        lambda: (_index(found, seen.first[order]), _index(found, seen.last[order])),
        len(agents),
        seen.rows,
        counts_frames=bool(known.get("counts_frames")),
    )
    scratch: Arranged | None = None
    kinds: set[tuple[int, str]] = set()
    has_species = False

    def placed() -> Iterator[tuple[Integers, Integers, dict[str, Floats]]]:
        """Yield agents, indices of times and numbers of each part."""
        nonlocal has_species
        for rows in parts():
            agent = rank[seen.numbered(rows.sighted)]
            if rows.species is not None:
                has_species = True
                kinds.update(_pairs(agent, rows.species))
            yield agent, _index(found, rows.sighted.times), named(rows.positions, rows.velocities, rows.quality)

    for agent, row, values in _together(placed()):
        if scratch is None:
            scratch = Arranged(name, len(layout.grid.instants), layout.columns, values)
        column = agent if layout.column is None else layout.column[agent]
        taken = scratch.put(layout.grid.row[row], column, agent, values)
        if taken is not None:
            raise two_rows(name, agents[agent[taken]], found[row[taken]])
        del agent, row, column, values  # before the next ones are read
    assert scratch is not None
    species = None
    if has_species:
        pairs = sorted(kinds)
        species = species_of(name, agents, np.array([a for a, _ in pairs]), np.array([word for _, word in pairs]))
    return tracks_of(name, layout, agents, scratch.fields, species, remarks, known)


def _together(
    parts: Iterable[tuple[Integers, Integers, dict[str, Floats]]],
) -> Iterator[tuple[Integers, Integers, dict[str, Floats]]]:
    """Yield parts, several together if they are not sorted by time: each then touches nearly all pages of a file."""
    held: list[tuple[Integers, Integers, dict[str, Floats]]] = []
    for part in parts:
        in_order = bool((np.diff(part[1]) >= 0).all())
        held.append(part)
        del part
        if in_order and len(held) == 1 or sum(len(agent) for agent, _, _ in held) >= PUT_ROWS:
            together, held = _joined(held), []  # which are not kept while the next ones are read
            yield together
            del together
    if held:
        yield _joined(held)


def _joined(parts: list[tuple[Integers, Integers, dict[str, Floats]]]) -> tuple[Integers, Integers, dict[str, Floats]]:
    if len(parts) == 1:
        return parts[0]
    agents, rows, values = zip(*parts, strict=True)
    return (
        np.concatenate(agents),
        np.concatenate(rows),
        {key: np.concatenate([one[key] for one in values]) for key in values[0]},
    )


class _Survey:
    """Agents, times, and the first and last time of each agent."""

    def __init__(self, name: str) -> None:
        self.name, self.rows = name, 0
        self.numbers: dict[str, int] = {}  # of agents, by name
        self._found = [np.empty(0)]  # distinct times, which increase from part to part
        self.first, self.last = np.empty(0), np.empty(0)

    def numbered(self, part: Sighted) -> Integers:
        """Return the number of the agent of each row."""
        numbers = [self.numbers.setdefault(name, len(self.numbers)) for name in part.names]
        return np.array(numbers, dtype=np.int64)[part.agent]

    def add(self, part: Sighted) -> None:
        times = part.times
        if not np.isfinite(times).all():
            raise KaditaError(f"{self.name}: expected finite times; found {times[~np.isfinite(times)][0]}")
        if not len(times):
            return
        self.rows += len(times)
        agent = self.numbered(part)
        more = len(self.numbers) - len(self.first)
        self.first = np.append(self.first, np.full(more, np.inf))
        self.last = np.append(self.last, np.full(more, -np.inf))
        np.minimum.at(self.first, agent, times)
        np.maximum.at(self.last, agent, times)
        distinct = _distinct(times)
        latest = self._found[-1][-1] if len(self._found[-1]) else -np.inf
        if distinct[0] > latest:
            self._found.append(distinct)
            return
        found = self.found
        if len(found):
            near = found[np.minimum(np.searchsorted(found, distinct), len(found) - 1)]
            distinct = distinct[near != distinct]
        if len(distinct):
            self._found = [np.unique(np.concatenate([found, distinct]))]

    @property
    def found(self) -> Floats:
        """Distinct times, which increase."""
        self._found = [np.concatenate(self._found)]
        return self._found[0]


def _distinct(times: Floats) -> Floats:
    """Return distinct times, which increase."""
    steps = np.diff(times)
    if (steps >= 0).all():
        return times[np.concatenate([[True], steps > 0])]
    import pandas

    return np.sort(np.asarray(pandas.unique(times)))


def _index(found: Floats, times: Floats) -> Integers:
    """Return the index of each time among those found; at once where they are even, otherwise by bisection."""
    span = found[-1] - found[0]
    if not 0 < span < np.inf:
        return np.searchsorted(found, times)
    index = np.rint((times - found[0]) * ((len(found) - 1) / span)).astype(np.int64)
    np.clip(index, 0, len(found) - 1, out=index)
    wrong = found[index] != times
    index[wrong] = np.searchsorted(found, times[wrong])
    return index


def _pairs(agent: Integers, species: NDArray[Any]) -> set[tuple[int, str]]:
    import pandas

    code, words = pandas.factorize(species)
    owner, kind = np.divmod(pandas.unique(agent * len(words) + code), len(words))
    return {(int(a), str(words[k])) for a, k in zip(owner, kind, strict=True)}
