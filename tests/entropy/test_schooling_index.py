"""The Oceanic Schooling Index: a weighted mean of the entropies that are defined."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import Block, KaditaError

INDEX = "oceanic_schooling_index"
WEIGHTS = {  # as the code of dewi-kadita has them
    "school_cohesion_entropy": 0.18,
    "polarization_entropy": 0.28,
    "depth_stratification_entropy": 0.08,
    "angular_momentum_entropy": 0.08,
    "nearest_neighbor_entropy": 0.10,
    "velocity_correlation_entropy": 0.18,
    "school_shape_entropy": 0.10,
}


@pytest.fixture
def parts(measure):
    """The seven entropies and the index of one frame."""

    def parts(block, **options):
        found = {name: series[0] for name, series in measure(block, INDEX, *WEIGHTS, **options).items()}
        return found, found.pop(INDEX)

    return parts


def weighted_mean(found, weights=WEIGHTS):
    defined = {name: value for name, value in found.items() if not np.isnan(value)}
    return sum(weights[n] * v for n, v in defined.items()) / sum(weights[n] for n in defined)


def test_published_is_the_weighted_sum(parts, drawn_school):
    positions, velocities = drawn_school(0, 50)
    found, index = parts(Block(positions + 10, velocities, box=20.0), profile="published")
    assert not np.isnan(list(found.values())).any()
    assert index == pytest.approx(sum(WEIGHTS[n] * v for n, v in found.items()), abs=1e-12)


def test_depth_is_left_out_where_there_is_no_surface(parts, drawn_school):
    found, index = parts(Block(*drawn_school(1, 50)))
    assert {name for name, value in found.items() if np.isnan(value)} == {"depth_stratification_entropy"}
    assert index == pytest.approx(weighted_mean(found), abs=1e-12)


def test_depth_counts_between_surfaces(parts, drawn_school):
    surfaces = {"depth_stratification_entropy.depth_range": (-4.0, 4.0)}
    found, index = parts(Block(*drawn_school(1, 50)), parameters=surfaces)
    assert 0 < found["depth_stratification_entropy"] < 1
    assert index == pytest.approx(sum(WEIGHTS[n] * v for n, v in found.items()), abs=1e-12)


@pytest.mark.parametrize("n", range(1, 9))
def test_it_is_renormalised_over_what_a_small_school_has(n, parts, drawn_school):
    found, index = parts(Block(*drawn_school(n, n)))
    if all(np.isnan(v) for v in found.values()):
        assert np.isnan(index)
    else:
        assert index == pytest.approx(weighted_mean(found), abs=1e-12)


def test_two_agents_have_their_cohesion_alone(parts, drawn_school):
    found, index = parts(Block(*drawn_school(3, 2)))
    assert index == found["school_cohesion_entropy"]
    assert sum(np.isnan(v) for v in found.values()) == 6


def test_each_frame_has_its_own_divisor(measure, drawn_school):
    positions, velocities = drawn_school(4, 30)
    still = np.zeros_like(velocities)
    both = Block([positions, positions], [velocities, still])
    found = measure(both, INDEX, *WEIGHTS)
    for t in (0, 1):
        expected = weighted_mean({name: found[name][t] for name in WEIGHTS})
        assert found[INDEX][t] == pytest.approx(expected, abs=1e-12)
    assert np.isnan(found["polarization_entropy"]).tolist() == [False, True]


def test_weights_are_parameters(parts, drawn_school):
    given = {"cohesion": 0, "polarization": 3, "depth": 5, "angular_momentum": 0, "shape": 1}
    block = Block(*drawn_school(5, 40))
    found, index = parts(block, parameters={f"{INDEX}.weights": given})
    weights = {name: given.get(name.removesuffix("_entropy").removeprefix("school_"), w) for name, w in WEIGHTS.items()}
    weights["depth_stratification_entropy"] = 5
    assert weights["nearest_neighbor_entropy"] == 0.10  # what is not given keeps its value
    assert index == pytest.approx(weighted_mean(found, weights), abs=1e-12)
    assert index != pytest.approx(weighted_mean(found), abs=1e-3)


def test_one_weight_alone_is_that_entropy(parts, drawn_school):
    nothing = dict.fromkeys(("cohesion", "depth", "angular_momentum", "nearest_neighbor", "velocity_correlation"), 0)
    weights = {f"{INDEX}.weights": {**nothing, "polarization": 0, "shape": 0.2}}
    found, index = parts(Block(*drawn_school(6, 20)), parameters=weights)
    assert index == found["school_shape_entropy"]


def test_weight_on_what_is_undefined_alone_is_nan(parts, drawn_school):
    nothing = dict.fromkeys(("cohesion", "angular_momentum", "nearest_neighbor", "velocity_correlation"), 0)
    weights = {f"{INDEX}.weights": {**nothing, "polarization": 0, "shape": 0}}
    assert np.isnan(parts(Block(*drawn_school(6, 20)), parameters=weights)[1])


ALL_ZERO = dict.fromkeys(
    ("cohesion", "polarization", "depth", "angular_momentum", "nearest_neighbor", "velocity_correlation", "shape"), 0
)


@pytest.mark.parametrize("weights", [{"shape": -0.1}, {"shape": np.inf}, {"velocity": 1.0}, ALL_ZERO, 3])
def test_impossible_weights_are_refused(weights, parts, drawn_school):
    with pytest.raises(KaditaError, match="weights"):
        parts(Block(*drawn_school(7, 10)), parameters={f"{INDEX}.weights": weights})


def test_the_size_of_the_box_matters_to_published_alone(parts, drawn_school):
    """One school in cells of 20 and of 200: the audit has .77 and .62."""
    positions, velocities = drawn_school(8, 150)
    positions = 2 * positions
    corrected, published = (
        [parts(Block(positions + side / 2, velocities, box=side), profile=profile)[1] for side in (20.0, 200.0)]
        for profile in (None, "published")
    )
    assert corrected[1] == pytest.approx(corrected[0], abs=1e-9)
    assert published[0] - published[1] > 0.1


def test_the_orientation_matters_to_published_depth_alone(measure, rng, sphere):
    """A flat school, lying or standing: the audit has .18 and .83."""
    flat = rng.uniform(-9, 9, (200, 3)) * [1, 1, 0.03]
    velocities = sphere(rng, (200,))
    lying, standing = flat + 12.5, flat[:, [2, 0, 1]] + 12.5
    names = ("depth_stratification_entropy", INDEX)
    published = [measure(Block(p, velocities, box=25.0), *names, profile="published") for p in (lying, standing)]
    assert published[0][names[0]][0] < 0.3
    assert published[1][names[0]][0] > 0.8
    for p in (lying, standing):
        assert np.isnan(measure(Block(p, velocities, box=25.0), *names)[names[0]][0])
