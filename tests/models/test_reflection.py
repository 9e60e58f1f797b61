"""Walls turn agents as a mirror turns light: density, angular momentum, mirror symmetry, and no agent outside."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kadita.base.jit import kernel
from kadita.models.engine.reflection import curved, flat
from kadita.school.arena import Arena

ORIGIN = (0.0, 0.0, 0.0)
ROUND = pytest.mark.parametrize("axes", [2, 3], ids=["circle", "sphere"])


def flight(axes):
    """Return the flight of agents on their own in a circle or a sphere; the farthest that one of them ever was."""

    @kernel
    def fly(x, u, stride, centre, radius, steps):
        farthest = 0.0
        for i in range(len(x)):
            p, h = (x[i, 0], x[i, 1], x[i, 2]), (u[i, 0], u[i, 1], u[i, 2])
            for _ in range(steps):
                p, _, h = curved(p, (stride * h[0], stride * h[1], stride * h[2]), h, centre, radius, axes, True)
                a, b, c = p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]
                squared = a * a + b * b
                if axes == 3:
                    squared = squared + c * c
                farthest = max(farthest, math.sqrt(squared))
            x[i, 0], x[i, 1], x[i, 2] = p
            u[i, 0], u[i, 1], u[i, 2] = h
        return farthest

    return fly


FLIGHT = {2: flight(2), 3: flight(3)}


@kernel
def fly_between(x, u, stride, low, high, steps):
    for i in range(len(x)):
        for _ in range(steps):
            x[i], _, u[i] = flat(x[i], stride * u[i], u[i], low, high)


def folded(x, u, stride, radius, steps):
    """A wrong twin: the radius is folded at the wall."""
    for _ in range(steps):
        x = x + stride * u
        r = np.linalg.norm(x, axis=1, keepdims=True)
        out = (r > radius)[:, 0]
        n = x / r
        x = np.where(r > radius, (2 * radius - r) * n, x)
        u[out] -= 2 * (u * n).sum(axis=1, keepdims=True)[out] * n[out]
    return x, u


def directions(rng, count, axes):
    g = rng.normal(size=(count, 3)) * ([1, 1, 0] if axes == 2 else 1)
    return g / np.linalg.norm(g, axis=1, keepdims=True) + 0.0  # no -0


def uniform(rng, count, axes, radius=1.0):
    """Positions uniform in a circle or a sphere about the origin, and headings."""
    r = radius * rng.random((count, 1)) ** (1 / axes)
    return r * directions(rng, count, axes), directions(rng, count, axes)


def departure(x, radius, axes):
    """Kolmogorov's distance of (r / R)^2 in a circle, (r / R)^3 in a sphere, from a uniform distribution."""
    return stats.kstest((np.linalg.norm(x, axis=1) / radius) ** axes, "uniform").statistic


@ROUND
def test_free_flight_keeps_a_uniform_density(axes, rng):
    count, radius = 5000, 3.0
    x, u = uniform(rng, count, axes, radius)
    wrong, _ = folded(x.copy(), u.copy(), 0.1 * radius, radius, 200)
    assert departure(wrong, radius, axes) > 0.15
    FLIGHT[axes](x, u, 0.1 * radius, ORIGIN, radius, 1000)
    assert departure(x, radius, axes) < 1.95 / math.sqrt(count)  # p = 0.001
    assert abs(stats.kstest((x[:, 0] / radius + 1) / 2, stats.beta(*[(axes + 1) / 2] * 2).cdf).pvalue) > 1e-3


@ROUND
@pytest.mark.parametrize("share", [0.01, 0.1, 1.0])
def test_angular_momentum_about_the_centre_is_kept(axes, share, rng):
    radius = 7.0
    x, u = uniform(rng, 2000, axes, radius)
    before, at_first = np.cross(x, u), x.copy()
    FLIGHT[axes](x, u, share * radius, ORIGIN, radius, 500)
    assert np.abs(np.cross(x, u) - before).max() < 1e-13 * radius
    assert np.abs(np.linalg.norm(u, axis=1) - 1).max() < 1e-15
    assert np.linalg.norm(x - at_first, axis=1).mean() > radius / 2
    if axes == 2:
        assert not x[:, 2].view(np.int64).any()  # in the plane to the bit
        assert not u[:, 2].view(np.int64).any()


@ROUND
@pytest.mark.parametrize("share", [1e-9, 0.1, 1.0])
@pytest.mark.parametrize(
    ("centre", "radius"),
    [
        (ORIGIN, 1.0),
        ((1e3, -1e5, 7.0), 0.01),
        ((1.0, 2.0, 3.0), 1e-9),
        ((-1e9, 1e7, 1e8), 1e12),
        ((0.1, 0.0, 0.0), 1e-80),
    ],
)
def test_nobody_leaves(axes, share, centre, radius, rng):
    x, u = uniform(rng, 400, axes, radius)
    x[:100] /= np.linalg.norm(x[:100], axis=1, keepdims=True) / radius  # at the wall, and along it
    across = u[:100] - (u[:100] * x[:100]).sum(axis=1, keepdims=True) * x[:100] / radius**2
    u[:100] = across / np.linalg.norm(across, axis=1, keepdims=True)
    form = f"circle:{centre[0]!r},{centre[1]!r},{radius!r}" if axes == 2 else f"sphere:{str(centre)[1:-1]},{radius!r}"
    walls = Arena.of(form).walls
    x = walls.centre + x
    x[~walls.inside(x)] = walls.centre
    assert FLIGHT[axes](x, u, share * radius, centre, radius, 100) <= radius
    assert walls.inside(x).all()
    assert np.isfinite(u).all()


