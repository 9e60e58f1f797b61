"""Frames of a trajectory as a film needs them: offsets from the centre, headings in two bytes, cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.evaluation.report.scalars import Scalar
from kadita.school.box import Floats
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.velocity_kinds import ORIENTATION

UNKNOWN = -128  # both bytes of a heading that is not known


def moves(trajectory: Trajectory) -> bool:
    """Return whether headings are directions of motion, and not of bodies, which have no speed."""
    return trajectory.has_velocities and trajectory.attributes.get("velocities") != ORIENTATION


def octahedral(headings: Floats) -> NDArray[np.int8]:
    """Return two signed bytes for each unit vector, (..., 3) -> (2, ...), less than a degree off.

    The vector is projected onto the octahedron |x| + |y| + |z| = 1, whose lower half is folded outwards onto the square
    |x|, |y| <= 1 (Cigolle et al. 2014, Journal of Computer Graphics Techniques 3(2), 1-30). A vector of zeros is
    `UNKNOWN`.
    """
    norm = np.abs(headings).sum(-1)
    known = norm > 0
    p = headings / np.where(known, norm, 1.0)[..., None]
    x, y, z = p[..., 0], p[..., 1], p[..., 2]
    folded = z < 0
    across = np.where(folded, (1 - np.abs(y)) * np.where(x >= 0, 1, -1), x)
    along = np.where(folded, (1 - np.abs(x)) * np.where(y >= 0, 1, -1), y)
    return np.where(known, np.rint(np.stack([across, along]) * 127), UNKNOWN).astype(np.int8)


@dataclass
class Frames:
    """What a film is made of; NaN and zeros where nobody is."""

    centres: Floats  # (F, 3)
    offsets: Floats  # (F, C, 3)
    lengths: Floats  # (F, 3)
    headings: NDArray[np.int8]  # (2, F, C)
    identities: NDArray[np.uint32]  # (F, C)
    times: Floats  # (F,)
    speed: Scalar | None
    z: float

    @property
    def there(self) -> NDArray[np.bool_]:
        """Who is present, (F, C)."""
        return ~np.isnan(self.offsets[..., 0])

    @property
    def changing(self) -> bool:
        """Whether the cell changes."""
        return bool((self.lengths != self.lengths[:1]).any())

    @classmethod
    def read(cls, trajectory: Trajectory, frames: Integers, speed: bool) -> Frames:
        """Read the frames, block by block."""
        shape = (len(frames), trajectory.n_columns)
        raw = cls(
            centres=np.full((len(frames), 3), np.nan),
            offsets=np.full((*shape, 3), np.nan),
            lengths=np.full((len(frames), 3), np.nan),
            headings=np.full((2, *shape), UNKNOWN, np.int8),
            identities=np.zeros(shape if trajectory.reuses_columns else (0, 0), np.uint32),
            times=trajectory.times[frames],
            speed=None,
            z=0.0,
        )
        speeds = np.full(shape, np.nan)
        for block in trajectory.blocks_of(frames):
            rows = np.searchsorted(frames, block.frames)
            here = np.ix_(rows, block.columns)
            raw.centres[rows] = block.centroid
            raw.offsets[here] = block.offsets
            raw.lengths[rows] = block.box.array
            raw.z = float(block.positions[0, 0, 2])
            if trajectory.reuses_columns:
                raw.identities[here] = block.members
            if trajectory.has_velocities:
                for half, found in zip(raw.headings, octahedral(block.headings), strict=True):
                    half[here] = found
            if moves(trajectory):
                speeds[here] = block.speeds
        raw._fill_cells()
        if _varies(speeds) or (speed and not np.isnan(speeds).all()):
            raw.speed = Scalar("speed", _unit_of_speed(trajectory.attributes), speeds)
        return raw

    def _fill_cells(self) -> None:
        """Give frames without agents the cell of the frame before them, or of the first that has one."""
        known = np.flatnonzero(~np.isnan(self.lengths[:, 0]))
        if len(known):
            last = np.maximum(np.searchsorted(known, np.arange(len(self.lengths)), side="right") - 1, 0)
            self.lengths[:] = self.lengths[known[last]]
        else:
            self.lengths[:] = 0.0


def _unit_of_speed(attributes: Mapping[str, Any]) -> str:
    length, time = (attributes.get(f"{kind}_unit") or kind for kind in ("length", "time"))
    return f"{length}/{time}"


def _varies(speeds: Floats) -> bool:
    known = speeds[~np.isnan(speeds)]
    return bool(known.size and np.ptp(known) > 1e-3 * known.max())
