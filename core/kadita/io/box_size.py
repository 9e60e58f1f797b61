"""Whether a cell that the user states fits the positions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Box, Floats
from kadita.school.chunk import Chunk
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.given_box import with_box

SLACK = 1.001  # edges, by which positions inside a cell may span it: they are rounded


def boxed(trajectory: Trajectory, box: Box | None, remarks: list[str]) -> Trajectory:
    """Return the trajectory in a cell that was checked, or itself if there is none; see `check_box`."""
    check_box(trajectory, box, remarks)
    return with_box(trajectory, box)


def check_box(trajectory: Trajectory, box: Box | None, remarks: list[str]) -> None:
    """Raise if a periodic cell is too small for the positions; all frames are read.

    It is if an agent moves farther than an edge in one step, or if positions span more than an edge though no agent
    ever crosses a face: then they are neither wrapped into the cell nor unwrapped tracks through it.

    Args:
        trajectory: with the positions.
        box: the cell; None or open space fits any positions, and nothing is read.
        remarks: a line is appended where positions are outside one cell.

    Raises:
        KaditaError: the cell is too small.
    """
    if box is None or not box.periodic:
        return
    lowest, highest = np.full(3, np.inf), np.full(3, -np.inf)
    farthest, crossed = np.zeros(3), np.zeros(3, dtype=np.bool_)
    edges = np.where(box.array > 0, box.array, np.inf)
    last: Chunk | None = None
    for _, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
        known = ~np.isnan(chunk.positions)
        lowest = np.minimum(lowest, chunk.positions.min(axis=(0, 1), initial=np.inf, where=known))
        highest = np.maximum(highest, chunk.positions.max(axis=(0, 1), initial=-np.inf, where=known))
        steps, faces = _steps(chunk if last is None else _joined(last, chunk), edges)
        farthest, crossed = np.maximum(farthest, steps), crossed | faces
        last = chunk
    for axis, edge, step, extent, across in zip("xyz", box.array, farthest, highest - lowest, crossed, strict=True):
        if edge == 0:
            continue
        if step > edge:
            raise KaditaError(
                f"{trajectory.name}: expected steps along {axis} of at most the edge of --box, {edge:g}; found one of "
                f"{step:.6g}; the box is too small, or tracks swap identities"
            )
        if extent > SLACK * edge and not across:
            raise KaditaError(
                f"{trajectory.name}: expected positions along {axis} within the edge of --box, {edge:g}; they span "
                f"{extent:.6g}, and no track crosses a face; the box is too small"
            )
        if extent > SLACK * edge:
            remarks.append(
                f"{trajectory.name}: positions along {axis} span {extent:.6g}, more than the edge of {edge:g}; they "
                "are taken as tracks that are not wrapped into the cell"
            )


def _joined(last: Chunk, chunk: Chunk) -> Chunk:
    """Return the frames of a chunk after the last frame of the one before it."""
    identities = None
    if last.identities is not None and chunk.identities is not None:
        identities = np.concatenate([last.identities[-1:], chunk.identities])
    return chunk._replace(positions=np.concatenate([last.positions[-1:], chunk.positions]), identities=identities)


def _steps(chunk: Chunk, edges: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the longest step along each axis, (3,), and along which axes any step crosses a face."""
    steps = np.abs(np.diff(chunk.positions, axis=0))
    faces = np.diff(np.floor(chunk.positions / edges), axis=0) != 0
    known = ~np.isnan(steps)
    if chunk.identities is not None:
        known &= (chunk.identities[1:] == chunk.identities[:-1])[..., None]
    return steps.max(axis=(0, 1), initial=0.0, where=known), (faces & known).any(axis=(0, 1))
