"""The zone model's step, by the rules of dewi-kadita 0.0.4 (Herho et al. 2026, arXiv 2602.07948).

After Couzin et al. 2002, J. Theor. Biol. 218, 1-11, doi:10.1006/jtbi.2002.3065. Every agent looks at all others that
it can see, that is outside the blind cone of half-angle ``blind_angle`` behind it:

- any nearer than r_r: away from all of those, and nothing else counts;
- otherwise: sum of the headings of those nearer than r_o, times ``orientation_weight``, plus sum of the unit vectors
  towards those nearer than r_a.

It turns towards that direction, by interpolation with t = max_turn / angle that is then normalised where the angle
exceeds max_turn (which hardly turns an agent that must reverse), gets three normal numbers times ``noise`` added to
its heading, is normalised again, and moves by speed times time step.

One function a stage; every agent's sums run over the others in one order, so any number of threads gives the same
bits.
"""

from __future__ import annotations

import math

import numpy as np
from numba import prange

from kadita.compiled import kernel, parallel_kernel
from kadita.models.philox import NOISE, normals

TOO_SHORT = 1e-10  # vectors up to this length have no direction


@kernel
def _desired(i, positions, headings, lengths, inverse, r_r, r_o, r_a, cosine_limit, weight):  # type: ignore[no-untyped-def]
    """Direction that agent i wants, not normalised; zero where it sees nobody."""
    away_x = away_y = away_z = 0.0
    along_x = along_y = along_z = 0.0
    toward_x = toward_y = toward_z = 0.0
    crowded = False
    x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
    ux, uy, uz = headings[i, 0], headings[i, 1], headings[i, 2]
    for j in range(positions.shape[0]):
        dx = positions[j, 0] - x
        dy = positions[j, 1] - y
        dz = positions[j, 2] - z
        dx -= lengths[0] * np.rint(dx * inverse[0])
        dy -= lengths[1] * np.rint(dy * inverse[1])
        dz -= lengths[2] * np.rint(dz * inverse[2])
        square = dx * dx + dy * dy + dz * dz
        if j == i or square >= r_a * r_a:
            continue
        d = math.sqrt(square)
        if d < TOO_SHORT or max(-1.0, (ux * dx + uy * dy + uz * dz) / d) <= cosine_limit:
            continue
        if d < r_r:
            crowded = True
            away_x -= dx / d
            away_y -= dy / d
            away_z -= dz / d
        elif d < r_o:
            along_x += headings[j, 0]
            along_y += headings[j, 1]
            along_z += headings[j, 2]
        else:
            toward_x += dx / d
            toward_y += dy / d
            toward_z += dz / d
    if crowded:
        return away_x, away_y, away_z
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
    turned = np.empty_like(headings)
    for step in range(first_step, first_step + steps):
        for i in prange(agents):
            wx, wy, wz = _desired(i, positions, headings, lengths, inverse, r_r, r_o, r_a, cosine_limit, weight)
            x, y, z = _turned(headings[i, 0], headings[i, 1], headings[i, 2], wx, wy, wz, max_turn)
            if noise > 0:
                gx, gy, gz, _ = normals(seed, step, i, NOISE)
                x, y, z = _unit(x + noise * gx, y + noise * gy, z + noise * gz, x, y, z)
            turned[i, 0], turned[i, 1], turned[i, 2] = x, y, z
        for i in range(agents):
            for a in range(3):
                headings[i, a] = turned[i, a]
                p = positions[i, a] + stride * turned[i, a]
                if lengths[a] > 0:
                    p -= lengths[a] * math.floor(p * inverse[a])
                    if p < 0 or p >= lengths[a]:  # rounding at the two faces, which are the same place
                        p = 0.0
                positions[i, a] = p


advance = kernel(_advance)
advance_in_parallel = parallel_kernel(_advance)
