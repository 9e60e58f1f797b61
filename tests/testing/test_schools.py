"""The schools of the kit are what they are called."""

import numpy as np
import pytest

from kadita import analyze
from kadita.testing import schools


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("box", ["open", schools.SIDE])
def test_their_order_is_known(box, dimensions):
    def of(school):
        found = analyze(school(box=box, dimensions=dimensions), ["polarization", "rotation"])
        return found["polarization"], found["rotation"]

    for school, p, m in [
        (schools.aligned, 1.0, None),
        (schools.mill, 0.0, 1.0),
        (schools.counter_rotating_mill, 0.0, 0.0),
    ]:
        found = of(school)
        assert found[0] == pytest.approx(p, abs=1e-9), school.__name__
        if m is not None:
            assert found[1] == pytest.approx(m, abs=1e-9), school.__name__
    by_chance = 4 * 0.92 / np.sqrt(schools.AGENTS)
    assert (np.array(of(schools.isotropic)) < by_chance).all()


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("box", ["open", schools.SIDE])
def test_their_places_are_known(box, dimensions):
    nearest = schools.lattice(agents=5**dimensions, box=box, dimensions=dimensions).neighbor_distances(dimensions)
    assert np.ptp(nearest, axis=(1, 2)) == pytest.approx(0, abs=1e-12)  # those at corners have one along each axis
    clusters = schools.clusters(box=box, dimensions=dimensions)
    groups = analyze(clusters, ["cluster_count"], parameters={"link_distance": 2.0})["cluster_count"]
    assert (groups == 2).all()
    assert schools.resting(box=box, dimensions=dimensions).moving[-1].sum() == 0
    assert schools.alone(box=box, dimensions=dimensions).shape == (schools.FRAMES, 1)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_one_lies_across_the_corner_of_its_cell(dimensions):
    school = schools.straddling(dimensions=dimensions)
    assert ((school.positions >= 0) & (school.positions < schools.SIDE)).all()
    assert (np.ptp(school.positions, axis=1)[:, :dimensions] > schools.SIDE / 2).all()
    assert (np.abs(school.offsets) <= schools.RADIUS + 1.5).all()


def test_some_velocities_are_not_known_and_some_are_of_another_species():
    for dimensions in (2, 3):
        partly = schools.partly_known(dimensions=dimensions)
        assert 0 < partly.velocity_known[:-1].mean() < 1
        assert not partly.velocity_known[-1].any()
        assert np.ptp(partly.velocity_known[:-1].sum(axis=1)) > 0  # others in each frame
        both = schools.two_species(agents=30, dimensions=dimensions)
        assert np.unique_counts(both.species).counts.tolist() == [10, 20]


def test_they_are_in_space_and_in_planes_with_cells_along_some_axes():
    known = schools.known()
    assert {block.dimensions for block in known.values()} == {2, 3}
    assert {(block.dimensions, block.box.periodic_axes) for block in known.values()} == {
        (3, (False, False, False)),
        (3, (True, True, True)),
        (3, (True, True, False)),
        (2, (False, False, False)),
        (2, (True, True, False)),
        (2, (True, False, False)),
    }
    assert all(np.ptp(block.positions[..., 2]) == 0 for block in known.values() if block.dimensions == 2)
    assert schools.mill().dimensions == 3  # which lies in a plane of space


def test_each_frame_is_another_and_each_school_the_same_again():
    for (name, school), again in zip(schools.known().items(), schools.known().values(), strict=True):
        assert np.array_equal(school.positions, again.positions), name
        assert not np.array_equal(school.positions[0], school.positions[1]), name
        assert "r_a" in school.attributes
