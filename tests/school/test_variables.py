"""Numbers that agents keep, in blocks, frames and transformed trajectories: they go where their agent goes."""

import pickle

import numpy as np
import pytest

from kadita import Block, KaditaError
from kadita.base.errors import NotApplicable
from kadita.school.chunk import Chunk, concatenated
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.transforms.finite_differences import Differenced
from kadita.school.transforms.largest_cluster import LargestCluster
from kadita.school.transforms.one_column_each import one_column_each
from kadita.school.transforms.resampled import Resampled
from kadita.school.transforms.resampling import Resampling
from kadita.school.transforms.selected import selected
from kadita.school.transforms.smoothed import Smoothed
from kadita.school.transforms.smoothing import Smoothing
from kadita.school.variables import NotKept, Variables
from kadita.school.velocity_kinds import KINDS, OTHERS, RATES
from kadita.school.window import Window

T, N = 20, 4


@pytest.fixture
def x(rng):
    """Random walks of four agents; agent 2 is away in frames 5 to 9."""
    x = rng.normal(size=(T, N, 3)).cumsum(axis=0)
    x[5:10, 2] = np.nan
    return x


def clocks(x):
    """A number that says whose it is, and when: 100 i + t."""
    return np.where(np.isnan(x[..., 0]), np.nan, 100.0 * np.arange(x.shape[1]) + np.arange(len(x))[:, None])


def tracks(x, identities=None, agents=None):
    kept = {"clock": clocks(x) if identities is None else np.where(identities < 0, np.nan, 100.0 * identities)}
    chunk = Chunk(x, None, np.arange(float(len(x))), None, identities, Variables(kept))
    agents = np.arange(x.shape[1]) if agents is None else np.array(agents)
    species = np.array(["a", "b"] * 9)[: len(agents)]
    return InMemoryTrajectory("tracks", chunk, agents, {"r_a": 3.0}, species=species, dimensions=3)


def assert_own(trajectory):
    """Every agent in every frame has the number that is its own at that time."""
    seen = 0
    for frame in trajectory:
        np.testing.assert_array_equal(frame.variables["clock"], 100.0 * frame.agents + frame.number)
        seen += len(frame.agents)
    assert seen > T


def test_a_block_gives_them_read_only(x):
    clock = clocks(x[:5])
    block = Block(x[:5], variables={"clock": clock})
    np.testing.assert_array_equal(block.variables["clock"], clock)
    with pytest.raises(ValueError, match="read-only"):
        block.variables["clock"][0] = 1.0
    assert clock.flags.writeable
    assert block[3].variables["clock"].shape == (N,)
    few = block.of_agents(np.array([3, 1]), slice(1, 3)).variables["clock"]
    np.testing.assert_array_equal(few, clock[1:3][:, [3, 1]])
    assert Block(x[0], variables={"clock": clock[0]}).variables["clock"].shape == (1, N)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((5, N + 1)), r"expected clock as numbers of shape \(5, 4\); got float64 of shape \(5, 5\)"),
        (np.zeros(N), r"got float64 of shape \(4,\)"),
        (np.full((5, N), "late"), "got <U4"),
        (np.full((5, N), np.inf), "expected finite numbers, NaN where one is not known; got inf for clock in frame 0"),
    ],
)
def test_a_block_refuses_what_are_no_numbers_of_its_agents(x, given, message):
    with pytest.raises(KaditaError, match=message):
        Block(x[:5], variables={"clock": given})


def test_what_is_not_there_is_told_and_is_a_key_error(x):
    some, none = Block(x[:5], variables={"clock": clocks(x[:5])}), Block(x[:5])
    for error in (KeyError, NotApplicable, NotKept):
        with pytest.raises(error):
            none.variables["clock"]
    with pytest.raises(KaditaError) as told:
        some.variables["clok"]
    assert str(told.value) == "needs the variable 'clok', which agents do not keep (did you mean clock?)"
    assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)
    with pytest.raises(KaditaError, match="'mood', which agents do not keep; there are: clock"):
        some.variables["mood"]
    assert "clock" not in none.variables
    assert none.variables.get("clock") is None
    assert list(pickle.loads(pickle.dumps(some.variables))) == ["clock"]


def test_they_follow_the_presence_of_agents(x):
    assert_own(tracks(x))
    blocks = list(tracks(x).blocks())
    assert [block.shape for block in blocks] == [(5, 4), (5, 3), (10, 4)]


def test_some_frames_and_a_block_in_memory(x):
    school = tracks(x)
    assert school.variables == ("clock",)
    np.testing.assert_array_equal(school.read(np.array([2, 7])).variables["clock"], clocks(x)[[2, 7]])
    block = next(school.blocks())
    np.testing.assert_array_equal(InMemoryTrajectory.of_block(block)[4].variables["clock"], block[4].variables["clock"])


def test_selected_agents_and_the_largest_cluster_keep_theirs(x):
    for view in (
        selected(tracks(x), ["species=b"]),
        selected(tracks(x), ["agent=0,2"]),
        LargestCluster(tracks(x), 4.0),
        Differenced(tracks(x)),
        Smoothed(tracks(x), Smoothing(5)),
    ):
        assert view.variables == ("clock",)
        assert_own(view)


def test_where_columns_are_reused_the_number_is_that_of_the_agent(rng):
    who = np.array([[0, 1], [0, 1], [0, -1], [0, 2], [-1, 2]])
    x = np.where((who >= 0)[..., None], rng.normal(size=(5, 2, 3)), np.nan)
    reused = tracks(x, who, [0, 1, 2])
    for school in (reused, one_column_each(reused), selected(reused, ["agent=0,2"])):
        for frame in school:
            np.testing.assert_array_equal(frame.variables["clock"], 100.0 * frame.agents)
    spread = one_column_each(reused).read(np.arange(5)).variables["clock"]
    np.testing.assert_array_equal(np.isnan(spread), [[a not in row for a in range(3)] for row in who])


def test_between_frames_nobody_knows_them(x):
    view = Resampled(tracks(x), Resampling(2.0, 1.5))
    assert view.variables == ()
    for frames in (np.arange(view.n_frames), np.array([3]), np.array([1, 7])):
        assert len(view.read(frames).variables) == 0
    with pytest.raises(NotKept, match="'clock', which is lost where positions are resampled"):
        view[0].variables["clock"]
    assert "of the file, and what agents keep (clock), are gone" in view.remarks[0]


def test_chunks_are_joined_and_cut(x):
    chunk = tracks(x).read(np.arange(T))
    again = concatenated([chunk.at(slice(0, 7)), chunk.at(np.arange(7, T))])
    np.testing.assert_array_equal(again.variables["clock"], clocks(x))
    np.testing.assert_array_equal(again.positions, x)
    assert again.velocities is again.lengths is again.identities is None


@pytest.mark.parametrize("kind", [*KINDS, None, "unheard of"])
def test_rates_are_velocities_where_these_are_drdt_and_else_those_of_positions(kind):
    """Agents that move by 1 in a unit of time and say that their velocity is 3."""
    x = np.zeros((4, 2, 3))
    x[..., 0] = np.arange(4)[:, None]
    v = np.full_like(x, 3.0)
    attributes = {} if kind is None else {"velocities": kind}
    rates = Window(x, v, times=np.arange(4.0), own=3, attributes=attributes).rates
    np.testing.assert_array_equal(rates[:3, :, 0], 1.0 if kind in OTHERS else 3.0)
    assert {"heading", "state", "orientation"} == set(OTHERS)
    assert not set(OTHERS) & set(RATES)