@ROUND
def test_float32_is_inside_once_moved_inward(axes, rng):
    walls = Arena.of("circle:0.3,-7,10.1" if axes == 2 else "sphere:0.3,-7,2,10.1").walls
    g = directions(rng, 20_000, axes)
    x, u = walls.centre + 10.1 * (1 - 1e-15) * g, g.copy()
    FLIGHT[axes](x, u, 1e-15, tuple(walls.centre), 10.1, 3)
    assert not walls.inside(x.astype(np.float32)).all()
    assert walls.inside(walls.inward(x).astype(np.float32)).all()


def chord_by_chord(x, u, length, axes):
    """The path in a circle or a sphere of radius 1, one chord after another; the number of reflections."""
    for bounces in range(100_000):
        along = x @ u
        path = -along + math.sqrt(max(0.0, along**2 + 1 - x @ x)) if bounces == 0 else -2 * along
        if path >= length:
            return x + length * u, u, bounces
        x = x + path * u
        x /= np.linalg.norm(x)
        length, u = length - path, u - 2 * (x @ u) * x
    raise AssertionError


@ROUND
def test_grazing_agents_meet_the_wall_many_times_in_a_step(axes, rng):
    most = 0
    for angle in [0.9, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 1e-4]:
        (n,) = directions(rng, 1, axes)
        (aside,) = directions(rng, 1, axes)
        along = aside - (aside @ n) * n
        along /= np.linalg.norm(along)
        u, x = math.cos(angle) * along + math.sin(angle) * n, 0.9999 * n
        found, step, heading = curved(tuple(x), tuple(2 * u), tuple(u), ORIGIN, 1.0, axes, True)
        expected, onward, bounces = chord_by_chord(x, u, 2.0, axes)
        most = max(most, bounces)
        np.testing.assert_allclose(found, expected, atol=1e-11)
        np.testing.assert_allclose(heading, onward, atol=1e-11)
        np.testing.assert_allclose(step, 2 * onward, atol=1e-11)
    assert most > 60


