"""Agents for a topology: one known position each, and their species."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.open_axes import with_edges
from kadita.io.topology.species import SpeciesTable, species_table
from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory


class Snapshot(NamedTuple):
    """Each agent's first known position, possibly from different frames, and the first cell."""

    positions: Floats  # (N, 3)
    velocities: Floats | None  # in the same frames; None if any is unknown
    lengths: Floats | None  # (3,), None in open space
    species: SpeciesTable


def snapshot_of(trajectory: Trajectory) -> Snapshot:
    """Read frames until the position of every agent is known.

    Raises:
        KaditaError: an agent is absent from all frames.
    """
    positions = np.full((trajectory.n_columns, 3), np.nan)  # one atom for each column, as in the trajectory's file
    velocities = np.full_like(positions, np.nan)
    lengths: Floats | None = None
    for _, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
        if lengths is None and chunk.lengths is not None:
            lengths = chunk.lengths[0]
        known = ~np.isnan(chunk.positions).any(axis=2)
        new = known.any(axis=0) & np.isnan(positions[:, 0])
        rows = known.argmax(axis=0)[new]
        positions[new] = chunk.positions[rows, new]
        if chunk.velocities is not None:
            velocities[new] = chunk.velocities[rows, new]
        if not np.isnan(positions).any():
            known_velocities = None if np.isnan(velocities).any() else velocities
            edges = None if lengths is None else with_edges(lengths[None], positions[None])[0]
            return Snapshot(positions, known_velocities, edges, species_table(trajectory))
    missing = np.flatnonzero(np.isnan(positions[:, 0]))[0]
    agent = missing if trajectory.reuses_columns else trajectory.agents[missing]
    raise KaditaError(f"{trajectory.name}: expected a position of every agent; agent {agent} is in no frame")
