"""Write a trajectory of any format as a kadita file (`.nc`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita.io.amber.writer import AmberWriter
from kadita.io.writers.formats import Progress
from kadita.school.box import Box, Floats
from kadita.school.chunk import Chunk
from kadita.school.dimensions import PLANE
from kadita.school.trajectory import Trajectory

FINE = 1000  # parts of the usual step that float32 is to resolve; otherwise an origin is subtracted, if that helps


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames; agents may be absent from frames. `origin` (name, checksum) is stored as the source.

    Positions of a plane get z = 0. Where float32 would resolve steps to less than a thousandth, as it does far from the
    origin, the middle of the school is subtracted and stored.
    """
    plane = trajectory.decide_dimensions() == PLANE
    extent = _extent(trajectory)
    subtracted = extent.origin(plane)
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
        dimensions=trajectory.dimensions,
        origin=subtracted,
        reused=reused,
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
    if plane and extent.low[2] not in (0.0, np.inf):
        remarks.append(f"all agents have z = {extent.low[2]:g}; a plane is stored with z = 0")
    return remarks


def _flat(chunk: Chunk) -> Chunk:
    """Return frames of a plane with z = 0, in a cell that does not repeat along z."""
    x = chunk.positions.copy()
    x[..., 2] = np.where(np.isnan(x[..., 2]), np.nan, 0.0)
    lengths = chunk.lengths
    if lengths is not None and lengths[:, 2].any():
        lengths = lengths * np.array([1.0, 1.0, 0.0])
    return chunk._replace(positions=x, lengths=lengths)


class _Extent(NamedTuple):
    """Lowest and highest coordinates of a trajectory, (3,) each, its usual step, and the edges of its first cell."""

    low: Floats
    high: Floats
    step: float
    edges: Floats  # (3,), 0 along open axes

    def origin(self, plane: bool) -> Floats | None:
        """Return what to subtract from positions, (3,): the middle along open axes; None where 0 is as good."""
        if not np.isfinite(self.low).all():
            return None
        middle = np.where(self.edges > 0, 0.0, np.rint((self.low + self.high) / 2))
        if plane:
            middle[2] = 0.0
        now, then = (
            np.max(np.maximum(abs(self.low - o), abs(self.high - o))[: 2 if plane else 3]) for o in (0, middle)
        )
        coarse = FINE * np.spacing(np.float32(min(now, np.finfo(np.float32).max))) > self.step
        return middle if coarse and now > 2 * then else None


def _extent(trajectory: Trajectory) -> _Extent:
    """Read all frames once; a damaged input raises here, before the output file is touched."""
    low, high, edges = np.full(3, np.inf), np.full(3, -np.inf), np.zeros(3)
    steps = []
    for numbers, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
        present = trajectory.presence(numbers, chunk)
        x = chunk.positions
        low = np.fmin(low, np.fmin.reduce(x, axis=(0, 1), initial=np.inf, where=present[..., None]))
        high = np.fmax(high, np.fmax.reduce(x, axis=(0, 1), initial=-np.inf, where=present[..., None]))
        if numbers[0] == 0 and chunk.lengths is not None:
            edges = chunk.lengths[0] * ([1.0, 1.0, 0.0] if trajectory.dimensions == PLANE else 1.0)
        box = Box.of_edges(edges)
        with np.errstate(over="ignore"):  # numbers beyond float32 are refused where they are written
            step = np.linalg.norm(box.minimum_image(np.diff(x, axis=0)), axis=2)
        if len(moving := step[step > 0]):
            steps.append(np.median(moving))
    return _Extent(low, high, float(np.median(steps)) if steps else np.inf, edges)
