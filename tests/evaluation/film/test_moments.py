"""Moments between frames: on the way that agents took, as far as it is known."""

import numpy as np
import pytest

from kadita import Block, Box
from kadita.evaluation.film.moments import Moment, frames_of, interpolated, moments
from kadita.school.in_memory import InMemoryTrajectory


def moment(positions, headings, *, box="open", members=None, time=0.0):
    p = np.atleast_2d(np.asarray(positions, float))
    members = np.arange(len(p)) if members is None else np.asarray(members)
    u = np.zeros_like(p) if headings is None else np.atleast_2d(np.asarray(headings, float))
    return Moment(time, members, p, u, np.full(len(p), np.nan), members, Box.of(box), 0)


def on_circle(angle, radius):
    """A place and a heading in a tilted circle about (5, 6, 7)."""
    a, b = np.array([1, 0, 0]), np.array([0, 0.6, 0.8])
    return [5, 6, 7] + radius * (np.cos(angle) * a + np.sin(angle) * b), -np.sin(angle) * a + np.cos(angle) * b


@pytest.mark.parametrize(("turn", "most"), [(30, 1e-6), (60, 3e-5), (90, 3e-4), (180, 2e-2)])
def test_between_frames_on_a_circle_an_agent_is_on_it(turn, most):
    """The bounds that the docstring states; a straight line would be off by R (1 - cos(turn / 2)): 0.29 R at 90."""
    radius = 2.5
    a, b = (moment(*on_circle(angle, radius)) for angle in (0.3, 0.3 + np.radians(turn)))
    for s in np.linspace(0.05, 0.95, 19):
        between = interpolated(a, b, s)
        from_centre = np.linalg.norm(between.positions[0] - [5, 6, 7])
        assert abs(from_centre - radius) < most * radius
        assert np.linalg.norm(between.headings[0]) == pytest.approx(1)
        assert abs(between.headings[0] @ (between.positions[0] - [5, 6, 7])) < 0.1 * radius  # along the tangent
    middle = interpolated(a, b, 0.5).positions[0]
    expected, _ = on_circle(0.3 + np.radians(turn / 2), radius)
    np.testing.assert_allclose(middle, expected, atol=1e-12)


def test_who_moves_along_its_heading_goes_straight_at_constant_speed():
    a, b = moment([0, 0, 0], [0, 0.6, 0.8]), moment([0, 6, 8], [0, 0.6, 0.8])
    np.testing.assert_allclose(interpolated(a, b, 0.3).positions[0], [0, 1.8, 2.4], atol=1e-12)


@pytest.mark.parametrize("headings", [None, ([[-1, 0, 0]], [[1, 0, 0]]), ([[1, 0, 0]], [[-1, 0, 0]])])
def test_where_the_way_is_not_known_it_is_straight(headings):
    u, w = headings or (None, None)
    a, b = moment([1, 1, 0], u), moment([3, 1, 0], w)
    np.testing.assert_allclose(interpolated(a, b, 0.25).positions[0], [1.5, 1, 0], atol=1e-12)


def test_directions_of_bodies_do_not_bend_the_way():
    a, b = moment([0, 0, 0], [0, 1, 0]), moment([2, 0, 0], [0, 1, 0])
    np.testing.assert_allclose(interpolated(a, b, 0.5, curved=False).positions[0], [1, 0, 0], atol=1e-12)


def test_an_agent_crosses_the_face_of_the_cell():
    a, b = moment([9.5, 5, 5], [1, 0, 0], box=10.0), moment([0.5, 5, 5], [1, 0, 0], box=10.0)
    np.testing.assert_allclose(interpolated(a, b, 0.75).positions[0], [10.25, 5, 5], atol=1e-12)


def test_agents_keep_their_places_in_a_cell_that_grows():
    a, b = moment([9, 5, 5], [1, 0, 0], box=10.0), moment([18, 10, 10], [1, 0, 0], box=20.0)
    between = interpolated(a, b, 0.5)
    assert between.box.lengths == (15, 15, 15)
    np.testing.assert_allclose(between.positions[0], [13.5, 7.5, 7.5])


def test_between_two_frames_are_those_who_are_in_both():
    a = moment([[0, 0, 0], [5, 0, 0], [9, 0, 0]], None, members=[1, 4, 7])
    b = moment([[2, 0, 0], [6, 0, 0]], None, members=[1, 8], time=1.0)
    first, between, last = moments([a, b], 2)
    assert (first.members.tolist(), between.members.tolist(), last.members.tolist()) == ([1, 4, 7], [1], [1, 8])
    assert between.positions.tolist() == [[1, 0, 0]]
    assert between.time == 0.5


def test_frames_in_which_nobody_is_are_moments_without_agents():
    positions = np.ones((5, 2, 3)) * np.arange(5)[:, None, None]
    positions[[0, 2, 4]] = np.nan
    block = Block(np.ones((5, 2, 3)), times=[0, 1, 2, 5, 6], box=(9, 8))
    trajectory = InMemoryTrajectory.of_block(block)
    trajectory._chunk = trajectory._chunk._replace(positions=positions)
    found = [(m.time, len(m.members), m.row) for m in frames_of(trajectory, np.arange(5))]
    assert found == [(0, 0, 0), (1, 2, 1), (2, 0, 2), (5, 2, 3), (6, 0, 4)]
    assert {m.box for m in frames_of(trajectory, np.arange(5))} == {Box.of((9, 8))}  # also before they come
