"""Frames by number and by time, blocks of constant membership, velocities from differences."""

import numpy as np
import pytest

import kadita
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.transforms.finite_differences import Differenced


def trajectory(positions, velocities=None, times=None, lengths=None):
    positions = np.asarray(positions, dtype=float)
    times = np.arange(len(positions), dtype=float) if times is None else np.asarray(times)
    lengths = None if lengths is None else np.tile(np.asarray(lengths, dtype=float), (len(positions), 1))
    return InMemoryTrajectory("school", Chunk(positions, velocities, times, lengths), np.arange(positions.shape[1]), {})


@pytest.fixture
def ten(rng):
    """Ten frames of four agents at times 0, 0.5, ..."""
    return trajectory(rng.normal(size=(10, 4, 3)), times=np.arange(10) * 0.5)


@pytest.mark.parametrize(
    ("choice", "frames"),
    [
        ({}, range(10)),
        ({"start": 2, "stop": 7, "step": 2}, [2, 4, 6]),
        ({"start": -3}, [7, 8, 9]),
        ({"begin": 1.0, "end": 2.5}, [2, 3, 4, 5]),
        ({"dt": 1.5}, [0, 3, 6, 9]),
        ({"start": 1, "dt": 1.5, "end": 4.0}, [3, 6]),
    ],
)
def test_frames_are_chosen_by_number_and_by_time(ten, choice, frames):
    assert ten.frame_numbers(**choice).tolist() == list(frames)


@pytest.mark.parametrize("choice", [{"start": 10}, {"stop": 0}, {"begin": 9.0}, {"begin": 3.0, "end": 2.0}])
def test_a_choice_without_frames_says_what_there_is(ten, choice):
    with pytest.raises(kadita.KaditaError, match="there are 10 frames, times 0 to 4.5"):
        ten.frame_numbers(**choice)


@pytest.mark.parametrize("choice", [{"step": 0}, {"step": -1}, {"dt": 0.0}])
def test_steps_go_forward(ten, choice):
    with pytest.raises(kadita.KaditaError, match="expected"):
        ten.frame_numbers(**choice)


def test_blocks_are_the_frames_in_order_whatever_their_size(ten):
    for size in (1, 3, 64):
        blocks = list(ten.blocks(size=size))
        assert max(len(b) for b in blocks) <= size
        np.testing.assert_array_equal(np.concatenate([b.positions for b in blocks]), ten.read(np.arange(10)).positions)
        assert np.concatenate([b.frames for b in blocks]).tolist() == list(range(10))


def test_a_frame_by_its_number(ten):
    assert (ten[3].number, ten[-1].number, ten[3].time) == (3, 9, 1.5)
    np.testing.assert_array_equal(ten[4].positions, ten.read(np.array([4])).positions[0])
    with pytest.raises(IndexError, match="expected -10 .. 9; got 10"):
        ten[10]
    assert "10 frames, 4 agents" in repr(ten)


def test_animals_that_come_and_go_cut_a_trajectory_into_blocks_of_the_same_animals(rng):
    x = rng.normal(size=(6, 3, 3))
    x[2:4, 1] = np.nan
    x[5] = np.nan
    blocks = list(trajectory(x).blocks())
    assert [(b.frames.tolist(), b.members.tolist()) for b in blocks] == [
        ([0, 1], [0, 1, 2]),
        ([2, 3], [0, 2]),
        ([4], [0, 1, 2]),
    ]  # nobody is there in frame 5
    np.testing.assert_array_equal(blocks[1].positions, x[2:4][:, [0, 2]])


def test_a_cell_that_changes_starts_a_new_block(rng):
    lengths = np.array([[10.0] * 3, [10.0] * 3, [11.0] * 3])
    chunk = Chunk(rng.uniform(0, 10, (3, 2, 3)), None, np.arange(3.0), lengths)
    blocks = list(InMemoryTrajectory("npt", chunk, np.arange(2), {}).blocks())
    assert [b.box.lengths for b in blocks] == [(10.0, 10.0, 10.0), (11.0, 11.0, 11.0)]


def test_an_infinite_position_is_an_error_that_names_the_frame():
    x = np.zeros((3, 2, 3))
    x[1, 0, 2] = np.inf
    with pytest.raises(kadita.KaditaError, match="frame 1 holds an infinite position"):
        list(trajectory(x).blocks())


def test_differences_of_uniform_motion_are_its_velocity_across_the_face_of_the_cell():
    v = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
    times = np.array([0.0, 0.1, 0.24, 0.32, 0.43])  # the frames need not be evenly spaced
    x = np.mod(4.0 + v * times[:, None, None], 5.0)
    chunk = Differenced(trajectory(x, times=times, lengths=[5.0] * 3)).read(np.arange(5))
    np.testing.assert_allclose(chunk.velocities, np.broadcast_to(v, (5, 2, 3)), rtol=0, atol=1e-12)


def test_differences_are_central_and_one_sided_at_the_ends_and_beside_gaps():
    t = np.arange(7.0)
    x = np.zeros((7, 1, 3))
    x[:, 0, 0] = t**2
    x[3] = np.nan
    v = Differenced(trajectory(x)).read(np.arange(7)).velocities[:, 0, 0]
    np.testing.assert_allclose(v, [1, 2, 3, np.nan, 9, 10, 11], equal_nan=True)


def test_differences_do_not_depend_on_which_frames_are_read(ten):
    whole = Differenced(ten).read(np.arange(10)).velocities
    for frames in ([0], [9], [4, 5], [1, 4, 8], [0, 2, 4, 6, 8]):
        np.testing.assert_array_equal(Differenced(ten).read(np.array(frames)).velocities, whole[frames])


def test_an_animal_seen_once_is_present_and_has_no_velocity():
    x = np.zeros((3, 2, 3))
    x[[0, 2], 1] = np.nan
    blocks = list(Differenced(trajectory(x)).blocks())
    assert [b.members.tolist() for b in blocks] == [[0], [0, 1], [0]]
    assert blocks[1].velocity_known.tolist() == [[True, False]]
    assert np.isnan(blocks[1].velocities[0, 1]).all()
    assert np.isnan(blocks[1].speeds[0, 1])
    assert not blocks[1].moving[0, 1]
    assert (blocks[1].headings[0, 1] == 0).all()


@pytest.mark.parametrize("times", [[0.0, 0.0, 1.0], [0.0, 2.0, 1.0]])
def test_differences_need_times_that_increase(times):
    with pytest.raises(kadita.KaditaError, match="times that increase"):
        Differenced(trajectory(np.zeros((3, 1, 3)), times=times)).read(np.arange(3))


def test_differences_need_two_frames():
    with pytest.raises(kadita.KaditaError, match="at least 2 frames"):
        Differenced(trajectory(np.zeros((1, 1, 3))))
