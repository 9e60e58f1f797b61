"""Arenas in a plane and in space: their size, distances to their walls, and positions that float32 leaves inside."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from kadita import KaditaError
from kadita.school.arena import Arena

CYLINDER = "cylinder:1,-2,3,5,9"
SPACES = {  # volume, half width, corners of the box around it
    "sphere:1,-2,4,3": (36 * math.pi, 3, (-2, -5, 1), (4, 1, 7)),
    CYLINDER: (36 * math.pi, 2, (-2, -5, 5), (4, 1, 9)),
    "cylinder:0,0,1,9,-1": (10 * math.pi, 1, (-1, -1, -1), (1, 1, 9)),
    "box:3,0,8,1,5,2": (60, 1, (1, 0, 2), (3, 5, 8)),
    "slab:4,-1": (math.inf, 2.5, (-math.inf, -math.inf, -1), (math.inf, math.inf, 4)),
    "channel:2,3": (math.inf, 0.5, (-math.inf, 2, -math.inf), (math.inf, 3, math.inf)),
    "circle:1,2,3": (9 * math.pi, 3, (-2, -1, -math.inf), (4, 5, math.inf)),
    "rectangle:1,2,7,4": (12, 1, (1, 2, -math.inf), (7, 4, math.inf)),
}
CLOSED = [text for text, (size, *_) in SPACES.items() if math.isfinite(size) and Arena.of(text).dimensions == (3,)]


def float32(x):
    return x.astype(np.float32).astype(np.float64)


@pytest.mark.parametrize("text", SPACES)
def test_size_half_width_and_box(text):
    arena, (size, half_width, lower, upper) = Arena.of(text), SPACES[text]
    assert arena.size == pytest.approx(size, rel=1e-15)
    assert (arena.walls.half_width, *arena.walls.lower, *arena.walls.upper) == (half_width, *lower, *upper)
    assert Arena.of(str(arena)) == arena


@pytest.mark.parametrize("text", CLOSED)
def test_random_points_fill_the_volume(text, rng):
    arena, count = Arena.of(text), 200_000
    width = arena.walls.upper - arena.walls.lower
    share = (arena.wall_distances(arena.walls.lower + width * rng.random((count, 3))) > 0).mean()
    assert share == pytest.approx(arena.size / width.prod(), abs=5 / math.sqrt(4 * count))


def test_distances_from_inside_and_outside():
    sphere = Arena.of("sphere:1,-2,4,3")
    assert sphere.wall_distances([[1, -2, 4], [1, 0, 4], [1, -2, 9]]).tolist() == [3, 1, -2]
    box = Arena.of("box:0,0,0,4,6,8")
    points = [
        [1, 3, 4],
        [2, 3, 7.5],
        [2, 3, 9],
        [5, 7, 9],
        [-3, 3, -4],
    ]  # inside twice; beyond a face, a corner, an edge
    assert_allclose(box.wall_distances(points), [1, 0.5, -1, -math.sqrt(3), -5], rtol=1e-15)
    cylinder = Arena.of(CYLINDER)
    assert_allclose(cylinder.wall_distances([[1, -2, 7], [1, 0.5, 7], [1, 5, 7], [1, 4, 13]]), [2, 0.5, -4, -5])
    assert Arena.of("slab:4,-1").wall_distances([[1e9, -1e9, 3]]).tolist() == [1]
    assert Arena.of("channel:2,3").wall_distances([[7, 2.25], [7, 5]]).tolist() == [0.25, -2]
    assert np.isnan(sphere.wall_distances([math.nan, 0, 0]))
    with pytest.raises(KaditaError, match=r"expected points with x, y and z in a sphere; got shape \(2, 2\)"):
        Arena.of("sphere:0,0,0,1").wall_distances(np.zeros((2, 2)))


@pytest.mark.parametrize("text", CLOSED)
def test_the_wall_is_as_near_as_the_nearest_of_its_points(text, rng):
    arena = Arena.of(text)
    centre = (arena.walls.lower + arena.walls.upper) / 2
    rays = rng.normal(size=(50_000, 3))  # from the centre, each of which meets the wall once
    rays *= 40 / np.linalg.norm(rays, axis=1, keepdims=True)
    near, far = np.zeros(len(rays)), np.ones(len(rays))
    for _ in range(40):
        half = (near + far) / 2
        inside = arena.inside(centre + half[:, None] * rays)
        near, far = np.where(inside, half, near), np.where(inside, far, half)
    wall = centre + far[:, None] * rays
    x = centre + rng.normal(size=(40, 3)) * 3
    expected = np.array([np.linalg.norm(wall - point, axis=1).min() for point in x])
    found = arena.wall_distances(x)
    assert 0 < (found < 0).sum() < 40
    assert_allclose(np.abs(found), expected, atol=0.1)  # as far apart as the points are
    assert (found <= expected + 1e-9).all()


def test_a_tank_turned_up_is_as_far(rng):
    x = rng.uniform(-4, 4, (100, 3))
    for text in SPACES:
        arena = Arena.of(text)
        found = arena.turned_up(7).wall_distances(x * [1, -1, 1] + [0, 7, 0])
        assert_allclose(found, arena.wall_distances(x), atol=1e-13)


def test_tanks_that_are_none_are_refused():
    for text, found in {
        "sphere:0,0,0,0": "a volume above 0",
        "sphere:0,0,1": "expected sphere:X,Y,Z,R; got 3 numbers",
        "cylinder:0,0,-1,0,1": "a volume above 0",
        "cylinder:0,0,1,5,5": "a volume above 0",
        "box:0,0,0,1,0,1": "a volume above 0",
        "slab:3,3": "a width above 0",
        "slab:0,nan": "finite numbers",
        "channel:0,1,2": "expected channel:Y0,Y1; got 3 numbers",
        "shpere:0,0,0,1": "did you mean .*sphere",
    }.items():
        with pytest.raises(KaditaError, match=f"^arena: .*{found}"):
            Arena.of(text)
    with pytest.raises(KaditaError, match="got a polygon, which no model has walls of"):
        Arena.of("polygon:0,0,1,0,0,1").inside([0, 0, 0])


def test_a_number_that_float32_rounds_out_becomes_the_next_one_inside():
    arena = Arena.of("box:0,0,0,10.1,10,1")
    x = np.array([[10.1 - 2e-15, 5.1, 0.5], [10.0, 5.1, 0.5]])
    assert float32(x)[0, 0] > 10.1
    moved = arena.walls.inward(x)
    assert moved[0].tolist() == [float(np.nextafter(np.float32(10.1), np.float32(0))), 5.1, 0.5]
    assert moved[1].tolist() == x[1].tolist()
    unknown = np.array([[np.nan, 5, 0.5]])
    assert np.isnan(arena.walls.inward(unknown)[0, 0])


def test_float32_has_no_number_in_a_small_tank_far_away():
    for text in ("sphere:100000.01,0,0,1e-4", "box:100000.01,0,0,100000.011,1,1"):
        arena = Arena.of(text)
        with pytest.raises(KaditaError, match=r"^arena: expected walls between which float32 has numbers.*origin"):
            arena.walls.inward((arena.walls.lower + arena.walls.upper)[None] / 2)


NUMBER = st.floats(-1e3, 1e3)
WIDTH = st.floats(1e-2, 1e3)


@st.composite
def arenas(draw):
    x, y, z = (draw(NUMBER) for _ in range(3))
    a, b, c = (draw(WIDTH) for _ in range(3))
    forms = {
        "circle": (x, y, a),
        "rectangle": (x, y, x + a, y + b),
        "sphere": (x, y, z, a),
        "cylinder": (x, y, a, z, z + c),
        "box": (x, y, z, x + a, y + b, z + c),
        "slab": (z, z + c),
        "channel": (y, y + c),
    }
    kind = draw(st.sampled_from(sorted(forms)))
    return Arena.of(f"{kind}:{','.join(map(repr, forms[kind]))}")


@given(arenas(), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_inside_in_float64_and_in_float32(arena, seed):
    walls, rng = arena.walls, np.random.default_rng(seed)
    assume((walls.upper > walls.lower).all())
    low, high = np.clip(walls.lower, -1e3, 1e3), np.clip(walls.upper, -1e3, 1e3)
    x = np.concatenate([rng.uniform(low, high, (200, 3)), rng.choice([low, high], (20, 1))[:, 0]])
    if walls.axes:  # on the round wall, where float32 rounds out of it half of the time
        g = rng.normal(size=(200, walls.axes))
        g *= walls.radius * (1 - rng.choice([1e-16, 1e-9], (200, 1))) / np.linalg.norm(g, axis=1, keepdims=True)
        wall = rng.uniform(low, high, (200, 3))
        wall[:, : walls.axes] = walls.centre[: walls.axes] + g
        x = np.concatenate([x, wall])
    x = x[walls.inside(x)]
    moved = walls.inward(x)
    assert walls.inside(moved).all()
    assert walls.inside(float32(moved)).all()
    fine = walls.inside(float32(x))
    assert (moved[fine] == x[fine]).all()
    assert (np.abs(moved - x) <= 8 * 2.0**-24 * max(np.abs(x).max(initial=0), 1e-3)).all()
    assert (walls.inward(moved) == moved).all()
    assert (arena.wall_distances(float32(moved)) >= 0).all()
