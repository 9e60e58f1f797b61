"""How an agent of the zone model turns: by the rules of Couzin et al. 2002, and by those of dewi-kadita.

Every agent looks at all others around it. Those nearer than r_r repel it, and where there is any, nothing else counts;
it wants to swim along with those nearer than r_o, and towards those nearer than r_a.

==================  =============================================  ============================================
                    couzin-2002                                    dewi-kadita 0.0.4
==================  =============================================  ============================================
not seen            those beyond half the field of view, except    those within the blind angle behind
                    in the zone of repulsion
desired direction   mean of the two zones' unit sums               weight x sum of headings + sum of unit vectors
noise               turns the desired direction by an angle        is added to the heading after the turn, three
                    N(0, noise) about a random axis across it      normal numbers x noise, and normalised
turn                about the axis across both directions, by at   by interpolation with t = limit / angle that is
                    most the limit                                 then normalised
reversal            about a random axis                            hardly at all
==================  =============================================  ============================================

An agent that wants nothing keeps its heading. Sources: Couzin et al. 2002, doi:10.1006/jtbi.2002.3065; Herho et al.
2026, arXiv 2602.07948.

What an agent sees of the others is worked out for all of them alike, so that it runs on vector units; the sums then run
over the others in one order, so that any number of threads gives the same bits.
"""

from __future__ import annotations

import math

import numpy as np

from kadita.compiled import part
from kadita.models.philox import NOISE, normals
from kadita.models.vectors import NOWHERE, TOO_SHORT, across, dot, rotated, times, total, unit

UNSEEN, ATTRACTION, ORIENTATION, REPULSION = 0.0, 1.0, 2.0, 3.0  # zones, from the outermost
REVERSAL = 3  # purpose of the random numbers of an exact reversal


@part
def turn(i, x, u, cell, step, seed, constants, scratch):  # type: ignore[no-untyped-def]
    """Return agent i's next heading; see `kadita.models.integrator`."""
    exact, r_r, r_o, r_a, cosine_limit, weight, limit, noise = constants
    towards, zone = scratch[:3], scratch[3]
    _look(i, x, u, cell, r_r, r_o, r_a, cosine_limit, exact, towards, zone)
    heading = u[0, i], u[1, i], u[2, i]
    away, along, toward = _sums(u, towards, zone)
    if exact:
        return _couzin_2002(heading, away, along, toward, limit, noise, seed, step, i)
    return _dewi_kadita(heading, away, along, toward, weight, limit, noise, seed, step, i)


@part
def _couzin_2002(heading, away, along, toward, limit, noise, seed, step, i):  # type: ignore[no-untyped-def]
    wanted = unit(total(unit(away, NOWHERE), unit(along, NOWHERE), unit(toward, NOWHERE)), heading)
    if noise > 0:
        angle, gx, gy, gz = normals(seed, step, i, NOISE)
        wanted = rotated(wanted, across(wanted, (gx, gy, gz)), noise * angle)
    sideways = across(heading, wanted)
    if math.atan2(dot(sideways, wanted), dot(heading, wanted)) <= limit:
        return wanted
    if sideways == NOWHERE:
        gx, gy, gz, _ = normals(seed, step, i, REVERSAL)
        sideways = across(heading, (gx, gy, gz))
    return rotated(heading, sideways, limit)


@part
def _dewi_kadita(heading, away, along, toward, weight, limit, noise, seed, step, i):  # type: ignore[no-untyped-def]
    wanted = unit(total(away, times(weight, along), toward), NOWHERE)
    turned = heading
    if wanted != NOWHERE:
        angle = math.acos(max(-1.0, min(1.0, dot(heading, wanted))))
        if angle > limit:
            t = limit / angle
            turned = unit(total(times(1 - t, heading), times(t, wanted), NOWHERE), heading)
        elif angle >= TOO_SHORT:
            turned = wanted
    if noise > 0:
        gx, gy, gz, _ = normals(seed, step, i, NOISE)
        turned = unit(total(turned, times(noise, (gx, gy, gz)), NOWHERE), turned)
    return turned


@part
def _look(i, x, u, cell, r_r, r_o, r_a, cosine_limit, all_round, towards, zone):  # type: ignore[no-untyped-def]
    """Unit vectors from agent i to all others, (3, N), and the zones that they are in, (N,); UNSEEN for i itself.

    With `all_round` those in the zone of repulsion are seen behind, too.
    """
    xs, ys, zs = x[0], x[1], x[2]
    px, py, pz = xs[i], ys[i], zs[i]
    ux, uy, uz = u[0, i], u[1, i], u[2, i]
    lx, ly, lz = cell[0, 0], cell[0, 1], cell[0, 2]
    ix, iy, iz = cell[1, 0], cell[1, 1], cell[1, 2]
    ex, ey, ez = towards[0], towards[1], towards[2]
    always = r_r if all_round else 0.0
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
        seen = (d >= TOO_SHORT) & ((cosine > cosine_limit) | (d < always))
        zone[j] = 1.0 * seen * (1.0 * (d < r_a) + 1.0 * (d < r_o) + 1.0 * (d < r_r))


@part
def _sums(u, towards, zone):  # type: ignore[no-untyped-def]
    """Sums over the zones: of unit vectors away from REPULSION, of headings in ORIENTATION, towards ATTRACTION.

    Where anyone repels, the other two are zero.
    """
    crowded = False
    for j in range(zone.size):
        crowded |= zone[j] == REPULSION
    if crowded:
        away_x = away_y = away_z = 0.0
        for j in range(zone.size):
            if zone[j] == REPULSION:
                away_x -= towards[0, j]
                away_y -= towards[1, j]
                away_z -= towards[2, j]
        return (away_x, away_y, away_z), NOWHERE, NOWHERE
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
    return NOWHERE, (along_x, along_y, along_z), (toward_x, toward_y, toward_z)
