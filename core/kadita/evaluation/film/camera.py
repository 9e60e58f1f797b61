"""From where a school is seen, and how much of space is in the picture.

The projection is orthographic: a length across the line of sight has the same size everywhere in the picture, so that
the scale bar holds for near and far agents. Depth is shown by the order of drawing and by fading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from kadita.base.errors import KaditaError
from kadita.school.block import Frame
from kadita.school.box import MOST, Floats

NAMED = {"x": (1, 0, 0), "y": (0, -1, 0), "z": (0, 0, 1), "aslant": (0.55, -0.72, 0.42)}
LOOKS = "x, y, z, aslant, or a direction X,Y,Z from the school to the viewer"
CENTRAL, FAR = 98, 1.5  # percent of agents that are in the picture; all are if they reach at most FAR times as far
MARGIN = 1.04
ALONE = 0.15  # half of the width around a single agent that is followed, in lengths of its way
ASLANT = 0.5  # angle between the axis of a mill and the line of sight, in radians


class Camera(NamedTuple):
    """Rows of `axes`, (3, 3): to the right in the picture, up in the picture, and towards the viewer; orthonormal."""

    axes: Floats

    @classmethod
    def of(cls, look: Any) -> Camera:
        """Return the camera that looks from a named direction, or from a vector ``(x, y, z)`` or ``"x,y,z"``.

        z points up in the picture; of a view from above, y does.

        Raises:
            KaditaError: another name, or no direction.
        """
        if isinstance(look, Camera):
            return look
        given: Any = NAMED.get(look, look) if isinstance(look, str) else look
        try:
            d = np.array(given.split(",") if isinstance(given, str) else given, dtype=np.float64)
        except (TypeError, ValueError):
            d = np.zeros(0)
        length = np.linalg.norm(d) if d.shape == (3,) else np.nan
        if not 0 < length < MOST:
            raise KaditaError(f"look: expected {LOOKS}; got {look!r}")
        d = d / length
        right = np.array([-d[1], d[0], 0.0])  # z x d
        right = right / np.linalg.norm(right) if np.linalg.norm(right) > 1e-9 else np.array([1.0, 0.0, 0.0])
        return cls(np.array([right, np.cross(d, right), d]))

    def project(self, points: ArrayLike) -> Floats:
        """Return places in the picture, (..., 3) -> (..., 2): to the right and up, in the unit of the points."""
        return np.asarray(points, dtype=np.float64) @ self.axes[:2].T

    def depth(self, points: ArrayLike) -> Floats:
        """Return how near points are to the viewer, (..., 3) -> (...)."""
        return np.asarray(points, dtype=np.float64) @ self.axes[2]

    @property
    def names(self) -> tuple[str, str] | None:
        """The coordinates to the right and up, such as ``("x", "y")``; None where the camera looks along no axis."""
        signed = [a for a in self.axes[:2] if np.sort(a).tolist() == [0, 0, 1]]
        return ("xyz"[int(signed[0].argmax())], "xyz"[int(signed[1].argmax())]) if len(signed) == 2 else None


class View(NamedTuple):
    """What is in the picture: places from `low` to `high`, (2,) each, to the right and up.

    Places are those of `Camera.project`: of positions, or where the camera follows, of offsets from the centroid.
    """

    camera: Camera
    follow: bool
    low: Floats
    high: Floats
    depths: tuple[float, float]  # of the farthest and the nearest agents
    spacing: float  # median distance of nearest neighbours; NaN of a single agent

    def fitted(self, aspect: float) -> View:
        """Return the view of a picture of this ratio of width to height, with a margin."""
        half = np.maximum((self.high - self.low) / 2, 1e-12 + 1e-9 * np.abs(self.high).max())
        height = MARGIN * max(half[1], half[0] / aspect)
        centre, half = (self.high + self.low) / 2, np.array([height * aspect, height])
        return self._replace(low=centre - half, high=centre + half)

    def body_length(self, stated: Any = None) -> float:
        """Return the length that bodies are drawn with: that of animals if it is known, or one that can be seen.

        It is at least 1/90 of the height of the picture. Where it is not known, it is 1.2 times the distance of nearest
        neighbours, between 1/32 and 1/12 of the height.
        """
        height = float((self.high - self.low)[1])
        if isinstance(stated, int | float) and 0 < stated < np.inf:
            return max(float(stated), height / 90)
        near = 1.2 * self.spacing if np.isfinite(self.spacing) else height / 20
        return float(np.clip(near, height / 32, height / 12))


def direction(frames: Sequence[Frame]) -> Camera:
    """Return a camera for a school: a plane is seen from above, a mill from above its axis aslant, others from aside.

    The axis of a mill is the mean of r x u / r over agents and frames, where r is the offset from the centroid and u
    the heading; the direction of a school is the mean of u. Where both are small, the school is seen aslant.
    """
    if frames[0].dimensions == 2:
        return Camera.of("z")
    spin, way, count = np.zeros(3), np.zeros(3), 0
    for frame in frames:
        if frame.velocity_known.any():
            r, u = frame.offsets, frame.headings
            far = np.linalg.norm(r, axis=1, keepdims=True)
            spin += np.cross(r / np.where(far > 0, far, 1), u).sum(0)
            way += u.sum(0)
            count += len(r)
    spin, way = spin / max(count, 1), way / max(count, 1)
    turning, moving = float(np.linalg.norm(spin)), float(np.linalg.norm(way))
    if turning > max(0.3, moving):
        axis = spin / turning * (1 if spin[2] >= 0 else -1)
        aside = np.cross(axis, [0.0, 0.0, 1.0]) if abs(axis[2]) < 0.99 else np.array([0.0, -1.0, 0.0])
        return Camera.of(np.cos(ASLANT) * axis + np.sin(ASLANT) * aside / np.linalg.norm(aside))
    level = way - [0, 0, way[2]]
    if moving > 0.5 and np.linalg.norm(level) > 0.3 * moving:
        side = np.cross(level, [0.0, 0.0, 1.0])
        return Camera.of(side / np.linalg.norm(side) + [0, 0, 0.35])
    return Camera.of("aslant")


def view_of(frames: Sequence[Frame], camera: Camera, follow: bool, scenery: Iterable[Floats] = ()) -> View:
    """Return the view that holds the agents of these frames, and if it does not follow them, the lines of `scenery`.

    If the camera follows the school, and some agents are much farther away than others, it holds 98 % of them.
    """
    lines = [line for line in scenery if len(line)]
    places, depths, spacings = [], [], []
    for i, frame in enumerate(frames):
        points = frame.offsets if follow else frame.wrapped
        places.append(camera.project(points))
        depths.append(np.percentile(camera.depth(points), (2, 98)))
        if len(points) > 1 and i % -(-len(frames) // 12) == 0:
            spacings.append(np.median(frame.neighbor_distances(1)))
    of_agents = np.concatenate(places)
    if follow:
        reach = np.abs(of_agents)
        half, most = np.percentile(reach, CENTRAL, axis=0), reach.max(axis=0)
        half = np.where(most <= FAR * half, most, half)
        low, high = -half, half
    else:
        everything = np.concatenate([of_agents, *(camera.project(line) for line in lines)])
        low, high = np.nanmin(everything, axis=0), np.nanmax(everything, axis=0)
    if (high - low).max() <= 1e-9 * max(np.abs(low).max(), np.abs(high).max()):  # one agent, or all at one place
        ways = np.concatenate([frame.wrapped for frame in frames])
        around = ALONE * (float(np.ptp(ways, axis=0).max()) or 1.0)
        low, high = low - around, high + around
    far, near = np.array(depths).min(axis=0)[0], np.array(depths).max(axis=0)[1]
    spacing = float(np.median(spacings)) if spacings else np.nan
    return View(camera, follow, low, high, (float(far), float(near)), spacing)
