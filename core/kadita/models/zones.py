"""The zone model's step, by the rules of dewi-kadita 0.0.4 (Herho et al. 2026, arXiv 2602.07948).

After Couzin et al. 2002, J. Theor. Biol. 218, 1-11, doi:10.1006/jtbi.2002.3065. Every agent looks at all others that
it can see, that is outside the blind cone of half-angle ``blind_angle`` behind it:

- any nearer than r_r: away from all of those, and nothing else counts;
- otherwise: sum of the headings of those nearer than r_o, times ``orientation_weight``, plus sum of the unit vectors
  towards those nearer than r_a.

It turns towards that direction, by interpolation with t = max_turn / angle that is then normalised where the angle
exceeds max_turn (which hardly turns an agent that must reverse), gets three normal numbers times ``noise`` added to
its heading, is normalised again, and moves by speed times time step.

One function a stage. Positions and headings lie axis by axis, (3, N), and what an agent sees of the others is worked
out for all of them alike, so that it runs on vector units; the sums then run over the others in one order, so that
any number of threads gives the same bits.
"""

from __future__ import annotations

import math

import numpy as np
from numba import prange

from kadita.compiled import kernel, parallel_kernel
from kadita.models.philox import NOISE, normals

TOO_SHORT = 1e-10  # vectors up to this length have no direction
UNSEEN, ATTRACTION, ORIENTATION, REPULSION = 0, 1, 2, 3  # zones, from the outermost
GROUP = 16  # agents that turn one after the other on one thread, in the same scratch memory


@kernel
def _look(i, x, u, lengths, inverse, r_r, r_o, r_a, cosine_limit, towards, zone):  # type: ignore[no-untyped-def]
    """Unit vectors from agent i to all others, (3, N), and the zones that they are in, (N,); UNSEEN for i itself."""
    xs, ys, zs = x[0], x[1], x[2]
    px, py, pz = xs[i], ys[i], zs[i]
    ux, uy, uz = u[0, i], u[1, i], u[2, i]
    lx, ly, lz = lengths[0], lengths[1], lengths[2]
    ix, iy, iz = inverse[0], inverse[1], inverse[2]
    ex, ey, ez = towards[0], towards[1], towards[2]
    for j in range(zone.size):  # kept free of branches, and of what a compiler cannot tell from the arrays written
        dx = xs[j] - px
        dy = ys[j] - py
        dz = zs[j] - pz
        dx -= lx * np.rint(dx * ix)
        dy -= ly * np.rint(dy * iy)
        dz -= lz * np.rint(dz * iz)
        d = math.sqrt(dx * dx + dy * dy + dz * dz)
        length = max(d, TOO_SHORT)
        dx, dy, dz = dx / length, dy / length, dz / length
        cosine = max(-1.0, min(1.0, ux * dx + uy * dy + uz * dz))
        ex[j], ey[j], ez[j] = dx, dy, dz
        zone[j] = ((d >= TOO_SHORT) & (cosine > cosine_limit)) * ((d < r_a) + (d < r_o) + (d < r_r))


@kernel
def _desired(u, weight, towards, zone):  # type: ignore[no-untyped-def]
    """Direction that an agent wants, not normalised; zero where it sees nobody."""
    crowded = False
    for j in range(zone.size):
        crowded |= zone[j] == REPULSION
    away_x = away_y = away_z = 0.0
    if crowded:
        for j in range(zone.size):
            if zone[j] == REPULSION:
                away_x -= towards[0, j]
                away_y -= towards[1, j]
                away_z -= towards[2, j]
        return away_x, away_y, away_z
    along_x = along_y = along_z = 0.0
    toward_x = toward_y = toward_z = 0.0
    for j in range(zone.size):  # kept free of branches: which zone comes next is hard to foresee
        oriented, attracted = 1.0 * (zone[j] == ORIENTATION), 1.0 * (zone[j] == ATTRACTION)
        along_x += oriented * u[0, j]
        along_y += oriented * u[1, j]
        along_z += oriented * u[2, j]
        toward_x += attracted * towards[0, j]
        toward_y += attracted * towards[1, j]
        toward_z += attracted * towards[2, j]
    return weight * along_x + toward_x, weight * along_y + toward_y, weight * along_z + toward_z


@kernel
def _turned(ux, uy, uz, wx, wy, wz, max_turn):  # type: ignore[no-untyped-def]
    """Heading u turned towards w, by normalised interpolation where the angle exceeds max_turn."""
    length = math.sqrt(wx * wx + wy * wy + wz * wz)
    if length < TOO_SHORT:
        return ux, uy, uz
    wx, wy, wz = wx / length, wy / length, wz / length
    angle = math.acos(max(-1.0, min(1.0, ux * wx + uy * wy + uz * wz)))
    if angle < TOO_SHORT:
        return ux, uy, uz
    if angle <= max_turn:
        return wx, wy, wz
    t = max_turn / angle
    return _unit(ux * (1 - t) + wx * t, uy * (1 - t) + wy * t, uz * (1 - t) + wz * t, ux, uy, uz)


@kernel
def _unit(x, y, z, otherwise_x, otherwise_y, otherwise_z):  # type: ignore[no-untyped-def]
    length = math.sqrt(x * x + y * y + z * z)
    if length > TOO_SHORT:
        return x / length, y / length, z / length
    return otherwise_x, otherwise_y, otherwise_z


@kernel
def _moved(p, length, inverse):  # type: ignore[no-untyped-def]
    """Coordinate p, brought back into a cell of this length; as it is where the length is 0."""
    if length > 0:
        p -= length * math.floor(p * inverse)
        if p < 0 or p >= length:  # rounding at the two faces, which are the same place
            p = 0.0
    return p


def _advance(  # type: ignore[no-untyped-def]
    positions,
    headings,
    steps,
    first_step,
    seed,
    lengths,
    r_r,
    r_o,
    r_a,
    cosine_limit,
    weight,
    max_turn,
    noise,
    stride,
):
    """Advance positions (N, 3) and headings (N, 3) in place by a number of steps; `stride` is speed x time step."""
    agents = positions.shape[0]
    inverse = np.zeros(3)
    for a in range(3):
        if lengths[a] > 0:
            inverse[a] = 1.0 / lengths[a]
    x, u = positions.T.copy(), headings.T.copy()
    turned = np.empty_like(u)
    for step in range(first_step, first_step + steps):
        for group in prange((agents + GROUP - 1) // GROUP):
            towards, zone = np.empty((3, agents)), np.empty(agents, np.int8)
            for i in range(group * GROUP, min((group + 1) * GROUP, agents)):
                _look(i, x, u, lengths, inverse, r_r, r_o, r_a, cosine_limit, towards, zone)
                wx, wy, wz = _desired(u, weight, towards, zone)
                vx, vy, vz = _turned(u[0, i], u[1, i], u[2, i], wx, wy, wz, max_turn)
                if noise > 0:
                    gx, gy, gz, _ = normals(seed, step, i, NOISE)
                    vx, vy, vz = _unit(vx + noise * gx, vy + noise * gy, vz + noise * gz, vx, vy, vz)
                turned[0, i], turned[1, i], turned[2, i] = vx, vy, vz
        for a in range(3):
            for i in range(agents):
                u[a, i] = turned[a, i]
                x[a, i] = _moved(x[a, i] + stride * u[a, i], lengths[a], inverse[a])
    positions[:], headings[:] = x.T, u.T


advance = kernel(_advance)
advance_in_parallel = parallel_kernel(_advance)
