"""Arrange rows of (agent, time, position) as frames; gaps become absence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks
from kadita.plugins.importers import Floats, Integers
from kadita_tracks.rows.arranged import Arranged, named
from kadita_tracks.rows.frame_grid import Grid, grid_of_frames, grid_of_times
from kadita_tracks.rows.packing import columns_of_tracks, is_sparse

UNKNOWN = "unknown"  # species of an animal of which no row says it
MOST_EMPTY = 50_000_000  # places; of more, one in so many must have a row:
EMPTY_TIMES = 100
IN_MEMORY = 5_000_000  # places, columns x frames: those of more are in a scratch file


def frames_of_rows(
    name: str,
    agents: NDArray[Any],
    times: Floats,
    positions: Floats,
    velocities: Floats | None,
    *,
    quality: Mapping[str, Floats] | None = None,
    species: NDArray[Any] | None = None,
    remarks: tuple[str, ...] = (),
    **known: Any,
) -> Tracks:
    """Arrange rows as frames, (T, N, 3) or (T, N, 2), with NaN where an agent has no row.

    Frames without any row that are missing from even ones are included: they are gaps in every track. Where tracks are
    short, columns are reused; see `kadita_tracks.rows.packing`.

    Args:
        name: name of the file, for messages.
        agents: (rows,) identities.
        times: (rows,) times; rows with equal times form a frame.
        positions: (rows, 3) or (rows, 2); NaN where the agent is absent.
        velocities: same shape as positions, or None.
        quality: (rows,) qualities of the positions, by name.
        species: (rows,) names; empty where a row does not say.
        remarks: for the user, before those on frames.
        known: further fields of `kadita.Tracks`.

    Raises:
        KaditaError: there are no rows, times are not finite, an agent has two rows at one time or two species, or
            the disk has too little space for frames x columns beyond the memory.
    """
    if len(agents) == 0:
        raise KaditaError(f"{name}: expected at least one row; found none")
    if not np.isfinite(times).all():
        raise KaditaError(f"{name}: expected finite times; found {times[~np.isfinite(times)][0]}")
    identities, agent = _distinct(agents)
    found, row = np.unique(times, return_inverse=True)
    _refuse_two_rows(name, identities, agent, found, row)

    def ends() -> tuple[Integers, Integers]:
        first, last = np.full(len(identities), len(found)), np.zeros(len(identities), dtype=np.int64)
        np.minimum.at(first, agent, row)
        np.maximum.at(last, agent, row)
        return first, last

    layout = layout_of(name, found, ends, len(identities), len(agents), counts_frames=bool(known.get("counts_frames")))
    frame, frames, columns = layout.grid.row[row], len(layout.grid.instants), layout.columns
    column = agent if layout.column is None else layout.column[agent]
    if frames * columns > IN_MEMORY:
        scratch = Arranged(name, frames, columns, values := named(positions, velocities, quality))
        scratch.put(frame, column, agent, values)
        arrays = scratch.fields
    else:

        def arranged(values: NDArray[Any], empty: Any = np.nan) -> NDArray[Any]:
            places = np.full((frames, columns, *values.shape[1:]), empty, dtype=values.dtype)
            places[frame, column] = values
            return places

        arrays = {
            "positions": arranged(positions),
            "velocities": None if velocities is None else arranged(velocities),
            "quality": {key: arranged(values) for key, values in (quality or {}).items()},
            "identities": None if layout.column is None else arranged(agent.astype(np.int32), -1),
        }
    kinds = None if species is None else species_of(name, identities, agent, species)
    return tracks_of(name, layout, identities, arrays, kinds, remarks, known)


class Layout(NamedTuple):
    """Where rows are placed."""

    grid: Grid
    columns: int
    column: Integers | None  # (N,) column of each agent; None if column i is agent i


def layout_of(
    name: str,
    found: Floats,
    ends: Callable[[], tuple[Integers, Integers]],
    agents: int,
    rows: int,
    *,
    counts_frames: bool,
) -> Layout:
    """Return where rows are placed.

    Args:
        name: name of the file, for messages.
        found: distinct times, which increase.
        ends: returns the index among them of the first and of the last row of each agent, (N,) each.
        agents: number of agents.
        rows: number of rows.
        counts_frames: whether times are frame numbers.

    Raises:
        KaditaError: nearly all places would be empty, and they are very many.
    """
    grid = grid_of_frames(name, found) if counts_frames else grid_of_times(name, found)
    layout = Layout(grid, agents, None)
    if is_sparse(agents, len(grid.instants), rows):
        first, last = ends()
        column = columns_of_tracks(grid.row[first], grid.row[last])
        if (columns := int(column.max()) + 1) < agents:
            layout = Layout(grid, columns, column)
    if (places := len(grid.instants) * layout.columns) > max(MOST_EMPTY, EMPTY_TIMES * rows):
        raise KaditaError(
            f"{name}: expected at most {max(MOST_EMPTY, EMPTY_TIMES * rows)} for columns x frames of {rows} rows; "
            f"found {layout.columns} columns in {len(grid.instants)} frames, {places}, of which nearly all would be "
            "empty; convert the file in parts"
        )
    return layout


def tracks_of(
    name: str,
    layout: Layout,
    agents: NDArray[Any],
    arrays: Mapping[str, Any],
    species: NDArray[Any] | None,
    remarks: tuple[str, ...],
    known: Mapping[str, Any],
) -> Tracks:
    """Return tracks from arrays of frames (positions, velocities, quality, identities), with remarks on species."""
    unknown = 0 if species is None else int((species == UNKNOWN).sum())
    if unknown:
        remarks = (*remarks, f"{name}: no row says the species of {unknown} animals; it is called {UNKNOWN}")
    if layout.column is None:  # column i is agent i
        arrays = {**arrays, "identities": None}
    return Tracks(
        agents,
        times=layout.grid.instants,
        species=species,
        remarks=remarks + layout.grid.remarks,
        **arrays,
        **known,
    )


def _distinct(agents: NDArray[Any]) -> tuple[NDArray[Any], Integers]:
    """Return distinct identities, sorted, and the index of each row's; in time that grows with rows also for text."""
    if agents.dtype.kind in "iuf":
        return np.unique(agents, return_inverse=True)
    import pandas

    code, names = pandas.factorize(agents)
    names = np.asarray(names, dtype=str)
    order = np.argsort(names)
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return names[order], rank[code]


