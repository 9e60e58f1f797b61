"""Agents as a topology shows them: one known place each, and their groups."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.topology.species import SpeciesTable, species_table
from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory


class Snapshot(NamedTuple):
    """Each agent's first known position, which need not be of the same frame, and the first cell."""

    positions: Floats  # (N, 3)
    velocities: Floats | None  # at those positions; None where one is not known
    lengths: Floats | None  # (3,), None in open space
    species: SpeciesTable


def snapshot_of(trajectory: Trajectory) -> Snapshot:
    """Read frames until everybody was seen.

    Raises:
        KaditaError: an agent that is in no frame.
    """
    positions = np.full((len(trajectory.agents), 3), np.nan)
    velocities = np.full_like(positions, np.nan)
    lengths: Floats | None = None
    for _, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
        if lengths is None and chunk.lengths is not None:
            lengths = chunk.lengths[0]
        known = ~np.isnan(chunk.positions).any(axis=2)
        seen = known.any(axis=0) & np.isnan(positions[:, 0])
        when = known.argmax(axis=0)[seen]
        positions[seen] = chunk.positions[when, seen]
        if chunk.velocities is not None:
            velocities[seen] = chunk.velocities[when, seen]
        if not np.isnan(positions).any():
            moving = None if np.isnan(velocities).any() else velocities
            return Snapshot(positions, moving, lengths, species_table(trajectory))
    missing = trajectory.agents[np.isnan(positions[:, 0])]
    raise KaditaError(f"{trajectory.name}: agent {missing[0]} has a position in no frame")
