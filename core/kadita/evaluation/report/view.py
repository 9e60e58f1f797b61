"""From where a school is seen first, how much of it, and how large its agents are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kadita.evaluation.film.camera import Camera, direction
from kadita.evaluation.film.sample import extent_of, sampled, step_of
from kadita.evaluation.film.scenery import walls
from kadita.school.arena import Arena
from kadita.school.block import Frame
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory

MOST = 90  # per cent of the agents that lie within the radius
MEASURED = 12  # frames of which distances to the nearest neighbour are taken


@dataclass(frozen=True)
class View:
    """What a camera shows.

    Attributes:
        radius: about the centre of the school, which holds most agents in most frames; above 0.
        size: length of a glyph, a little less than most distances to the nearest neighbour; above 0.
        step: median distance that an agent moves from one frame to the next; above 0.
        direction: from the centre to the camera, (3,), of length 1.
        cell: the largest edges of the cell, (3,), 0 along open axes.
        outline: walls of the arena as lines, (K, 3) each; as far as agents reach, along axes without walls.
    """

    radius: float
    size: float
    step: float
    direction: Floats
    cell: Floats
    outline: list[Floats]


def view_of(trajectory: Trajectory, frames: Integers) -> View:
    """Return a view of some frames, from a sample of them.

    Raises:
        KaditaError: no agent is present in any of these frames.
    """
    sample = sampled(trajectory, frames)
    near = _spacing(sample)
    radius = float(np.median([_reach(frame) for frame in sample])) or near or 1.0
    size = min(0.85 * (near or radius / 8), radius / 6)
    step = step_of(trajectory, frames)
    arena = trajectory.attributes.get("arena")
    return View(
        radius=radius,
        size=size,
        step=step if step > 0 else size,
        direction=direction(sample).axes[2],
        cell=np.max([frame.box.array for frame in sample], axis=0),
        outline=[] if arena is None else walls(Arena.of(arena), *extent_of(sample), Camera.of("z")),
    )


def _reach(frame: Frame) -> float:
    """Return the radius about the middle of the school that holds most agents, or half of the cell's diagonal."""
    offsets = frame.offsets
    distances = np.linalg.norm(offsets - np.median(offsets, axis=0), axis=1)
    return max(float(np.percentile(distances, MOST)), 0.5 * float(np.linalg.norm(frame.box.array)))


def _spacing(sample: Sequence[Frame]) -> float:
    """Return the median distance to the nearest neighbour; 0 of single agents."""
    some = sample[:: -(-len(sample) // MEASURED)]
    found = [np.median(frame.neighbor_distances(1)) for frame in some if len(frame.positions) > 1]
    return float(np.median(found)) if found else 0.0
