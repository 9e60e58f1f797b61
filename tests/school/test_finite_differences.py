"""Velocities by finite differences stop at gaps in time, at absences, and between animals of one column."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.transforms import finite_differences
from kadita.school.transforms.finite_differences import Differenced, longest_step
from kadita.school.transforms.one_column_each import one_column_each


def differenced(x, times, **known):
    agents = known.pop("agents", np.arange(x.shape[1]))
    chunk = Chunk(x, None, np.asarray(times, dtype=float), known.pop("lengths", None), known.pop("identities", None))
    return Differenced(InMemoryTrajectory("made", chunk, agents, {}))


def along_x(values):
    """Positions (T, 1, 3) of one animal that has these x."""
    x = np.zeros((len(values), 1, 3))
    x[:, 0, 0] = values
    x[np.isnan(values)] = np.nan
    return x


def velocities(x, times):
    return differenced(along_x(np.asarray(x, dtype=float)), times).read(np.arange(len(times))).velocities[:, 0, 0]


@pytest.mark.parametrize(
    ("times", "limit"),
    [
        ([0, 1, 2, 3], 1.5),
        ([0, 1, 2, 20, 21, 22], 1.5),  # a gap is not usual
        ([0, 0.033, 0.067, 0.1], 0.0495),
        ([0, 4], np.inf),  # nobody knows whether it is long
        ([3], np.inf),
    ],
)
def test_what_is_longer_than_a_usual_step(times, limit):
    assert longest_step(np.array(times, dtype=float)) == pytest.approx(limit)


def test_one_sided_next_to_a_gap_in_time():
    """x = t^2: central 2t, one-sided 2t +- 1 at ends and beside the 20 s."""
    t = np.array([0.0, 1, 2, 22, 23, 24])
    assert_allclose(velocities(t**2, t), [1, 2, 3, 45, 46, 47])


def test_a_frame_lost_in_even_times_is_a_gap_and_jitter_is_none():
    assert_allclose(velocities([0, 1, 3, 4], [0, 1, 3, 4]), [1, 1, 1, 1])  # one-sided on both sides of it
    assert np.isfinite(velocities([0, 1.3, 2, 3.4], [0, 1.3, 2, 3.4])).all()


def test_a_sighting_between_two_gaps_has_no_velocity():
    t = np.array([0.0, 1, 2, 10, 20, 21, 22])
    assert_array_equal(np.isnan(velocities(t, t)), [0, 0, 0, 1, 0, 0, 0])


def test_gaps_in_time_hold_across_frames_from_which_it_is_absent():
    """Absent in the middle frame: nothing is differenced across it, however short the steps."""
    assert_array_equal(np.isnan(velocities([0, 1, np.nan, 3, 4], [0, 1, 2, 3, 4])), [0, 0, 1, 0, 0])
    assert np.isnan(velocities([0, np.nan, 2, np.nan, 4], [0, 1, 2, 3, 4])).all()


def test_the_usual_step_is_that_of_all_frames_whichever_are_read():
    t = np.array([0.0, 1, 2, 3, 4, 14, 24, 34])  # the last steps are gaps, also where they alone are read
    trajectory = differenced(along_x(t), t)
    whole = trajectory.read(np.arange(8)).velocities
    for frames in ([5], [6, 7], [4, 5], [0, 3, 6]):
        assert_array_equal(trajectory.read(np.array(frames)).velocities, whole[frames])
    assert np.isnan(whole[5:]).all()


def test_the_usual_step_of_many_frames_is_that_of_a_sample(rng, monkeypatch):
    t = np.cumsum(rng.uniform(0.9, 1.1, 3000))
    t[1500:] += 30
    exact = differenced(along_x(np.arange(3000.0)), t).read(np.arange(3000)).velocities
    monkeypatch.setattr(finite_differences, "MANY_FRAMES", 100)
    monkeypatch.setattr(finite_differences, "SAMPLED", 50)
    sampled = differenced(along_x(np.arange(3000.0)), t)
    assert_array_equal(sampled.read(np.arange(3000)).velocities, exact)
    assert sampled._longest_step != longest_step(t)
    assert sampled._longest_step == pytest.approx(1.5, rel=0.05)


def test_two_animals_of_one_column_are_not_joined(rng):
    """The second takes the column in the frame after the first has left it, 100 away."""
    x = np.zeros((6, 1, 3))
    x[:, 0, 0] = [0, 1, 2, 100, 103, 106]
    who = np.array([[0], [0], [0], [1], [1], [1]])
    trajectory = differenced(x, np.arange(6), identities=who, agents=np.array([7, 9]))
    chunk = trajectory.read(np.arange(6))
    assert_allclose(chunk.velocities[:, 0, 0], [1, 1, 1, 3, 3, 3])
    assert_array_equal(chunk.identities, who)
    each = one_column_each(trajectory).read(np.arange(6))
    assert each.identities is None
    assert_allclose(each.velocities[:3, 0, 0], 1)
    assert_allclose(each.velocities[3:, 1, 0], 3)
    assert np.isnan(each.positions[3:, 0]).all()
    assert np.isnan(each.positions[:3, 1]).all()


def test_across_the_face_of_a_cell_that_repeats_along_x_alone():
    x = np.zeros((4, 1, 3))
    x[:, 0, 0] = [8, 9, 0, 1]
    x[:, 0, 1] = [0, 9, 18, 27]
    lengths = np.tile([10.0, 0.0, 0.0], (4, 1))
    assert_allclose(differenced(x, np.arange(4), lengths=lengths).read(np.arange(4)).velocities[:, 0], [[1, 9, 0]] * 4)
