"""The schools of the kit are what they are called."""

import numpy as np
import pytest

from kadita import analyze
from kadita.testing import schools


@pytest.mark.parametrize("box", ["open", schools.SIDE])
def test_their_order_is_known(box):
    def of(school):
        found = analyze(school(box=box), ["polarization", "rotation"])
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


@pytest.mark.parametrize("box", ["open", schools.SIDE])
def test_their_places_are_known(box):
    nearest = schools.lattice(agents=27, box=box).neighbor_distances(1)
    assert np.ptp(nearest, axis=1) == pytest.approx(0, abs=1e-12)
    groups = analyze(schools.clusters(box=box), ["cluster_count"], parameters={"link_distance": 2.0})["cluster_count"]
    assert (groups == 2).all()
    assert schools.resting(box=box).moving[-1].sum() == 0
    assert schools.alone(box=box).shape == (schools.FRAMES, 1)


def test_one_lies_across_the_corner_of_its_cell():
    school = schools.straddling()
    assert ((school.positions >= 0) & (school.positions < schools.SIDE)).all()
    assert (np.ptp(school.positions, axis=1) > schools.SIDE / 2).all()
    assert (np.abs(school.offsets) <= schools.RADIUS + 1.5).all()


def test_each_frame_is_another_and_each_school_the_same_again():
    for (name, school), again in zip(schools.known().items(), schools.known().values(), strict=True):
        assert np.array_equal(school.positions, again.positions), name
        assert not np.array_equal(school.positions[0], school.positions[1]), name
        assert "r_a" in school.attributes
