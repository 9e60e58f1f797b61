"""A frame's value depends on that frame alone, and no metric writes to what it is given."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import Block

KINDS = ("loose", "aligned", "milling", "resting", "loose")
CELLS = pytest.mark.parametrize("box", [None, 6.0, (6.0, 5.0, 9.0)], ids=["open", "cube", "cell"])
PROFILES = pytest.mark.parametrize("profile", [None, "published"])


@pytest.fixture
def frames(drawn_school):
    """Five unlike frames of one school of N agents."""

    def frames(n):
        schools = [drawn_school(seed, n, kind) for seed, kind in enumerate(KINDS)]
        return np.array([p for p, _ in schools]), np.array([v for _, v in schools])

    return frames


@CELLS
@PROFILES
@pytest.mark.parametrize("n", [1, 4, 7, 45, 160, 720])
def test_row_of_a_block_is_the_block_of_one_frame(n, box, profile, measure, frames):
    positions, velocities = frames(n)
    options = {"profile": profile} if profile else {"link": 1.0}
    together = measure(Block(positions, velocities, box=box), **options)
    for t in range(len(positions)):
        alone = measure(Block(positions[t], velocities[t], box=box), **options)
        assert alone.keys() == together.keys()
        for name, values in together.items():
            np.testing.assert_array_equal(values[t], alone[name][0], err_msg=f"{name}, frame {t}")


@CELLS
@PROFILES
def test_order_of_frames_and_their_times_do_not_matter(box, profile, measure, frames, rng):
    positions, velocities = frames(30)
    order = rng.permutation(len(positions))
    times = np.cumsum(rng.uniform(0.1, 9, len(order)))
    options = {"profile": profile} if profile else {"link": 1.0}
    expected = measure(Block(positions, velocities, box=box), **options)
    found = measure(Block(positions[order], velocities[order], box=box, times=times), **options)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values[order], err_msg=name)


@CELLS
@PROFILES
def test_input_is_not_written_to(box, profile, measure, frames):
    positions, velocities = frames(30)
    positions += 3.0
    before = positions.copy(), velocities.copy()
    block = Block(positions, velocities, box=box)
    measure(block, **({"profile": profile} if profile else {"link": 1.0}))
    np.testing.assert_array_equal(positions, before[0])
    np.testing.assert_array_equal(velocities, before[1])


def test_company_does_not_change_a_metric(measure, registry, frames):
    """Geometry and intermediate results are shared between metrics: alone or among all, one value."""
    block = Block(*frames(40), box=6.0)
    together = measure(block, link=1.0)
    for name in set(registry.metrics) - {"angular_momentum"}:  # in a plane alone
        alone = measure(Block(block.positions, block.velocities, box=6.0), name, link=1.0)
        np.testing.assert_array_equal(alone[name], together[name], err_msg=name)


def test_every_metric_is_one_number_a_frame(measure, registry, frames):
    found = measure(Block(*frames(12)), link=1.0)
    assert found.keys() == registry.metrics.keys() - {"angular_momentum"}  # in a plane alone
    assert {values.shape for values in found.values()} == {(len(KINDS),)}


def test_both_packages_are_complete(registry):
    of = {}
    for name in registry.metrics:
        of.setdefault(registry.plugin_of("metric", name).name, set()).add(name)
    assert of == {
        "order": {
            "polarization",
            "polarization_unbiased",
            "rotation",
            "rotation_unbiased",
            "angular_momentum",
            "spread",
            "order_index",
            "largest_cluster_fraction",
            "cluster_count",
            "percolates",
            "state",
        },
        "entropy": {
            "school_cohesion_entropy",
            "polarization_entropy",
            "depth_stratification_entropy",
            "angular_momentum_entropy",
            "nearest_neighbor_entropy",
            "velocity_correlation_entropy",
            "school_shape_entropy",
            "oceanic_schooling_index",
        },
    }
    for m in registry.metrics.values():
        assert m.summary
        assert m.formula
        assert m.source
