"""Agents as they are seen from a focal agent, and how the focal agent turns and accelerates meanwhile."""

from typing import NamedTuple

import numpy as np

from kadita import NotApplicable, Window
from kadita.plugins.analyses import Floats, Integers, kernel

UNEVEN = 1.5  # ratio of successive time steps beyond which the longer is a gap
LEVEL = 1e-9  # least component of a heading that is level; those below point straight up or down


class Axes(NamedTuple):
    """Unit vectors of the focal agents' own frames, (T, N, 3) each; NaN where an agent has none."""

    ahead: Floats
    left: Floats
    above: Floats


class Grid(NamedTuple):
    """The bins of a map: `bins` along each edge, to `reach` on each side, in a slab of half thickness `half`."""

    reach: float
    half: float
    bins: int


class Responses(NamedTuple):
    """Rates at which focal agents turn to the left and gain speed, (T, N) each; NaN where unknown."""

    turning: Floats
    acceleration: Floats


def axes_of(headings: Floats, up: str) -> Axes:
    """Return ahead = u, left = up x u / |up x u|, above = u x left, of headings u, (T, N, 3)."""
    across = np.cross(np.eye(3)["xyz".index(up)], headings)
    level = np.linalg.norm(across, axis=2, keepdims=True)
    left = np.divide(across, level, out=np.full_like(across, np.nan), where=level > LEVEL)
    return Axes(np.where(np.isnan(left), np.nan, headings), left, np.cross(headings, left))


def responses_of(window: Window, axes: Axes) -> Responses:
    """Return how agents turn and accelerate between the frames before and after each, divided by the time between.

    The turn is the sum of two angles between headings in the plane of ahead and left, each from -pi to pi: from the
    frame before, and to the frame after. Unknown in the first and the last frame and next to a gap.
    """
    turning, acceleration = np.full(window.shape, np.nan), np.full(window.shape, np.nan)
    if len(window.times) < 3:
        return Responses(turning, acceleration)
    steps = np.diff(window.times)
    before, after = steps[:-1], steps[1:]
    even = np.maximum(before, after) <= UNEVEN * np.minimum(before, after)  # False where a time is not known
    duration = np.where(even, before + after, np.nan)[:, None]
    ahead, left = axes.ahead[1:-1], axes.left[1:-1]
    turn = _angle(window.headings[2:], ahead, left) - _angle(window.headings[:-2], ahead, left)
    turning[1:-1] = turn / duration
    try:
        speeds = np.linalg.norm(window.velocities, axis=2)
    except NotApplicable:  # directions of bodies stand in the place of velocities
        return Responses(turning, acceleration)
    acceleration[1:-1] = np.where(np.isnan(turning[1:-1]), np.nan, (speeds[2:] - speeds[:-2]) / duration)
    return Responses(turning, acceleration)


def _angle(u: Floats, ahead: Floats, left: Floats) -> Floats:
    """Return the angle of headings to the left of `ahead`, -pi to pi."""
    angle: Floats = np.arctan2(np.einsum("tia,tia->ti", u, left), np.einsum("tia,tia->ti", u, ahead))
    return angle


def sums_over_pairs(
    window: Window, axes: Axes, responses: Responses, grid: Grid, blocks: Integers, number: int
) -> tuple[Floats, Floats]:
    """Return sums over pairs by block and bin, (B, 5, bins, bins), and numbers of focal agents, (B, 2).

    The sums are: pairs; pairs whose focal agent's turning is known, and the sum of it; pairs whose acceleration is
    known, and the sum of it. Focal agents are those with a heading, and of them those whose turning is known. Agents
    with a heading count in the window's own frames, those with a turning in the frames after the first that is its
    own, up to the first that is not.

    Args:
        window: whose frames are summed over.
        axes: of its agents.
        responses: of its agents.
        grid: of the map.
        blocks: block of each frame, (T,).
        number: of the blocks.
    """
    sums, focal = np.zeros((number, 5, grid.bins, grid.bins)), np.zeros((number, 2))
    frames = min(window.own + 1, len(window.times))
    lengths = np.zeros((frames, 3)) if window.lengths is None else np.nan_to_num(window.lengths[:frames])
    x = np.ascontiguousarray(window.positions[:frames].transpose(0, 2, 1))
    _sum(x, *axes, *responses, lengths, blocks, window.own, grid.reach, grid.half, sums, focal)
    return sums, focal


@kernel
def _sum(x, ahead, left, above, turning, acceleration, lengths, blocks, own, reach, half, sums, focal):  # type: ignore[no-untyped-def]
    frames, _, agents = x.shape
    bins = sums.shape[2]
    scale = bins / (2 * reach)
    inverse = np.zeros(3)
    for t in range(frames):
        for c in range(3):
            inverse[c] = 1.0 / lengths[t, c] if lengths[t, c] > 0 else 0.0
        b = blocks[t]
        xs, ys, zs = x[t, 0], x[t, 1], x[t, 2]
        for i in range(agents):
            if np.isnan(ahead[t, i, 0]) or np.isnan(xs[i]):
                continue
            seen = 1.0 if t < own else 0.0
            turns = 0.0 if t == 0 or np.isnan(turning[t, i]) else 1.0
            gains = 0.0 if t == 0 or np.isnan(acceleration[t, i]) else 1.0
            focal[b, 0] += seen
            focal[b, 1] += turns
            if seen + turns == 0:
                continue
            turn = turning[t, i] if turns > 0 else 0.0
            gain = acceleration[t, i] if gains > 0 else 0.0
            ax, ay, az = ahead[t, i, 0], ahead[t, i, 1], ahead[t, i, 2]
            lx, ly, lz = left[t, i, 0], left[t, i, 1], left[t, i, 2]
            ux, uy, uz = above[t, i, 0], above[t, i, 1], above[t, i, 2]
            for j in range(agents):
                dx, dy, dz = xs[j] - xs[i], ys[j] - ys[i], zs[j] - zs[i]
                dx -= lengths[t, 0] * np.rint(dx * inverse[0])
                dy -= lengths[t, 1] * np.rint(dy * inverse[1])
                dz -= lengths[t, 2] * np.rint(dz * inverse[2])
                p, q = dx * ax + dy * ay + dz * az, dx * lx + dy * ly + dz * lz
                if j == i or not (abs(p) <= reach and abs(q) <= reach):  # nor is NaN, of an absent agent
                    continue
                if abs(dx * ux + dy * uy + dz * uz) > half:
                    continue
                m = min(np.int64((p + reach) * scale), bins - 1)
                n = min(np.int64((q + reach) * scale), bins - 1)
                sums[b, 0, m, n] += seen
                sums[b, 1, m, n] += turns
                sums[b, 2, m, n] += turn
                sums[b, 3, m, n] += gains
                sums[b, 4, m, n] += gain
