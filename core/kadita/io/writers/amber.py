"""Write a trajectory of any format as a kadita file (`.nc`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.io.amber.writer import AmberWriter
from kadita.io.writers.extent import Extent, extent_of
from kadita.io.writers.formats import Progress
from kadita.school.box import Box
from kadita.school.chunk import Chunk
from kadita.school.dimensions import PLANE
from kadita.school.trajectory import Trajectory

COARSE = 16  # parts of a step that float32 is to resolve at least; `kadita validate` warns of fewer


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames; agents may be absent from frames. `origin` (name, checksum) is stored as the source.

    Positions of a plane get z = 0. Where float32 would resolve steps to less than a thousandth, as it does far from the
    origin, the middle of the school is subtracted and stored.
    """
    plane = trajectory.decide_dimensions() == PLANE
    extent = extent_of(trajectory)
    height = float(extent.low[2])
    if plane:  # which is stored with z = 0
        low, high, edges = (np.append(values[:2], 0.0) for values in (extent.low, extent.high, extent.edges))
        extent = Extent(low, high, extent.step, edges)
    subtracted = extent.origin
    identities, columns = trajectory.agents, trajectory.n_columns
    reused = columns if trajectory.reuses_columns else None
    species = None
    if trajectory.species is not None:
        names, numbers = np.unique(np.asarray(trajectory.species).astype(str), return_inverse=True)
        species = names.tolist(), numbers.astype(np.int32)
    counted = reused is None and np.array_equal(identities, np.arange(len(identities)))
    with AmberWriter(
        path,
        len(identities) if counted else identities,
        periodic=Box.of_edges(extent.edges).axes,
        velocities=trajectory.has_velocities,
        presence=True,
        configuration={"source": origin},
        attributes=trajectory.attributes,
        species=species,
        dimensions=trajectory.decide_dimensions(),
        origin=subtracted,
        reused=reused,
        variables=trajectory.variables,
        live=False,
        force=True,
    ) as writer:
        for _, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
            writer.write(*(_flat(chunk) if plane else chunk))
            if progress is not None:
                progress(writer.n_frames, trajectory.n_frames)
    remarks = []
    if subtracted is not None:
        x, y, z = subtracted.tolist()
        remarks.append(f"positions are stored from ({x:.10g}, {y:.10g}, {z:.10g}) on, which kadita adds on reading")
    if rounding := extent.rounding_from(np.zeros(3) if subtracted is None else subtracted, COARSE):
        remarks.append(
            f"positions span so much that single precision rounds them to {rounding:.2g}, where steps are "
            f"{extent.step:.2g}; convert parts that are far from each other on their own"
        )
    if plane and height not in (0.0, np.inf):
        remarks.append(f"all agents have z = {height:g}; a plane is stored with z = 0")
    return remarks


def _flat(chunk: Chunk) -> Chunk:
    """Return frames of a plane with z = 0, in a cell that does not repeat along z."""
    x = chunk.positions.copy()
    x[..., 2] = np.where(np.isnan(x[..., 2]), np.nan, 0.0)
    lengths = chunk.lengths
    if lengths is not None and lengths[:, 2].any():
        lengths = lengths * np.array([1.0, 1.0, 0.0])
    return chunk._replace(positions=x, lengths=lengths)
