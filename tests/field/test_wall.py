"""Distances to the wall of an arena, against plain twins and against uniformly random points."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import kadita
from kadita import Block, KaditaError, NotApplicable
from kadita.school.arena import Arena
from kadita.testing.schools import in_an_arena

STAR = "polygon:0,0,4,0,4,3,2,1,0,3"  # with a notch


def in_a_disc(rng, count, radius):
    r, angle = radius * np.sqrt(rng.random(count)), 2 * np.pi * rng.random(count)
    return np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1)


def in_a_ball(rng, count, radius):
    g = rng.normal(size=(count, 3))
    return g / np.linalg.norm(g, axis=1, keepdims=True) * radius * np.cbrt(rng.random((count, 1)))


def block(x, arena):
    return Block(x, attributes={"arena": arena})


def test_random_points_in_a_disc_are_a_third_of_the_radius_from_its_wall(rng, value):
    radius, d = 5.0, 0.8
    x = in_a_disc(rng, 200_000, radius) + [3, -2]
    b = block(x[None], f"circle:3,-2,{radius}")
    assert value("wall_distance", b)[0] == pytest.approx(radius / 3, rel=0.005)
    assert value("near_wall", b, distance=d)[0] == pytest.approx(1 - (1 - d / radius) ** 2, abs=0.004)


def test_expectations_in_a_sphere_and_between_two_walls(rng, value):
    radius, d = 5.0, 0.8
    x = in_a_ball(rng, 200_000, radius) + [3, -2, 1]
    ball = Block(x[None], attributes={"arena": f"sphere:3,-2,1,{radius}"})
    assert value("wall_distance", ball)[0] == pytest.approx(radius / 4, rel=0.005)
    assert value("near_wall", ball, distance=d)[0] == pytest.approx(1 - (1 - d / radius) ** 3, abs=0.004)
    x = rng.uniform(-4, 4, (1, 100_000, 3))
    slab = Block(x, box=(8, 8, "open"), attributes={"arena": "slab:-4,4"})
    assert value("near_wall", slab, distance=d)[0] == pytest.approx(2 * d / 8, abs=0.005)


class TestAlignment:
    def test_isotropic_headings(self, rng, value):
        """1/2 in a plane, 2/3 in space: the mean square of all but one component."""
        x = in_a_disc(rng, 50_000, 5.0)
        b = Block(x[None], rng.normal(size=(1, 50_000, 2)), attributes={"arena": "circle:0,0,5"})
        assert value("wall_alignment", b, distance=0.8)[0] == pytest.approx(1 / 2, abs=0.02)
        x = in_a_ball(rng, 50_000, 5.0)
        b = Block(x[None], rng.normal(size=(1, 50_000, 3)), attributes={"arena": "sphere:0,0,0,5"})
        assert value("wall_alignment", b, distance=0.8)[0] == pytest.approx(2 / 3, abs=0.02)

    @pytest.mark.parametrize("degrees", [0, 30, 90, 200])
    def test_it_is_the_cosine_of_the_angle_to_the_wall_squared(self, rng, value, degrees):
        """On a circle, and along the nearest side of a rectangle; agents farther from the wall do not count."""
        angle, turn = rng.uniform(0, 2 * np.pi, 40), np.deg2rad(degrees)
        x = 4.9 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        v = np.stack([-np.sin(angle + turn), np.cos(angle + turn)], axis=1)  # 0 degrees: along the wall
        x, v = np.concatenate([x, x / 5]), np.concatenate([v, x])
        b = Block(x[None], v[None], attributes={"arena": "circle:0,0,5"})
        assert value("wall_alignment", b, distance=0.5)[0] == pytest.approx(np.cos(turn) ** 2, abs=1e-5)
        sides = np.array([[0.1, 2], [5, 3.9], [9.8, 1], [3, 0.2]])
        along = np.array([[0, 1], [1, 0], [0, -1], [-1, 0]])
        v = np.cos(turn) * along + np.sin(turn) * np.stack([-along[:, 1], along[:, 0]], axis=1)
        b = Block(sides[None], v[None], attributes={"arena": "rectangle:0,0,10,4"})
        assert value("wall_alignment", b, distance=0.5)[0] == pytest.approx(np.cos(turn) ** 2, abs=1e-5)

    def test_who_does_not_move_does_not_count(self, value):
        x = np.array([[[4.9, 0], [0, 4.9], [-4.9, 0]], [[4.9, 0], [0, 1], [0, 2]]])
        v = np.array([[[0, 1.0], [0, 0], [0, 0]], [[0, 0], [0, 1], [0, 1]]])
        b = Block(x, v, attributes={"arena": "circle:0,0,5"})
        assert_allclose(value("wall_alignment", b, distance=0.5), [1, np.nan], atol=1e-9)


def test_an_arena_of_a_plane_is_none_in_space(value):
    tank, circle = in_an_arena(dimensions=3), in_an_arena(dimensions=2)
    assert np.isfinite(value("wall_distance", tank)).all()
    for block, other, what in ((tank, circle, "space, such as cylinder"), (circle, tank, "a plane, such as circle")):
        wrong = Block(block.positions, dimensions=block.dimensions, attributes=other.attributes)
        with pytest.raises(NotApplicable, match=f"needs an arena in {what}"):
            value("wall_distance", wrong)


def test_circles_are_exact(rng, value):
    x = rng.normal(size=(3, 40, 2)) * 4
    expected = 5 - np.sqrt((x[..., 0] - 1) ** 2 + (x[..., 1] - 2) ** 2)
    assert (expected < 0).any()
    b = block(x, "circle:1,2,5")
    assert_allclose(value("wall_distance_of_agents", b), expected, atol=1e-13)
    assert_allclose(value("wall_distance", b), expected.mean(axis=1), atol=1e-13)
    assert_allclose(value("near_wall_of_agents", b, distance=1.0), expected <= 1)


def test_a_rectangle_is_as_far_as_its_nearest_side(rng):
    x = rng.uniform([1, 2], [7, 5], (500, 2))
    expected = np.minimum(np.minimum(x[:, 0] - 1, 7 - x[:, 0]), np.minimum(x[:, 1] - 2, 5 - x[:, 1]))
    for corners in ("1,2,7,5", "7,5,1,2", "1,5,7,2"):
        assert_allclose(Arena.of(f"rectangle:{corners}").wall_distances(x), expected, atol=1e-13)
    assert Arena.of("rectangle:0,0,1,1").wall_distances([4.0, 5.0, 9.0]) == -5


def test_a_polygon_is_as_far_as_the_nearest_of_many_points_on_its_wall(rng):
    arena = Arena.of(STAR)
    x = rng.uniform(-1, 5, (300, 2))
    corners, s = arena.corners, np.linspace(0, 1, 2001)[:, None]
    wall = np.concatenate([a + s * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)])
    expected = np.linalg.norm(x[:, None] - wall, axis=2).min(axis=1)
    inside = (x[:, 0] > 0) & (x[:, 0] < 4) & (x[:, 1] > 0) & (x[:, 1] < 1 + np.abs(x[:, 0] - 2))
    found = arena.wall_distances(x)
    assert_allclose(np.abs(found), expected, atol=2e-3)
    assert ((found > 0) == inside).all()
    assert 50 < inside.sum() < 250
    backwards = "polygon:" + ",".join(f"{a},{b}" for a, b in corners[::-1])
    assert_allclose(Arena.of(backwards).wall_distances(x), found, atol=1e-13)


def test_an_arena_turned_up_is_as_far(rng):
    x = rng.uniform(-1, 5, (100, 2))
    up = x * [1, -1] + [0, 480]
    for text in (STAR, "circle:1,2,3", "rectangle:0,1,3,3"):
        arena = Arena.of(text)
        assert_allclose(arena.turned_up(480).wall_distances(up), arena.wall_distances(x), atol=1e-10)


def test_no_arena_and_no_distance_are_reasons(rng, value):
    x = rng.normal(size=(2, 5, 2))
    with pytest.raises(NotApplicable, match="needs an arena, and none is known"):
        value("wall_distance", Block(x))
    with pytest.raises(NotApplicable, match="needs a distance"):
        value("near_wall", block(x, "circle:0,0,1"))
    with pytest.raises(KaditaError, match="wall_distance needs an arena, and none is known"):
        kadita.analyze(Block(x), "wall_distance")
    found = kadita.analyze(Block(x), "wall_distance", arena="circle:0,0,9")["wall_distance"]
    assert_allclose(found, (9 - np.linalg.norm(x, axis=2)).mean(axis=1))


def test_arenas_that_are_none_are_refused():
    for text, found in {
        "disc:0,0,1": "expected circle:X,Y,R",
        "circle:0,0": "got 2 numbers",
        "circle:0,0,-1": "an area above 0",
        "rectangle:0,0,1,0": "an area above 0",
        "polygon:0,0,1,1,2,2": "an area above 0",
        "polygon:0,0,1,1,2": "got 5 numbers",
        "polygon:0,0,4,0,4,4,0,0,4,0,4,4": "expected different corners",
        "polygon:0,0,2,1,2,0,0,2": "sides that cross",
        "circle:0,0,inf": "finite numbers",
        "circle:0,0,r": "in numbers",
    }.items():
        with pytest.raises(KaditaError, match=f"^arena: .*{found}") as error:
            Arena.of(text)
        assert "\n" not in str(error.value)
    assert str(Arena.of("circle: 0.1, 2, 1e3")) == "circle:0.1,2,1000"
