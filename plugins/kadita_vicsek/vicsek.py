"""The Vicsek model in three dimensions, with angular noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from kadita import Model
from kadita.compiled import kernel, part
from kadita.models.model import Positive
from kadita.models.philox import NOISE, uniforms
from kadita.models.vectors import across, rotated, unit


@part
def turn(i, x, u, cell, step, seed, constants, scratch):  # type: ignore[no-untyped-def]
    """Return agent i's next heading: the mean heading of all within the radius, itself included, then noise."""
    radius, noise = constants
    within = scratch[0]
    _find_neighbors(x[0], x[1], x[2], i, cell, radius, within)
    sx = sy = sz = 0.0
    for j in range(within.size):
        sx += within[j] * u[0, j]
        sy += within[j] * u[1, j]
        sz += within[j] * u[2, j]
    mean = unit((sx, sy, sz), (u[0, i], u[1, i], u[2, i]))
    height, longitude, _, _ = uniforms(seed, step, i, NOISE)
    # the cap's height is uniform; told by the half-angle, because the cosine of a small angle has lost its digits
    angle, longitude = 2.0 * math.asin(math.sqrt(noise * height)), 2.0 * math.pi * longitude
    # any direction across the mean, and one across both: of x and y, the axis that lies less along the mean
    first = across(mean, (1.0, 0.0, 0.0) if abs(mean[0]) < abs(mean[1]) else (0.0, 1.0, 0.0))
    second = (
        mean[1] * first[2] - mean[2] * first[1],
        mean[2] * first[0] - mean[0] * first[2],
        mean[0] * first[1] - mean[1] * first[0],
    )
    return rotated(mean, rotated(first, second, longitude), angle)


@kernel
def _find_neighbors(xs, ys, zs, i, cell, radius, within):  # type: ignore[no-untyped-def]
    """Write 1 for the agents within the radius of agent i, itself included, and 0 for the others, (N,)."""
    px, py, pz = xs[i], ys[i], zs[i]
    lx, ly, lz = cell[0, 0], cell[0, 1], cell[0, 2]
    ix, iy, iz = cell[1, 0], cell[1, 1], cell[1, 2]
    for j in range(within.size):  # kept free of sums, so that it runs on vector units
        dx, dy, dz = xs[j] - px, ys[j] - py, zs[j] - pz
        dx -= lx * np.rint(dx * ix)
        dy -= ly * np.rint(dy * iy)
        dz -= lz * np.rint(dz * iz)
        within[j] = 1.0 * (dx * dx + dy * dy + dz * dz < radius * radius)


class Vicsek(Model):
    """Parameters of the Vicsek model: every agent takes the mean heading of those around it, but for noise.

    u_i(t + dt) is uniform on the cap of solid angle 4 pi `noise` about the direction of the sum of u_j over
    |r_ij| < `radius`, i included; then x_i moves by `speed` dt u_i(t + dt).

    Sources: Vicsek et al. 1995, Phys. Rev. Lett. 75, 1226, doi:10.1103/PhysRevLett.75.1226; in three dimensions
    Chate, Ginelli, Gregoire & Raynaud 2008, Phys. Rev. E 77, 046113, doi:10.1103/PhysRevE.77.046113.
    """

    name: ClassVar[str] = "vicsek"
    turn = staticmethod(turn)

    radius: Annotated[Positive, Field(description="distance within which headings are averaged, of nearest images")]
    noise: Annotated[
        float, Field(ge=0, le=1, description="angular noise: fraction of the sphere that a new heading is drawn from")
    ]

    @property
    def constants(self) -> tuple[Any, ...]:
        """Radius and noise."""
        return self.radius, self.noise

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The radius of interaction, at which groups are linked."""
        return {"r_a": self.radius}
