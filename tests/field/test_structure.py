"""Distances of neighbours, g(r), order of headings: known answers, and NumPy and SciPy as referees."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial import cKDTree

from kadita import Block, KaditaError, NotApplicable

BOXES = pytest.mark.parametrize("box", [None, 10.0, (10.0, 11.0, 13.0)], ids=["open", "cube", "cell"])


def cubic_lattice(side: int = 6, spacing: float = 1.5):
    return spacing * np.stack(np.meshgrid(*[np.arange(side)] * 3), axis=-1).reshape(-1, 3) + 0.2


def distances_of(block):
    d = block.positions[:, :, None] - block.positions[:, None]
    return np.linalg.norm(block.box.minimum_image(d), axis=-1)


def test_nematic_order_of_a_street_is_one_and_it_has_no_polarization(value):
    v = np.tile([[1.0, 2.0, -2.0]], (10, 1)) * np.where(np.arange(10) % 2, 1, -3)[:, None]
    assert value("nematic_order", Block(np.zeros((10, 3)), v)) == pytest.approx(1, abs=1e-12)


def test_nematic_order_of_a_mill_in_space_is_that_of_a_plane(value):
    a = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    v = np.stack([np.cos(a), np.sin(a), 0 * a], axis=1)
    block = Block(v, v, dimensions=3)
    assert value("nematic_order", block) == pytest.approx(0.25, abs=1e-12)
    assert value("nematic_order_unbiased", block) == pytest.approx(math.sqrt((40 / 4 - 1) / 39), abs=1e-12)
    # in the plane itself there is no order; all pairs but N agents with themselves are then a little against each other
    assert value("nematic_order", Block(v, v)) == pytest.approx(0, abs=1e-12)
    assert value("nematic_order_unbiased", Block(v, v)) == 0


def test_nematic_order_is_numpys(value, gas):
    block = gas(resting=0.2)
    for t, s in enumerate(value("nematic_order", block)):
        u = block.velocities[t][(block.velocities[t] != 0).any(axis=1)]
        u = u / np.linalg.norm(u, axis=1, keepdims=True)
        q = (3 * u[:, :, None] * u[:, None] - np.eye(3)).mean(axis=0) / 2
        assert s == pytest.approx(np.linalg.eigvalsh(q)[-1], abs=1e-12)


def test_isotropic_headings_have_little_nematic_order(value, rng):
    v = rng.normal(size=(20, 10_000, 3))
    assert (value("nematic_order", Block(v, v)) < 5 / math.sqrt(10_000)).all()


def test_neighbors_on_a_lattice_are_a_spacing_away(value):
    block = Block(cubic_lattice(), box=9.0)
    assert value("neighbor_distance", block) == pytest.approx(1.5)
    by_rank = value("neighbor_distance_by_rank", block, k=7)
    np.testing.assert_allclose(by_rank, [[1.5] * 6 + [1.5 * math.sqrt(2)]])


@pytest.mark.parametrize("k", [1, 4])
def test_neighbors_in_a_gas_are_as_far_as_chance_has_it(k, value, gas):
    block = gas(20, 1000, 10.0)
    expected = math.gamma(k + 1 / 3) / math.gamma(k) * (4 * math.pi / 3) ** (-1 / 3)  # of density 1
    found = value("neighbor_distance", block, k=k)
    assert found.mean() == pytest.approx(expected, rel=5e-3)


@BOXES
def test_distances_by_rank_are_scipys(box, value, gas):
    block = gas(3, 50, box)
    found = value("neighbor_distance_by_rank", block, k=9)
    for t in range(3):
        r = cKDTree(block.wrapped[t], boxsize=block.box.lengths).query(block.wrapped[t], k=10)[0][:, 1:]
        np.testing.assert_allclose(found[t], r.mean(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(value("neighbor_distance", block, k=9), found[:, 8])
    single = value("neighbor_distance_of_agents", block, k=9)
    np.testing.assert_allclose(single.mean(axis=1), found[:, 8], rtol=1e-12)


def test_ranks_that_nobody_has_are_nan(value, gas):
    found = value("neighbor_distance_by_rank", gas(2, 4), k=6)
    np.testing.assert_array_equal(np.isnan(found), [[False] * 3 + [True] * 3] * 2)
    assert np.isnan(value("neighbor_distance", gas(2, 4), k=4)).all()
    assert np.isnan(value("neighbor_distance", gas(2, 1))).all()
    assert np.isnan(value("neighbor_distance_of_agents", gas(2, 4), k=4)).all()


@BOXES
@pytest.mark.parametrize("k", [2, 7, 20])
def test_local_order_is_that_of_all_distances_sorted(k, box, value, gas):
    block = gas(3, 50, box, resting=0.3)
    near = np.argsort(distances_of(block), axis=2)[..., :k]
    frame = np.arange(3)[:, None, None]
    total = np.linalg.norm(block.headings[frame, near].sum(axis=2), axis=-1)
    n = block.moving[frame, near].sum(axis=2)
    expected = np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)
    np.testing.assert_allclose(value("local_order", block, k=k), expected, rtol=0, atol=1e-12)


def test_local_order_of_many_agents_is_that_of_few(value, gas):
    """Three ways lead there: lists of few neighbours, a selection among few agents, a tree."""
    block = gas(1, 1100, 10.0)
    near = np.argsort(distances_of(block), axis=2)[..., :20]
    expected = np.linalg.norm(block.headings[0][near[0]].sum(axis=1), axis=-1) / 20
    np.testing.assert_allclose(value("local_order", block, k=20)[0], expected, atol=1e-12)


def test_local_order_of_everybody_is_the_polarization(value, gas):
    block = gas(3, 30)
    expected = np.linalg.norm(block.headings.mean(axis=1), axis=1)
    np.testing.assert_allclose(value("local_order", block, k=30), np.tile(expected[:, None], 30))
    assert np.isnan(value("local_order", block, k=31)).all()


def test_local_order_where_many_are_in_one_place(value):
    """Whoever of those is taken, there are k, and the agent is one of them: the last of twelve goes another way."""
    v = np.tile([[1.0, 0, 0]], (12, 1))
    v[11] = [0, 1, 0]
    found = value("local_order", Block(np.zeros((12, 3)), v), k=10)[0]
    np.testing.assert_allclose(found, [1.0] * 11 + [math.sqrt(82) / 10])


def test_local_order_tells_two_schools_that_meet(value, rng):
    x = np.concatenate([rng.normal(size=(30, 3)), rng.normal(size=(30, 3)) + 40])
    v = np.repeat([[1.0, 0, 0], [-1.0, 0, 0]], 30, axis=0)
    np.testing.assert_allclose(value("local_order", Block(x, v), k=20), 1.0)


def test_gas_has_no_structure(value, gas):
    block = gas(400, 100, (9.0, 10.0, 12.0), cell=(9.0, 10.0, 12.0))
    g = value("radial_distribution", block, bins=20)
    pairs = 400 * 100 * 99 / 2 * 4 * np.pi / 3 * np.diff(np.linspace(0, 4.5, 21) ** 3) / (9 * 10 * 12)
    assert (np.abs(g.mean(axis=0) - 1) < 4 / np.sqrt(pairs)).all()  # four times what counting gives by chance


def test_structure_of_a_lattice(value):
    """Six at one spacing, twelve at the diagonal of a face, eight at that of a cube."""
    g = value("radial_distribution", Block(cubic_lattice(), box=9.0), bins=45)[0]
    edges = np.linspace(0, 4.5, 46)
    others = g * np.diff(edges**3) * 4 * np.pi / 3 * 215 / 9.0**3
    assert others[14:16].sum() == pytest.approx(6)  # the spacing is an edge of bins
    assert others[21] == pytest.approx(12)
    assert others[25:27].sum() == pytest.approx(8)
    assert others[:14].sum() == 0


def test_structure_is_numpys(value, gas):
    block = gas(3, 40, (10.0, 11.0, 13.0))
    r = distances_of(block)[:, *np.triu_indices(40, 1)]
    edges = np.linspace(0, 3.7, 31)
    shells = 4 * np.pi / 3 * np.diff(edges**3)
    expected = [np.histogram(row, edges)[0] / (780 / (10 * 11 * 13) * shells) for row in r]
    np.testing.assert_allclose(value("radial_distribution", block, bins=30, r_max=3.7), expected, rtol=1e-12)


def test_structure_needs_a_cell(value, gas):
    with pytest.raises(NotApplicable, match="needs a periodic cell"):
        value("radial_distribution", gas(1, 5, None))
    with pytest.raises(KaditaError, match=r"r_max: expected at most half the shortest edge of the cell, 5; got 5\.1"):
        value("radial_distribution", gas(1, 5), r_max=5.1)
    assert np.isnan(value("radial_distribution", gas(2, 1))).all()
