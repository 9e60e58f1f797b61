"""Measuring the largest cluster alone."""

import numpy as np
import pytest

import kadita
from kadita.school.clusters import linked
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.transforms.largest_cluster import LargestCluster


@pytest.fixture
def parting(rng):
    """Twelve agents in two groups far apart; the larger has 8 of them, and 7 from frame 3 on, when one strays."""
    x = rng.uniform(-1, 1, (6, 12, 3))
    x[:, 8:] += 100.0
    x[3:, 5] += 1000.0
    v = np.tile([1.0, 0, 0], (6, 12, 1))
    v[:, 8:] = [-1.0, 0, 0]
    v[:, 5] = [0, 1.0, 0]
    return kadita.Block(x, v, attributes={"r_a": 4.0}, agents=np.arange(20, 32))


def test_metrics_see_the_largest_group_alone(parting):
    whole = kadita.analyze(parting, ["polarization", "largest_cluster_fraction"])
    largest = kadita.analyze(parting, ["polarization", "largest_cluster_fraction"], largest_cluster="r_a")
    np.testing.assert_allclose(whole["polarization"], np.hypot(7 - 4, 1) / 12)
    np.testing.assert_allclose(largest["polarization"], [np.hypot(7, 1) / 8] * 3 + [1.0] * 3)
    np.testing.assert_allclose(whole["largest_cluster_fraction"], [8 / 12] * 3 + [7 / 12] * 3)
    np.testing.assert_allclose(largest["largest_cluster_fraction"], 1)


def test_blocks_have_constant_membership_and_know_who_is_there(parting):
    blocks = list(LargestCluster(InMemoryTrajectory.of_block(parting), "r_a").blocks())
    assert [b.frames.tolist() for b in blocks] == [[0, 1, 2], [3, 4, 5]]
    assert blocks[0].agents.tolist() == [20, 21, 22, 23, 24, 25, 26, 27]
    assert blocks[1].members.tolist() == [0, 1, 2, 3, 4, 6, 7]
    np.testing.assert_array_equal(blocks[1].positions, parting.positions[3:, blocks[1].members])


def test_frames_read_by_number_have_others_absent(parting):
    chunk = LargestCluster(InMemoryTrajectory.of_block(parting), 4.0).read(np.array([1, 4]))
    absent = np.isnan(chunk.positions).any(axis=2)
    assert absent[0].tolist() == [False] * 8 + [True] * 4
    assert np.flatnonzero(~absent[1]).tolist() == [0, 1, 2, 3, 4, 6, 7]


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
def test_a_school_that_holds_together_is_its_largest_group():
    school = kadita.simulate("torus", agents=30, steps=100, every=10, seed=2)
    whole, largest = (kadita.analyze(school, largest_cluster=g, registry=None) for g in (None, "r_a"))
    for name in whole:
        np.testing.assert_array_equal(whole[name], largest[name])
    assert largest.provenance["input"]["largest_group"] == 16.75


@pytest.mark.parametrize("agents", [8, 2400], ids=["flooded", "by cells"])
def test_of_two_equal_groups_that_of_the_first_agent(agents):
    half = agents // 2
    x = np.concatenate([np.zeros((half, 3)), np.full((half, 3), 50.0)])[None]
    for first in (x, x[:, ::-1]):
        found = linked(kadita.Block(first, box=100.0), 2.0)
        assert found.largest[0].tolist() == [True] * half + [False] * half
        assert found.count[0] == 2


def test_a_link_is_needed():
    block = kadita.Block(np.zeros((2, 3)), np.ones((2, 3)))
    with pytest.raises(kadita.KaditaError, match="expected --largest-cluster LENGTH; the trajectory has no r_a"):
        kadita.analyze(block, "polarization", largest_cluster="r_a")
    for wrong in (0, -1, "near", float("nan"), float("inf")):
        with pytest.raises(kadita.KaditaError, match=r"--largest-cluster: expected r_a or a length above 0; got"):
            kadita.analyze(block, "polarization", largest_cluster=wrong)
