"""Schools too small, at rest, coincident: corrected metrics are NaN where they have no meaning, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import Block, KaditaError

LEAST = {  # agents that each metric needs
    "polarization": 1,
    "polarization_unbiased": 2,
    "rotation": 2,  # one alone is at the centre
    "rotation_unbiased": 2,
    "angular_momentum": 2,
    "spread": 1,
    "order_index": 2,
    "state": 2,
    "largest_cluster_fraction": 1,
    "cluster_count": 1,
    "percolates": 1,
    "school_cohesion_entropy": 2,
    "polarization_entropy": 5,
    "depth_stratification_entropy": 1,
    "angular_momentum_entropy": 3,
    "nearest_neighbor_entropy": 6,
    "velocity_correlation_entropy": 7,
    "school_shape_entropy": 4,
    "oceanic_schooling_index": 2,
}
STILL = {"spread", "largest_cluster_fraction", "cluster_count", "percolates", "school_cohesion_entropy"} | {
    "depth_stratification_entropy",
    "nearest_neighbor_entropy",
    "school_shape_entropy",
    "oceanic_schooling_index",
}
OPTIONS = {"link": 1.0, "parameters": {"depth_stratification_entropy.depth_range": (-9.0, 9.0)}}
ELSEWHERE = {3: {"angular_momentum"}, 2: {"depth_stratification_entropy"}}  # not defined in space, in a plane
PLANE_OR_SPACE = pytest.mark.parametrize("dimensions", [2, 3], ids=["plane", "space"])
BOXES = pytest.mark.parametrize("box", [None, 20.0], ids=["open", "cell"])


def undefined(found, t=0):
    return {name for name, values in found.items() if np.isnan(values[t])}


def test_every_metric_has_its_least_number(registry):
    assert LEAST.keys() == registry.metrics.keys()


def in_dimensions(school, dimensions):
    """A school in space, or its projection on a plane."""
    return tuple(vectors * [1, 1, dimensions == 3] for vectors in school)


def least_in(dimensions):
    """The least numbers of the metrics that are defined there."""
    least = {name: n for name, n in LEAST.items() if name not in ELSEWHERE[dimensions]}
    return least | {"school_shape_entropy": dimensions + 1}


@BOXES
@PLANE_OR_SPACE
@pytest.mark.parametrize("n", range(1, 9))
def test_fewer_agents_than_a_metric_needs(n, dimensions, box, measure, drawn_school):
    least = least_in(dimensions)
    school = in_dimensions(drawn_school(100 + n, n), dimensions)
    found = measure(Block(*school, box=box, dimensions=dimensions), **OPTIONS)
    assert found.keys() == least.keys()
    found.pop("oceanic_schooling_index"), least.pop("oceanic_schooling_index")  # depth alone defines it
    assert undefined(found) == {name for name, number in least.items() if n < number}


@pytest.mark.parametrize("n", range(1, 9))
def test_index_needs_one_entropy(n, measure, drawn_school):
    found = measure(Block(*drawn_school(100 + n, n)), "oceanic_schooling_index")
    assert np.isnan(found["oceanic_schooling_index"][0]) == (n < 2)


@BOXES
@PLANE_OR_SPACE
@pytest.mark.parametrize("others", [0.0, np.nan], ids=["at rest", "unknown"])
@pytest.mark.parametrize("moving", range(9))
def test_fewer_moving_agents_than_a_metric_needs(moving, others, dimensions, box, measure, drawn_school):
    """Twelve swim, most at rest or with unknown velocities: they count for where the school is, not where it goes."""
    positions, velocities = in_dimensions(drawn_school(200 + moving, 12), dimensions)
    velocities[moving:] = others
    least = least_in(dimensions)
    least |= dict.fromkeys(STILL & least.keys(), 0)
    found = measure(Block(positions, velocities, box=box, dimensions=dimensions), **OPTIONS)
    expected = {name for name, number in least.items() if moving < number}
    assert undefined(found) - {"velocity_correlation_entropy"} == expected - {"velocity_correlation_entropy"}
    if moving < LEAST["velocity_correlation_entropy"]:
        assert np.isnan(found["velocity_correlation_entropy"][0])


def test_agents_at_rest_are_left_out_of_headings(measure, drawn_school):
    """Of what needs headings alone, the school of those that move says the same."""
    positions, velocities = drawn_school(5, 30, "resting")
    moving = (velocities != 0).any(axis=1)
    assert 7 < moving.sum() < 25
    names = ("polarization", "polarization_unbiased", "polarization_entropy")
    everyone = measure(Block(positions, velocities), *names)
    swimmers = measure(Block(positions[moving], velocities[moving]), *names)
    for name in names:
        assert everyone[name][0] == pytest.approx(swimmers[name][0], abs=1e-12), name


def test_a_crowd_at_rest_at_the_centre_does_not_slow_a_mill(measure, mill, rng):
    ring, around = mill(40)
    crowd = rng.normal(size=(30, 3)) * 0.1
    positions = np.concatenate([ring, crowd, -crowd])
    velocities = np.concatenate([around, np.zeros((60, 3))])
    found = measure(
        Block(positions, velocities, dimensions=3), "rotation", "rotation_unbiased", "angular_momentum_entropy", "state"
    )
    assert found["rotation"][0] == pytest.approx(1, abs=1e-12)
    assert found["rotation_unbiased"][0] == pytest.approx(1, abs=1e-12)
    assert found["angular_momentum_entropy"][0] == 0


def test_one_at_the_centre_has_no_direction_from_it(measure, mill):
    """Left out, moving or not."""
    ring, around = mill(40)
    for velocity in ([0.0, 0, 0], [1.0, 0, 0]):
        block = Block(np.concatenate([ring, [[0.0, 0, 0]]]), np.concatenate([around, [velocity]]), dimensions=3)
        assert np.linalg.norm(block.offsets[0, -1]) < 1e-10
        found = measure(block, "rotation", "rotation_unbiased", "angular_momentum_entropy")
        assert found["rotation"][0] == pytest.approx(1, abs=1e-12)
        assert found["rotation_unbiased"][0] == pytest.approx(1, abs=1e-12)
        assert found["angular_momentum_entropy"][0] == 0


def test_no_pair_of_neighbours_with_one_at_rest_is_compared(one):
    """Every second agent of a line rests: the cosines of those that move remain, all 1."""
    positions = np.outer(np.arange(40.0), [1, 0, 0])
    velocities = np.where(np.arange(40)[:, None] % 2, 0.0, [0.0, 1.0, 0.0])
    assert one("velocity_correlation_entropy", positions, velocities) == 0


@BOXES
def test_the_whole_school_at_rest(box, measure, drawn_school):
    positions, velocities = drawn_school(6, 20)
    found = measure(Block(positions, 0 * velocities, box=box), **OPTIONS)
    assert undefined(found) == LEAST.keys() - STILL - ELSEWHERE[3]


@pytest.mark.parametrize("speed", [1e-3, 1e-10, 1e-90, 0.0])
def test_at_rest_is_a_speed_of_exactly_0(speed, one):
    """Two in one direction, a third across or at rest; published takes a speed of up to 1e-10 for rest."""
    velocities = [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, speed, 0.0]]
    across = np.sqrt(5) / 3
    assert one("polarization", np.eye(3), velocities) == pytest.approx(across if speed else 1)
    published = across if speed > 1e-10 else 2 / 3
    assert one("polarization", np.eye(3), velocities, definition="published") == pytest.approx(published)


def test_a_single_animal_has_no_group_values(measure):
    """One animal is perfectly polarized with itself, and that is all."""
    found = measure(Block(np.zeros((3, 1, 3)), [[[1.0, 0, 0]], [[0, 1.0, 0]], [[0, 1.0, 0]]], dimensions=2))
    assert (found["polarization"] == 1).all()
    for name in ("rotation", "angular_momentum", "order_index", "state", "polarization_entropy"):
        assert np.isnan(found[name]).all(), name


@BOXES
def test_all_in_one_point(box, measure, sphere, rng):
    """Headings are as good as ever; there is no distance, no direction from the centre, no shape."""
    headings = sphere(rng, (10,))
    found = measure(Block(np.full((10, 3), 3.3), headings, box=box), **OPTIONS)
    assert undefined(found) == {
        "rotation",
        "rotation_unbiased",
        "order_index",
        "state",
        "school_cohesion_entropy",
        "angular_momentum_entropy",
        "nearest_neighbor_entropy",
        "school_shape_entropy",
    }
    assert found["spread"][0] == pytest.approx(0, abs=1e-12)
    assert (found["largest_cluster_fraction"][0], found["cluster_count"][0], found["percolates"][0]) == (1, 1, 0)


def test_median_distance_of_zero(one, rng):
    """Most swim in coincident pairs: cohesion has no unit of distance."""
    pairs = np.repeat(rng.normal(size=(6, 3)), 2, axis=0)
    loners = rng.normal(size=(5, 3)) + 20
    assert np.isnan(one("school_cohesion_entropy", np.concatenate([pairs, loners]), None))
    assert not np.isnan(one("school_cohesion_entropy", np.concatenate([pairs[::2], loners]), None))


def test_an_agent_on_top_of_all_its_neighbours_is_left_out(one, rng):
    """No mean distance, no coefficient of variation; the others keep theirs."""
    knot, others = np.zeros((6, 3)), rng.normal(size=(20, 3)) + [100.0, 0, 0]
    alone = one("nearest_neighbor_entropy", others, None)
    assert one("nearest_neighbor_entropy", np.concatenate([knot, others]), None) == pytest.approx(alone, abs=1e-12)


def test_depth_range(one, drawn_school):
    """Defined between two surfaces alone, the lower one first."""
    name = "depth_stratification_entropy"
    positions, velocities = drawn_school(7, 40)
    assert np.isnan(one(name, positions, velocities))
    assert np.isnan(one(name, positions, velocities, 20.0))
    assert 0 < one(name, positions, velocities, depth_range=(-3, 3)) < 1
    assert one(name, positions, None, depth_range=(-3, 3)) > 0  # needs no velocities
    for impossible in ((3, -3), (1, 1), (0, float("nan")), (0, 1, 2), 5, "deep"):
        with pytest.raises(KaditaError, match="depth_range"):
            one(name, positions, velocities, depth_range=impossible)


def test_infinite_depth_is_refused(one, drawn_school):
    with pytest.raises(KaditaError, match="depth_range"):
        one("depth_stratification_entropy", *drawn_school(7, 40), depth_range=(-np.inf, 0.0))
