"""Where neighbours are, the hull, length and width, front and back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import Delaunay

from kadita import Block


def cuboid(a, b, c):
    return np.array([[x, y, z] for x in (0, a) for y in (0, b) for z in (0, c)], dtype=float)


def volume(points):
    """That of all tetrahedra between the points, which fill their hull."""
    corners = points[Delaunay(points).simplices]
    return np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])).sum() / 6


def heading(velocities):
    """Unit vector of the mean heading of those who move."""
    speed = np.linalg.norm(velocities, axis=1)
    total = (velocities[speed > 0] / speed[speed > 0, None]).sum(axis=0)
    return total / np.linalg.norm(total)


def test_hull_of_a_cuboid(value):
    block = Block(np.vstack([cuboid(2, 3, 5), [[1, 1, 1]] * 4]))
    assert value("convex_hull_volume", block) == pytest.approx(30)
    assert value("hull_density", block) == pytest.approx(12 / 30)


def test_hull_across_the_face_of_the_cell(value):
    block = Block((cuboid(2, 3, 4) + 8.5) % 10, box=10.0)
    assert value("convex_hull_volume", block) == pytest.approx(24)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_hull_is_filled_by_tetrahedra_in_any_unit(unit, value, compact):
    block, x, _ = compact
    expected = np.array([volume(points) for points in x]) * unit**3
    block = Block(block.positions * unit, box=10.0 * unit if block.box.periodic else None)
    np.testing.assert_allclose(value("convex_hull_volume", block), expected, rtol=1e-9)
    np.testing.assert_allclose(value("hull_density", block), 40 / expected, rtol=1e-9)


@pytest.mark.parametrize("turn", [0.0, 0.4])
def test_flat_schools_have_no_volume(turn, value, rng):
    flat = rng.normal(size=(20, 3)) * [1, 1, 0]
    s, c = np.sin(turn), np.cos(turn)
    flat = flat @ np.array([[1, 0, 0], [0, c, s], [0, -s, c]])
    for x in (flat, flat[:3], flat[:1], np.zeros((6, 3)), np.outer(np.arange(6.0), [1, 2, 3])):
        assert value("convex_hull_volume", Block(x, dimensions=3))[0] == 0
        assert np.isnan(value("hull_density", Block(x, dimensions=3))[0])


def test_length_over_width_and_where_it_swims(value, rng):
    x = np.vstack([np.diag([6.0, 3.0, 1.0]), -np.diag([6.0, 3.0, 1.0])])
    assert value("elongation", Block(x)) == pytest.approx(2)
    for angle in (0.0, 0.3, 1.2, np.pi / 2):
        v = np.tile([np.cos(angle), 0, np.sin(angle)], (6, 1))
        for sign in (1, -1):
            assert value("elongation_heading_angle", Block(x, sign * v)) == pytest.approx(angle, abs=1e-9)


def test_axes_are_those_of_numpys_singular_values(value, compact):
    block, x, v = compact
    long, angle = value("elongation", block), value("elongation_heading_angle", block)
    for t, points in enumerate(x):
        _, (s1, s2, _), (axis, _, _) = np.linalg.svd(points - points.mean(axis=0))
        assert long[t] == pytest.approx(s1 / s2, rel=1e-9)
        assert angle[t] == pytest.approx(np.arccos(abs(axis @ heading(v[t]))), rel=1e-9)
    assert np.ptp(angle) > 0.3


def test_axes_that_nobody_can_tell(value, rng):
    ball = np.vstack([np.eye(3), -np.eye(3)])
    along = np.tile([1.0, 0, 0], (6, 1))
    assert value("elongation", Block(ball)) == pytest.approx(1)
    assert np.isnan(value("elongation_heading_angle", Block(ball, along))[0])
    line = np.outer(np.arange(6.0), [1, 2, 3])
    assert np.isnan(value("elongation", Block(line))[0])
    assert np.isnan(value("elongation", Block(rng.normal(size=(50, 2, 3)) + 300))).all()
    assert np.isnan(value("elongation", Block(np.zeros((3, 3))))[0])
    assert value("elongation_heading_angle", Block(line, line + [1, 2, 3])) == pytest.approx(0, abs=1e-9)


def test_who_is_ahead(value):
    x = np.array([[0.0, 0, 0], [1, 5, 0], [2, -5, 0], [9, 0, 0]])
    v = np.tile([2.0, 0, 0], (4, 1))
    np.testing.assert_allclose(value("front_back", Block(x, v)), [[-3, -2, -1, 6]])
    np.testing.assert_allclose(value("front_back", Block(x, -v)), [[3, 2, 1, -6]])
    assert np.isnan(value("front_back", Block(x, v * [[1], [-1], [1], [-1]]))).all()
    assert np.isnan(value("front_back", Block(x, 0 * v))).all()


def test_who_is_ahead_in_random_schools(value, compact):
    block, x, v = compact
    expected = [(points - points.mean(axis=0)) @ heading(moving) for points, moving in zip(x, v, strict=True)]
    np.testing.assert_allclose(value("front_back", block), expected, rtol=0, atol=1e-9)


PLACES = pytest.mark.parametrize(
    ("place", "bearing", "elevation"),
    [((1, 0, 0), 6, 3), ((-1, 1e-3, 0), 11, 3), ((0.1, 1, 0), 8, 3), ((0.1, -1, 0), 3, 3), ((0.1, 0.01, 1), 6, 5)],
    ids=["ahead", "behind", "left", "right", "above"],
)


@PLACES
@pytest.mark.parametrize("heading", [0.1, 2.0, -1.3])
def test_where_the_nearest_is(place, bearing, elevation, heading, value):
    """Pairs of agents, the second in a place that the first sees; the second is at rest, and sees nothing."""
    c, s = np.cos(heading), np.sin(heading)
    turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]])
    seen = np.array(place) + [0, 1e-6, 1e-6]
    x = np.vstack([np.zeros(3), seen @ turn])
    v = np.vstack([np.array([2.0, 0, 0]) @ turn, np.zeros(3)])
    density = value("neighbor_bearing", Block(x, v))[0]
    assert density.shape == (12, 6)
    assert np.argwhere(density).tolist() == [[bearing, elevation]]
    assert density[bearing, elevation] == 72


def test_an_agent_that_climbs_sees_by_its_own_plane(value):
    """It goes up by 45 degrees: what is ahead of it on the level is below its plane."""
    density = value("neighbor_bearing", Block([[0, 0, 0], [1.0, 1e-6, 0]], [[1.0, 0, 1], [0, 0, 0]]), bins=(2, 2))[0]
    assert density.tolist() == [[0, 0], [4, 0]]


@pytest.mark.parametrize("up", ["x", "y", "z"])
@pytest.mark.parametrize("k", [1, 4])
def test_bearing_is_numpys(k, up, value, compact):
    """Angles from the heading, the left and the top of every agent that moves; sines of elevation have equal bins."""
    block, x, v = compact
    found = value("neighbor_bearing", block, k=k, up=up, bins=(8, 5))
    for t, (points, moving) in enumerate(zip(x, v, strict=True)):
        r = np.linalg.norm(points[:, None] - points, axis=2)
        seen = points[np.argsort(r, axis=1)[:, k]] - points
        seen, ahead = seen[moving.any(axis=1)], moving[moving.any(axis=1)]
        left = np.cross(np.eye(3)["xyz".index(up)], ahead)
        top = np.cross(ahead, left)
        d, e, f = ((seen * a).sum(axis=1) / np.linalg.norm(a, axis=1) for a in (ahead, left, top))
        sine = f / np.linalg.norm(seen, axis=1)
        counts, _, _ = np.histogram2d(np.arctan2(e, d), sine, (8, 5), [(-np.pi, np.pi), (-1, 1)])
        np.testing.assert_allclose(found[t], counts / len(seen) * 8 * 5, rtol=1e-12)


def test_up_is_a_matter_of_axes(value, gas):
    block = gas(2, 30)
    expected = value("neighbor_bearing", block)
    for up, order in (("x", [2, 0, 1]), ("y", [1, 2, 0])):
        turned = Block(block.positions[..., order], block.velocities[..., order], box=10.0)
        np.testing.assert_array_equal(value("neighbor_bearing", turned, up=up), expected)


def test_gas_has_neighbors_everywhere(value, gas):
    block = gas(200, 200, 10.0)
    found = value("neighbor_bearing", block).mean(axis=0)
    assert found.mean() == pytest.approx(1)
    assert (np.abs(found - 1) < 4.5 * np.sqrt(72 / 40_000)).all()
    gamma = value("neighbor_anisotropy", block)
    assert gamma.mean() == pytest.approx(1 / 3, abs=4 * 0.3 / np.sqrt(200))  # sd of a cosine's square: 0.298


@pytest.mark.parametrize("box", [None, 50.0])
def test_anisotropy_tells_columns_from_rows(box, value, rng):
    """In line with the motion the rarest direction is across it, abreast it is the motion's own."""
    x = np.stack([np.arange(30.0), 0.01 * rng.normal(size=30), 0.01 * rng.normal(size=30)], axis=1) + 20
    along = np.tile([1.0, 0, 0], (30, 1))
    assert value("neighbor_anisotropy", Block(x, along, box=box))[0] < 1e-3
    sheet = rng.uniform(0, 9, (60, 3)) * [0.01, 1, 1]
    assert value("neighbor_anisotropy", Block(sheet, np.tile([1.0, 0, 0], (60, 1)), box=box))[0] > 0.99


def test_anisotropy_is_numpys(value, gas):
    block = gas(4, 40, 10.0, resting=0.2)
    d = block.positions[:, None] - block.positions[:, :, None]
    d = block.box.minimum_image(d)
    r = np.linalg.norm(d, axis=-1)
    for k in (1, 3):
        near = np.argsort(r, axis=2)[..., k]
        for t, gamma in enumerate(value("neighbor_anisotropy", block, k=k)):
            e = d[t, np.arange(40), near[t]]
            e /= np.linalg.norm(e, axis=1, keepdims=True)
            w = np.linalg.svd(e)[2][2]
            v = block.headings[t].mean(axis=0)
            assert gamma == pytest.approx((w @ v) ** 2 / (v @ v), rel=1e-9)


def test_anisotropy_of_too_few(value, rng):
    for n in (1, 2):
        assert np.isnan(value("neighbor_anisotropy", Block(rng.normal(size=(n, 3)), np.ones((n, 3))))[0])
        assert np.isnan(value("neighbor_bearing", Block(rng.normal(size=(n, 3)), np.zeros((n, 3))))).all()