@ROUND
def test_along_the_wall_an_agent_goes_around(axes):
    x, u = (2.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    found, _, heading = curved(x, (0.0, 1.0, 0.0), u, ORIGIN, 2.0, axes, True)
    assert found == pytest.approx((2 * math.cos(0.5), 2 * math.sin(0.5), 0), abs=1e-15)
    assert heading == pytest.approx((-math.sin(0.5), math.cos(0.5), 0), abs=1e-15)


@ROUND
def test_head_on_an_agent_comes_straight_back(axes):
    assert curved((1.5, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, 0.0, 0.0), ORIGIN, 2.0, axes, True) == (
        (1.5, 0.0, 0.0),
        (-1.0, 0.0, 0.0),
        (-1.0, 0.0, 0.0),
    )


@ROUND
def test_velocities_keep_their_lengths_and_what_is_pushed_backwards_its_heading(axes, rng):
    x, u = uniform(rng, 300, axes)
    met = 0
    for p, h in zip(x.tolist(), u.tolist(), strict=True):
        velocity = tuple(37.5 * c for c in h)
        q, step, new = curved(tuple(p), tuple(0.5 * c for c in h), velocity, ORIGIN, 1.0, axes, False)
        assert math.hypot(*new) == pytest.approx(37.5, rel=1e-15)
        assert math.hypot(*step) == pytest.approx(0.5, rel=1e-14)
        np.testing.assert_allclose(np.array(new) / 37.5, np.array(step) / 0.5, atol=1e-14)
        met += new != velocity
    assert 60 < met < 200
    still = curved((0.9, 0.0, 0.0), (0.5, 0.0, 0.0), ORIGIN, ORIGIN, 1.0, axes, False)
    assert still == (pytest.approx((0.6, 0, 0)), (-0.5, 0.0, 0.0), ORIGIN)
    pushed = curved((0.9, 0.0, 0.0), (0.5, 0.0, 0.0), (-0.8, 0.6, 0.0), ORIGIN, 1.0, axes, True)
    assert pushed[2] == pytest.approx((-0.8, 0.6, 0), abs=1e-15)


def test_a_cylinder_leaves_what_is_along_its_axis_to_its_flat_ends(rng):
    x, s, u = (0.9, 0.1, 4.2), (0.3, 0.1, -0.2), (0.6, 0.2, math.sqrt(0.6))
    p, step, heading = curved(x, s, u, ORIGIN, 1.0, 2, True)
    assert (p[2], step[2]) == (4.2, -0.2)
    assert heading[2] == pytest.approx(u[2], abs=1e-15)
    planar = curved((0.9, 0.1, 0.0), (0.3, 0.1, 0.0), (0.6, 0.2, 0.0), ORIGIN, 1.0, 2, False)
    assert (planar[0][:2], planar[1][:2]) == (p[:2], step[:2])
    np.testing.assert_allclose(planar[2][:2], heading[:2], atol=1e-15)


@kernel
def fly_in_a_tank(x, u, stride, centre, radius, low, high, steps):
    for i in range(len(x)):
        p, h = (x[i, 0], x[i, 1], x[i, 2]), (u[i, 0], u[i, 1], u[i, 2])
        for _ in range(steps):
            p, s, h = curved(p, (stride * h[0], stride * h[1], stride * h[2]), h, centre, radius, 2, True)
            z, _, w = flat(p[2], s[2], h[2], low, high)
            p, h = (p[0], p[1], z), (h[0], h[1], w)
        x[i, 0], x[i, 1], x[i, 2] = p
        u[i, 0], u[i, 1], u[i, 2] = h


def test_free_flight_fills_a_tank_uniformly(rng):
    walls = Arena.of("cylinder:3,-4,2,10,13").walls
    x, u = np.full((5000, 3), [3.5, -4, 10.1]), directions(rng, 5000, 3)
    x[:, :2] = [3, -4] + uniform(rng, 5000, 2, 2.0)[0][:, :2]  # its profile across is kept; along z it spreads
    fly_in_a_tank(x, u, 0.3, tuple(walls.centre), walls.radius, walls.low[2], walls.high[2], 1000)
    assert walls.inside(x).all()
    assert departure((x - [3, -4, 0]) * [1, 1, 0], 2.0, 2) < 1.95 / math.sqrt(5000)
    assert stats.kstest((x[:, 2] - 10) / 3, "uniform").pvalue > 1e-3


@ROUND
def test_plain_python_has_the_same_bits(axes, rng):
    x, u = uniform(rng, 40, axes)
    y, v = x.copy(), u.copy()
    FLIGHT[axes](y, v, 0.8, ORIGIN, 1.0, 20)
    for i in range(40):
        p, h = tuple(x[i].tolist()), tuple(u[i].tolist())
        for _ in range(20):
            p, _, h = curved(p, (0.8 * h[0], 0.8 * h[1], 0.8 * h[2]), h, ORIGIN, 1.0, axes, True)
        assert (p, h) == (tuple(y[i].tolist()), tuple(v[i].tolist()))


def test_between_flat_walls_a_path_is_a_triangle_wave():
    x, u = np.array([0.5, 2.0, 1.75]), np.array([1.0, -1.0, 1.0])
    fly_between(x, u, 0.25, 0.5, 2.0, 7)
    assert x.tolist() == [1.75, 0.75, 0.5]  # 1.75 along a path of period 3, in binary fractions: exact
    assert u.tolist() == [-1, 1, -1]  # the last one is at the wall, and is turned by the next step


def test_no_wall_is_an_infinity_away():
    assert flat(3.0, 0.5, 1.0, -math.inf, math.inf) == (3.5, 0.5, 1.0)
    assert flat(3.0, 0.5, 1.0, -math.inf, 3.25) == (3.0, -0.5, -1.0)
    assert flat(3.0, -0.5, -1.0, 2.75, math.inf) == (3.0, 0.5, 1.0)
    assert flat(3.0, 0.5, -1.0, -math.inf, 3.25) == (3.0, -0.5, -1.0)  # pushed backwards: its heading points inwards
    assert [flat(0.5, s, s, 0.0, 1.0)[0] for s in (-7.0, 7.0)] == [1, 0]  # too long a step stays inside, too
    x, s, u = flat(0.0, 0.0, 0.0, -math.inf, math.inf)
    assert [math.copysign(1, c) for c in (x, s, u)] == [1, 1, 1]
    assert math.isnan(flat(math.nan, 0.5, 1.0, 0.0, 1.0)[0])


INSIDE = st.floats(0, 1)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), INSIDE, st.floats(-0.5, 0.5), st.floats(-1, 1))
@settings(max_examples=300, deadline=None)
def test_flat_walls_are_mirrors(low, width, where, share, u):
    high = low + width
    x, s = min(high, max(low, low + where * width)), share * (high - low)
    p, step, heading = flat(x, s, u, low, high)
    assert low <= p <= high
    assert (abs(step), abs(heading)) == (abs(s), abs(u))
    mirrored = flat(-x, -s, -u, -high, -low)
    assert mirrored == (-p, -step, -heading)
    if low <= x + s <= high:
        assert (p, step, heading) == (x + s, s, u)
    else:
        assert step == -s
        wall = high if x + s > high else low
        assert p - wall == pytest.approx(wall - (x + s), abs=1e-9 * width + 4e-16 * abs(wall))
