"""Presence is not velocity: positions of all who are seen, headings of those who have one."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import Block

OF_HEADINGS = ("polarization", "polarization_unbiased", "polarization_entropy")
OF_POSITIONS = (
    "spread",
    "largest_cluster_fraction",
    "cluster_count",
    "percolates",
    "school_cohesion_entropy",
    "nearest_neighbor_entropy",
    "school_shape_entropy",
)


@pytest.fixture(params=[2, 3], ids=["plane", "space"])
def school(request, drawn_school):
    """Positions, velocities, whose velocity is known (in each frame others), and the dimensions."""
    schools = [drawn_school(seed, 40, kind) for seed, kind in enumerate(["loose", "aligned", "milling"])]
    x, v = (np.array(vectors) * [1, 1, request.param == 3] for vectors in zip(*schools, strict=True))
    known = np.random.default_rng(1).random(x.shape[:2]) < 0.6
    return x, v, known, request.param


@pytest.mark.parametrize("box", [None, 9.0])
def test_positions_of_all_and_headings_of_those_who_have_one(box, school, measure):
    x, v, known, dimensions = school
    partly = measure(Block(x, np.where(known[..., None], v, np.nan), box=box, dimensions=dimensions), link=0.8)
    wholly = measure(Block(x, v, box=box, dimensions=dimensions), link=0.8)
    for name in OF_POSITIONS:
        np.testing.assert_array_equal(partly[name], wholly[name], err_msg=name)
    for t in range(3):
        those = Block(x[t, known[t]], v[t, known[t]], box=box, dimensions=dimensions)
        for name, value in measure(those, *OF_HEADINGS).items():
            assert partly[name][t] == pytest.approx(value[0], abs=1e-12), name


@pytest.mark.parametrize("box", [None, 9.0])
def test_an_unknown_velocity_counts_as_rest_in_what_needs_both(box, school, measure):
    """Neighbours and centre are those of all; those without a heading are left out, as those at rest are."""
    x, v, known, dimensions = school
    unknown, still = (
        measure(Block(x, np.where(known[..., None], v, other), box=box, dimensions=dimensions), link=0.8)
        for other in (np.nan, 0.0)
    )
    assert unknown.keys() == still.keys()
    for name, values in still.items():
        np.testing.assert_array_equal(unknown[name], values, err_msg=name)


def test_published_counts_those_at_rest_and_not_those_unknown(measure, rng):
    """A zero vector for an agent at rest; nothing for one whose velocity nobody knows."""
    x, v = rng.uniform(0, 9, (60, 3)), rng.normal(size=(60, 3)) + 1
    known = np.arange(60) % 3 > 0
    names = ("polarization", "polarization_entropy", "velocity_correlation_entropy")
    partly = measure(Block(x, np.where(known[:, None], v, np.nan), box=9.0), *names, profile="published")
    those = measure(Block(x[known], v[known], box=9.0), *names, profile="published")
    still = measure(Block(x, np.where(known[:, None], v, 0), box=9.0), *names, profile="published")
    for name in names:
        assert partly[name][0] == pytest.approx(those[name][0], abs=1e-12), name
        assert partly[name][0] != pytest.approx(still[name][0], abs=1e-3), name
    r = x - x.mean(axis=0)
    l = np.cross(r / np.linalg.norm(r, axis=1, keepdims=True), v / np.linalg.norm(v, axis=1, keepdims=True))  # noqa: E741
    turning = measure(
        Block(x, np.where(known[:, None], v, np.nan), box=9.0),
        "rotation",
        "angular_momentum_entropy",
        profile="published",
    )
    assert turning["rotation"][0] == pytest.approx(np.linalg.norm(l[known].mean(axis=0)), abs=1e-12)
    p = np.histogram(np.linalg.norm(l[known], axis=1), 20, (0, 1))[0] / known.sum()
    expected = -(p[p > 0] * np.log(p[p > 0])).sum() / np.log(20)
    assert turning["angular_momentum_entropy"][0] == pytest.approx(expected, abs=1e-12)


def test_no_velocity_is_known(measure, rng):
    """Of a whole frame: metrics of headings are undefined there, those of positions are not."""
    x, v = rng.normal(size=(2, 2, 30, 3))
    v[1] = np.nan
    found = measure(Block(x, v), link=1.0)
    undefined = {name for name, values in found.items() if np.isnan(values[1])}
    assert not undefined & set(OF_POSITIONS)
    assert undefined >= {*OF_HEADINGS, "rotation", "state", "velocity_correlation_entropy", "angular_momentum_entropy"}
