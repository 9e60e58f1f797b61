"""Degree and clustering of the network of agents within a distance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

import kadita_field.links
from kadita import Block, NotApplicable

NAMES = ("network_degree", "network_degree_of_agents", "network_clustering")


def referee(block, link):
    """By powers of the matrix of links."""
    d = block.positions[:, :, None] - block.positions[:, None]
    a = (np.linalg.norm(block.box.minimum_image(d), axis=-1) <= link).astype(float)
    a[:, np.arange(block.shape[1]), np.arange(block.shape[1])] = 0
    degree = a.sum(axis=2)
    twice = np.diagonal(a @ a @ a, axis1=1, axis2=2)
    pairs = degree * (degree - 1)
    share = np.divide(twice, pairs, out=np.full(degree.shape, np.nan), where=pairs > 0)
    return degree.mean(axis=1), degree, np.nanmean(share, axis=1)


@pytest.mark.parametrize("box", [None, 10.0, (7.0, 9.0, 11.0)], ids=["open", "cube", "cell"])
@pytest.mark.parametrize("link", [1.5, 4.0, 30.0])
@pytest.mark.parametrize("way", ["bits", "lists"])
def test_network_is_that_of_the_matrix_of_links(way, link, box, value, gas, monkeypatch):
    if way == "lists":
        monkeypatch.setattr(kadita_field.links, "ALL_PAIRS_UP_TO", 0)
    block = gas(2, 90, box)
    for name, expected in zip(NAMES, referee(block, link), strict=True):
        np.testing.assert_allclose(value(name, block, link_distance=link), expected, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("box", [None, 10.0], ids=["open", "cube"])
@pytest.mark.parametrize("link", [0.7, 1.5, 2.5])
def test_clusters_are_the_components_that_scipy_finds(link, box, value, gas):
    block = gas(2, 90, box)
    d = block.positions[:, :, None] - block.positions[:, None]
    near = np.linalg.norm(block.box.minimum_image(d), axis=-1) <= link
    found = value("cluster_size_of_agents", block, link_distance=link)
    for t in range(2):
        _, label = connected_components(csr_array(near[t]), directed=False)
        assert found[t].tolist() == np.bincount(label)[label].tolist()


def test_ring_and_triangle(value):
    a = 2 * np.pi * np.arange(8) / 8
    ring = np.stack([np.cos(a), np.sin(a), 0 * a], axis=1)
    step = 2 * np.sin(np.pi / 8)
    assert value("network_degree", Block(ring), link_distance=1.01 * step) == 2
    assert value("network_degree_of_agents", Block(ring), link_distance=1.01 * step).tolist() == [[2] * 8]
    assert value("network_clustering", Block(ring), link_distance=1.01 * step) == 0
    assert value("network_clustering", Block(ring), link_distance=2.1) == 1
    second = 1.01 * 2 * np.sin(np.pi / 4)  # the ring of Watts and Strogatz with four neighbours each: 1/2
    assert value("network_clustering", Block(ring), link_distance=second) == pytest.approx(0.5)
    assert value("network_degree_of_agents", Block(ring), link_distance=second).tolist() == [[4] * 8]
    kite = np.array([[0, 0, 0], [1.0, 0, 0], [0.5, 0.8, 0], [0.5, 1.8, 0]])  # a triangle, and a fourth behind its tip
    assert value("network_degree_of_agents", Block(kite), link_distance=1.0).tolist() == [[2, 2, 3, 1]]
    assert value("network_degree", Block(kite), link_distance=1.0) == 2
    assert value("network_clustering", Block(kite), link_distance=1.0) == pytest.approx((1 + 1 + 1 / 3) / 3)


def test_gas_clusters_by_chance_alone(value, gas):
    found = value("network_clustering", gas(20, 1500, 10.0), link_distance=1.5)
    assert found.mean() == pytest.approx(15 / 32, rel=0.01)


def test_nobody_near(value, gas):
    block = gas(2, 5, None)
    assert (value("network_degree", block, link_distance=1e-9) == 0).all()
    assert np.isnan(value("network_clustering", block, link_distance=1e-9)).all()
    assert (value("network_degree_of_agents", gas(2, 1), link_distance=1.0) == 0).all()


def test_link_distance_is_the_trajectorys_where_none_is_given(value, gas):
    block = gas(2, 30)
    known = Block(block.positions, box=10.0, attributes={"r_a": 2.5})
    for name in NAMES:
        np.testing.assert_array_equal(value(name, known), value(name, block, link_distance=2.5))
        with pytest.raises(NotApplicable, match="needs a link_distance, and the trajectory has no r_a"):
            value(name, block)
