"""From where a school is seen first, how much of it, and how large its agents are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kadita.school.block import Frame
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

SAMPLED = 24  # frames that are looked at
MOST = 90  # per cent of the agents that lie within the radius
MILL = 0.3  # mean angular momentum of unit vectors about the centroid from which a school is seen along its axis


@dataclass(frozen=True)
class View:
    """What a camera shows.

    Attributes:
        radius: about the centre of the school, which holds most agents in most frames; above 0.
        size: length of a glyph, a little less than most distances to the nearest neighbour.
        step: median distance that an agent moves from one frame to the next; above 0.
        direction: from the centre to the camera, (3,), of length 1; None where nothing tells it.
    """

    radius: float
    size: float
    step: float
    direction: Floats | None


def view_of(trajectory: Trajectory, frames: Integers) -> View:
    """Return a view of some frames, from a sample of them; frames without agents tell nothing."""
    sample = np.unique(np.linspace(0, len(frames) - 1, SAMPLED).astype(int))
    reach, near, moved, middle = [], [], [], None
    for i in sample:
        pair = frames[i : i + 2]
        blocks = list(trajectory.blocks_of(pair))
        if not blocks:
            continue
        block = blocks[0]
        frame = block[0]
        if middle is None or i <= len(frames) // 2:
            middle = frame
        edges = np.array(block.box.array)
        distances = np.linalg.norm(frame.offsets - np.median(frame.offsets, axis=0), axis=1)
        reach.append(float(np.percentile(distances, MOST)))
        if block.box.periodic:
            reach[-1] = max(reach[-1], 0.5 * float(np.linalg.norm(edges)))
        if block.shape[1] > 1:
            near.append(float(np.median(block.neighbor_distances(1)[0])))
        if len(pair) == 2 and len(block) == 2:
            steps = np.linalg.norm(block.box.minimum_image(block.positions[1] - block.positions[0]), axis=1)
            moved.append(float(np.median(steps)))
    radius = _typical(reach) or _typical(near) or 1.0
    size = min(0.85 * (_typical(near) or radius / 8), radius / 6)
    direction = (
        None
        if middle is None or not trajectory.has_velocities or trajectory.decide_dimensions() == 2
        else _direction(middle)
    )
    return View(radius, size or radius / 10, _typical(moved) or size or 1.0, direction)


def _typical(values: list[float]) -> float:
    return float(np.median(values)) if values else 0.0


def _direction(frame: Frame) -> Floats | None:
    """Return where a mill is seen from: from above its axis, aslant; None for any other school."""
    offsets = frame.offsets
    if len(offsets) < 3:
        return None
    radii = np.linalg.norm(offsets, axis=1, keepdims=True)
    spin = np.cross(offsets / np.where(radii > 0, radii, 1.0), frame.headings).mean(axis=0)
    if np.linalg.norm(spin) < max(MILL, float(np.linalg.norm(frame.headings.mean(axis=0)))):
        return None
    axis = spin / np.linalg.norm(spin)
    axis = axis if axis[2] >= 0 else -axis
    aside = np.cross(axis, [0.0, 0.0, 1.0]) if abs(axis[2]) < 0.95 else np.array([1.0, 0.0, 0.0])
    aside /= np.linalg.norm(aside)
    return np.asarray(np.cos(0.7) * axis + np.sin(0.7) * aside)
