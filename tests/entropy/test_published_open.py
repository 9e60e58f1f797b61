"""`published` needs the side of a cube: what it does in open space and in cells that are no cubes."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import Block, KaditaError, KaditaWarning, analyze

NEED_A_CUBE = ("school_cohesion_entropy", "depth_stratification_entropy", "nearest_neighbor_entropy")
SIDE = 40.0


@pytest.fixture
def school(rng, sphere):
    return rng.normal(size=(60, 3)) * [3.0, 2.0, 1.5] + [500.0, -70.0, 3.0], sphere(rng, (60,))


@pytest.mark.parametrize("name", NEED_A_CUBE)
def test_open_space_without_a_side_is_nan_and_says_so(name, school, registry):
    with pytest.warns(KaditaWarning, match=f"{name}.*published.*box_length"):
        found = analyze(Block(*school), [name], profile="published", registry=registry)
    assert np.isnan(found[name]).all()


@pytest.mark.parametrize("name", NEED_A_CUBE)
def test_a_cell_that_is_no_cube_is_nan_and_says_so(name, school, registry):
    with pytest.warns(KaditaWarning, match=f"{name}.*published.*cubic"):
        found = analyze(Block(*school, box=(40, 40, 41)), [name], profile="published", registry=registry)
    assert np.isnan(found[name]).all()


@pytest.mark.filterwarnings("ignore::kadita.base.errors.KaditaWarning")
@pytest.mark.parametrize("box", [None, (40, 40, 41)])
def test_each_metric_that_is_nan_for_want_of_a_cube_says_so(box, school, registry):
    found = analyze(Block(*school, box=box), profile="published", registry=registry)
    said = {note.partition(":")[0] for note in found.notes}
    assert said >= set(NEED_A_CUBE)


def test_the_index_is_nan_with_its_parts(measure, school):
    found = measure(Block(*school), profile="published")
    assert {name for name, value in found.items() if np.isnan(value[0])} == {*NEED_A_CUBE, "oceanic_schooling_index"}


def test_with_a_side_it_is_the_school_centred_in_a_cube_of_it(measure, school):
    positions, velocities = school
    centred = positions - positions.mean(axis=0) + SIDE / 2
    parameters = {f"{name}.box_length": SIDE for name in NEED_A_CUBE}
    found = measure(Block(positions, velocities), profile="published", parameters=parameters)
    expected = measure(Block(centred, velocities, box=SIDE), profile="published")
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name][0] == pytest.approx(value[0], abs=1e-12), name


def test_a_school_larger_than_the_side_is_wrapped(one, rng):
    positions = rng.uniform(-15, 15, (50, 3))
    wrapped = np.mod(positions - positions.mean(axis=0) + 5, 10)
    for name in NEED_A_CUBE:
        found = one(name, positions, None, definition="published", box_length=10.0)
        assert found == pytest.approx(one(name, wrapped, None, 10.0, definition="published"), abs=1e-12), name


@pytest.mark.parametrize("side", [0.0, -1.0, float("nan"), float("inf")])
def test_a_side_that_is_no_length_is_refused(side, school, one):
    with pytest.raises(KaditaError, match="box_length"):
        one("school_cohesion_entropy", *school, definition="published", box_length=side)


def test_a_cell_has_its_own_side(one, school):
    """`box_length` is for open space."""
    for name in NEED_A_CUBE:
        assert one(name, *school, SIDE, definition="published", box_length=7.0) == one(
            name, *school, SIDE, definition="published"
        )
