"""Metrics of the field beside those of freud, which takes single precision and a periodic cell about 0."""

from __future__ import annotations

import numpy as np
import pytest

freud = pytest.importorskip("freud")  # Ramasubramani et al. 2020, doi:10.1016/j.cpc.2020.107275

EDGES = pytest.mark.parametrize("edges", [(10.0, 10.0, 10.0), (10.0, 12.0, 15.0)], ids=["cube", "cell"])
SINGLE = 1e-5  # relative: some ten times what single precision resolves


@pytest.fixture
def schools(gas):
    """Random schools in a cell with some edges, as kadita takes them; and as freud does: frames of cell and points."""

    def schools(edges, **more):
        block = gas(5, 200, edges, cell=edges, **more)
        return block, [(freud.box.Box(*edges), points - np.array(edges) / 2) for points in block.positions]

    return schools


def neighbors(cell, points, **query):
    return freud.locality.AABBQuery(cell, points).query(points, {"exclude_ii": True} | query).toNeighborList()


def test_nematic_order(value, gas):
    block = gas(5, 200)
    for found, headings in zip(value("nematic_order", block), block.headings, strict=True):
        assert found == pytest.approx(freud.order.Nematic().compute(headings).order, rel=SINGLE)


@EDGES
def test_distances_of_neighbors(edges, value, schools):
    block, others = schools(edges)
    by_rank = value("neighbor_distance_by_rank", block, k=8)
    nearest, fifth = (value("neighbor_distance", block, k=k) for k in (1, 5))
    for t, (cell, points) in enumerate(others):
        expected = np.sort(neighbors(cell, points, num_neighbors=8).distances.reshape(200, 8)).mean(axis=0)
        np.testing.assert_allclose(by_rank[t], expected, rtol=SINGLE)
        assert [nearest[t], fifth[t]] == pytest.approx([expected[0], expected[4]], rel=SINGLE)


@EDGES
def test_degree_in_the_network_of_neighbors(edges, value, schools):
    block, others = schools(edges)
    mean, each = (value(name, block, link_distance=2.5) for name in ("network_degree", "network_degree_of_agents"))
    for t, (cell, points) in enumerate(others):
        expected = neighbors(cell, points, r_max=2.5).neighbor_counts
        np.testing.assert_array_equal(each[t], expected)
        assert mean[t] == pytest.approx(expected.mean(), rel=1e-12)


@EDGES
def test_radial_distribution(edges, value, schools):
    block, others = schools(edges)
    found = value("radial_distribution", block, bins=40, r_max=4.5)
    for t, school in enumerate(others):
        rdf = freud.density.RDF(bins=40, r_max=4.5, normalization_mode="finite_size").compute(school)
        np.testing.assert_allclose(found[t], rdf.rdf, rtol=SINGLE)