def _refuse_two_rows(name: str, identities: NDArray[Any], agent: Integers, found: Floats, row: Integers) -> None:
    cells = np.sort(row * len(identities) + agent)
    twice = cells[1:][cells[1:] == cells[:-1]]
    if len(twice):
        t, i = divmod(int(twice[0]), len(identities))
        raise two_rows(name, identities[i], found[t])


def two_rows(name: str, agent: Any, time: float) -> KaditaError:
    """Return what is wrong with two rows of an agent at one time."""
    return KaditaError(f"{name}: expected one row per agent and time; agent {agent} has more at {time:g}")


def species_of(name: str, identities: NDArray[Any], agent: Integers, species: NDArray[Any]) -> NDArray[Any]:
    """Return the species of each animal, (N,); ``unknown`` where no row says it.

    Raises:
        KaditaError: an animal has two.
    """
    names, code = _distinct(species)
    pairs = np.unique(agent * len(names) + code)
    owner, kind = np.divmod(pairs, len(names))
    said = names[kind] != ""
    owner, kind = owner[said], kind[said]
    if (several := owner[1:][owner[1:] == owner[:-1]]).size:
        both = [str(names[k]) for k in kind[owner == several[0]]]
        raise KaditaError(
            f"{name}: expected one species for each agent; agent {identities[several[0]]} has {' and '.join(both)}"
        )
    result = np.full(len(identities), UNKNOWN, dtype=f"U{max(len(UNKNOWN), names.dtype.itemsize // 4)}")
    result[owner] = names[kind]
    return result
