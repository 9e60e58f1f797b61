"""Arrange rows of (agent, time, position) as frames; gaps become absence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks
from kadita.plugins.importers import Floats, Integers
from kadita_tracks.rows.frame_grid import grid_of_frames, grid_of_times
from kadita_tracks.rows.packing import columns_of_tracks, is_sparse

UNKNOWN = "unknown"  # species of an animal of which no row says it
MOST_VALUES = 50_000_000  # columns x frames: 1.2 GB of positions


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
            frames x columns exceed the memory limit.
    """
    if len(agents) == 0:
        raise KaditaError(f"{name}: expected at least one row; found none")
    if not np.isfinite(times).all():
        raise KaditaError(f"{name}: expected finite times; found {times[~np.isfinite(times)][0]}")
    identities, agent = _distinct(agents)
    found, row = np.unique(times, return_inverse=True)
    _refuse_two_rows(name, identities, agent, found, row)
    grid = grid_of_frames(name, found) if known.get("counts_frames") else grid_of_times(name, found)
    frame = grid.row[row]
    frames, columns, column = len(grid.instants), len(identities), agent
    packed = is_sparse(columns, frames, len(agents))
    if packed:
        first, last = np.full(columns, frames), np.zeros(columns, dtype=np.int64)
        np.minimum.at(first, agent, frame)
        np.maximum.at(last, agent, frame)
        of_track = columns_of_tracks(first, last)
        packed = of_track.max() + 1 < columns
    if packed:
        column, columns = of_track[agent], int(of_track.max()) + 1
    if frames * columns > MOST_VALUES:
        raise KaditaError(
            f"{name}: expected at most {MOST_VALUES} for columns x frames; found {columns} columns in {frames} frames, "
            "which exceed the memory; convert the file in parts"
        )

    def arranged(values: NDArray[Any], empty: Any = np.nan) -> NDArray[Any]:
        places = np.full((frames, columns, *values.shape[1:]), empty, dtype=values.dtype)
        places[frame, column] = values
        return places

    kinds = None if species is None else _species(name, identities, agent, species)
    unknown = 0 if kinds is None else int((kinds == UNKNOWN).sum())
    if unknown:
        remarks = (*remarks, f"{name}: no row says the species of {unknown} animals; it is called {UNKNOWN}")
    return Tracks(
        identities,
        arranged(positions),
        grid.instants,
        velocities=None if velocities is None else arranged(velocities),
        quality={key: arranged(values) for key, values in (quality or {}).items()},
        species=kinds,
        identities=arranged(agent.astype(np.int32), -1) if packed else None,
        remarks=remarks + grid.remarks,
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
        raise KaditaError(
            f"{name}: expected one row per agent and time; agent {identities[i]} has more at {found[t]:g}"
        )


def _species(name: str, identities: NDArray[Any], agent: Integers, species: NDArray[Any]) -> NDArray[Any]:
    """Return the species of each animal, (N,); ``unknown`` where no row says it."""
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
