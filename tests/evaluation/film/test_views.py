"""From where a school is seen, how much of it, and what is around it."""

import numpy as np
import pytest

from kadita import Block, Box, KaditaError
from kadita.evaluation.film.camera import Camera, direction, view_of
from kadita.evaluation.film.moments import Moment
from kadita.evaluation.film.scenery import lines_of, pieces
from kadita.evaluation.film.trails import Trails
from kadita.school.arena import Arena

ARENAS = [
    "circle:1,2,3",
    "rectangle:0,1,4,3",
    "polygon:0,0,4,0,2,3",
    "sphere:1,2,3,2",
    "cylinder:1,2,3,0,4",
    "box:0,1,2,3,4,6",
    "slab:1,2",
    "channel:0,2",
]


def test_a_plane_is_seen_from_above_with_its_own_axes():
    camera = direction([Block(np.zeros((1, 2, 2)))[0]])
    assert camera.project([3.0, 4.0, 0.0]).tolist() == [3, 4]
    assert camera.names == ("x", "y")


@pytest.mark.parametrize(("look", "names"), [("x", ("y", "z")), ("y", ("x", "z")), ("0,0,2", ("x", "y"))])
def test_along_an_axis_the_picture_has_coordinates(look, names):
    camera = Camera.of(look)
    assert camera.names == names
    point = np.array([1.0, 2.0, 3.0])
    assert camera.project(point).tolist() == [point["xyz".index(name)] for name in names]


def test_a_view_is_a_rotation(rng):
    camera = Camera.of(rng.normal(size=3))
    np.testing.assert_allclose(camera.axes @ camera.axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(camera.axes) == pytest.approx(1)  # no mirror image
    assert camera.axes[1, 2] > 0  # z is up
    assert camera.names is None


@pytest.mark.parametrize("look", ["above", "0,0,0", "1,2", "1,2,nan", (1, 2), "x,y,z", 7])
def test_what_is_no_direction_is_refused(look):
    with pytest.raises(KaditaError, match="look: expected"):
        Camera.of(look)


def test_a_mill_is_seen_from_above_its_axis_aslant(mill):
    """Whatever its axis, the line of sight makes half a radian with it."""
    positions, velocities = mill()
    for axis in ([0.0, 0.0, 1.0], [0.6, 0.0, 0.8], [1.0, 0.0, 0.0]):
        a = np.cross(axis, [0, 1, 0])
        turned = np.array([a, [0, 1, 0], axis])
        camera = direction([Block((positions @ turned)[None], (velocities @ turned)[None], dimensions=3)[0]])
        assert np.arccos(abs(camera.axes[2] @ axis)) == pytest.approx(0.5, abs=1e-6)


def test_a_school_on_its_way_is_seen_from_aside(rng):
    way = np.array([0.6, 0.8, 0.0])
    camera = direction([Block(rng.normal(size=(1, 30, 3)), np.tile(way, (1, 30, 1)))[0]])
    assert abs(camera.axes[2] @ way) < 1e-12


def test_the_view_holds_all_frames_and_not_the_first_alone():
    block = Block([[[0, 0], [1, 0]], [[40, 0], [41, 30]]])
    view = view_of(list(block), Camera.of("z"), follow=False).fitted(1.0)
    assert (view.low < [0, 0]).all()
    assert (view.high > [41, 30]).all()
    np.testing.assert_allclose(*(view.high - view.low))


def test_one_who_is_far_away_does_not_make_all_others_small(rng):
    positions = rng.uniform(-1, 1, size=(1, 200, 2))
    positions[0, 0] = 1000
    view = view_of(list(Block(positions)), Camera.of("z"), follow=True)
    assert (view.high < 20).all()


@pytest.mark.parametrize("form", ARENAS)
@pytest.mark.parametrize("look", ["aslant", "z", "x"])
def test_lines_of_an_arena_are_on_its_walls(form, look):
    arena = Arena.of(form)
    extent = ([-1, 0.5, 1.2], [5, 1.5, 1.8]) if arena.dimensions != (2,) else ([-1, 0, 0], [5, 4, 0])
    lines = lines_of(arena, Box(), extent, Camera.of(look))
    assert lines
    assert np.abs(arena.wall_distances(np.concatenate(lines))).max() < 1e-9


@pytest.mark.parametrize(("box", "edges"), [((3.0, 4.0), 4), ((3.0, 4.0, 5.0), 12), ((3.0, "open", "open"), 8)])
def test_edges_of_a_cell(box, edges):
    low, high = np.array([0, -1, -2.0]), np.array([2, 2, 0.0 if len(box) == 3 else -2])
    lines = lines_of(None, Box.of(box), (low, high), Camera.of("z"))
    assert len(lines) == edges
    x = np.concatenate(lines)[:, 0]
    assert set(x) == {0, 3}


def test_a_step_through_a_face_is_two_pieces_that_end_there():
    first, second = pieces(np.array([[9.0, 5, 0], [1, 1, 0]]), np.array([[2.0, 1, 0], [1, 0, 0]]), Box.of((10.0, 10.0)))
    np.testing.assert_allclose(first, [[[9, 5, 0], [10, 5.5, 0]], [[1, 1, 0], [2, 1, 0]]])
    np.testing.assert_allclose(second[0], [[0, 5.5, 0], [1, 6, 0]])
    assert np.isnan(second[1]).all()


def test_pieces_are_as_long_as_the_steps_and_inside_the_cell(rng):
    """Steps through one face; through an edge of the cell a middle piece is left out."""
    starts = rng.uniform(0, 10, size=(500, 3))
    ways = rng.normal(size=(500, 3)) * [3, 0, 0]
    first, second = pieces(starts, ways, Box.of(10.0))
    both = np.concatenate([first, second])
    both = both[~np.isnan(both).any(axis=(1, 2))]
    assert both.min() >= -1e-9
    assert both.max() <= 10 + 1e-9
    lengths = [np.nan_to_num(np.linalg.norm(np.diff(p, axis=1)[:, 0], axis=1)) for p in (first, second)]
    np.testing.assert_allclose(sum(lengths), np.linalg.norm(ways, axis=1), atol=1e-9)


def test_paths_are_continuous_and_end_where_an_agent_was_absent():
    def at(members, x):
        p = np.zeros((len(members), 3))
        p[:, 0] = x
        return Moment(0, np.array(members), p, p, p[:, 0], np.array(members), Box.of(10.0), 0)

    trails = Trails(2)
    trails.paths(at([0, 1], [8.0, 1.0]))
    trails.paths(at([1], [2.0]))
    found = trails.paths(at([0, 1], [0.5, 3.0]))[..., 0]
    np.testing.assert_array_equal(found, [[np.nan, 1], [np.nan, 2], [0.5, 3]])
    trails.paths(at([0, 1], [9.5, 4.0]))
    found = trails.paths(at([0, 1], [9.0, 5.0]))[..., 0]
    np.testing.assert_array_equal(found, [[10.5, 3], [9.5, 4], [9.0, 5]])
