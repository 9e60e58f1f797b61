"""Clusters in cells that repeat along some axes: slabs, channels and planes, against plain references."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from kadita import Block
from kadita.school import clusters

QUIET = settings(derandomize=True, deadline=None, max_examples=60)
NAMES = ("largest_cluster_fraction", "cluster_count", "percolates")
CELLS = {  # edges, 0 where the cell is open
    "slab": (1.0, 1.4, 0.0),
    "slab upright": (0.0, 1.0, 1.2),
    "channel": (0.0, 1.3, 0.0),
    "thin slab": (2.0, 0.3, 0.0),
}


@pytest.fixture(scope="module", params=["all pairs", "grid cells"])
def way(request):
    """Links are found among all pairs, or in a grid, which a large school takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clusters, "ALL_PAIRS_UP_TO", {"all pairs": 10**9, "grid cells": 0}[request.param])
        yield request.param


def box_of(edges):
    return [edge or "open" for edge in edges]


def referee(positions, edges, link):
    """Walk from agent to agent and image to image, along periodic axes alone."""
    edges, n = np.array(edges), len(positions)
    most = np.where(edges > 0, np.ceil(link / np.where(edges > 0, edges, 1)), 0)
    reach = [range(-int(m), int(m) + 1) for m in most]
    images = np.array(list(itertools.product(*reach)))
    p = np.where(edges > 0, np.mod(positions, np.where(edges > 0, edges, 1)), positions)
    home, sizes, percolates = {}, [], 0.0
    for start in range(n):
        if start in home:
            continue
        home[start], waiting, size = (0, 0, 0), [start], 1
        while waiting:
            i = waiting.pop()
            d = p[:, None, :] + images * edges - p[i]
            for j, c in np.argwhere((d**2).sum(axis=2) <= link**2):
                there = tuple(np.add(home[i], images[c]))
                if j not in home:
                    home[j], size = there, size + 1
                    waiting.append(j)
                elif home[j] != there:
                    percolates = 1.0
        sizes.append(size)
    return max(sizes) / n, len(sizes), percolates


def found(measure, positions, edges, link, **options):
    series = measure(Block(positions, box=box_of(edges), **options), *NAMES, link=link)
    return tuple(series[name][0] for name in NAMES)


@QUIET
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.floats(0.5, 1.6),
    st.sampled_from(list(CELLS)),
    st.floats(0.05, 40),
)
def test_random_schools_in_any_image(measure, way, seed, n, tightness, cell, extent):
    """Open axes are as long as the school, short or long; agents are in any image along the others."""
    rng, edges = np.random.default_rng(seed), np.array(CELLS[cell])
    reach = np.where(edges > 0, edges, extent)
    positions = reach * rng.random((n, 3)) + edges * rng.integers(-2, 3, (n, 3)) - 0.5 * reach
    link = tightness * 0.9 * (np.prod(reach) / n) ** (1 / 3)
    assert found(measure, positions, edges, link) == referee(positions, edges, link)


@QUIET
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.floats(0.5, 1.6), st.sampled_from([(1.0, 1.4), (1.0, 0.0)]))
def test_random_planes(measure, way, seed, n, tightness, cell):
    rng, edges = np.random.default_rng(seed), np.array([*cell, 0.0])
    reach = np.where(edges > 0, edges, 1.0) * [1, 1, 0]
    positions = reach * rng.random((n, 3)) + edges * rng.integers(-2, 3, (n, 3)) + [0, 0, 7.0]
    link = tightness * 0.7 * (reach[0] * reach[1] / n) ** 0.5
    assert found(measure, positions, edges, link, dimensions=2) == referee(positions, edges, link)


def test_the_draws_above_do_both(rng):
    ends = {referee(rng.random((30, 3)), CELLS["slab"], s * 0.3)[2] for s in (0.5, 1.0, 1.6)}
    assert ends == {0.0, 1.0}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("tightness", [0.6, 0.9, 1.2])
def test_large_schools_count_as_scipy_does(cell, tightness, measure, rng):
    """1500 agents, by union-find over grid cells; images beside the cell make periodic axes for scipy's tree."""
    n, edges = 1500, np.array(CELLS[cell])
    reach = np.where(edges > 0, edges, 3.0)
    positions = reach * rng.random((n, 3))
    link = tightness * (np.prod(reach) / n) ** (1 / 3)
    tree = cKDTree(positions)
    shifts = [s for s in itertools.product([-1, 0, 1], repeat=3) if not np.any((np.array(s) != 0) & (edges == 0))]
    i, j = np.concatenate(
        [np.array(tree.sparse_distance_matrix(cKDTree(positions + edges * s), link).nonzero()) for s in shifts], axis=1
    )
    graph = csr_array((np.ones(len(i)), (i, j)), shape=(n, n))
    count, label = connected_components(graph, directed=False)
    largest, number, _ = found(measure, positions, edges, link)
    assert (largest, number) == (np.bincount(label).max() / n, count)


@pytest.mark.parametrize("agents", [30, 1200])
def test_a_line_percolates_along_a_periodic_axis_alone(agents, measure):
    """Along x of a slab it goes around; along z, which is open, it has two ends."""
    for axis, expected in ((0, 1.0), (1, 1.0), (2, 0.0)):
        positions = np.full((agents, 3), 4.0)
        positions[:, axis] = np.arange(agents) * 10 / agents
        link = 1.01 * 10 / agents
        assert found(measure, positions, (10.0, 10.0, 0.0), link) == (1.0, 1, expected)
        assert found(measure, positions[1:], (10.0, 10.0, 0.0), link) == (1.0, 1, 0.0)


@pytest.mark.parametrize("agents", [40, 1200])
def test_a_thin_cell_is_a_plane(agents, measure, rng):
    """A run in two dimensions whose file gives z an edge of .5: every agent is linked to its own image above.

    As a plane the z edge means nothing.
    """
    positions = np.concatenate([rng.uniform(20, 40, (agents, 2)), np.zeros((agents, 1))], axis=1)
    link = 1.0
    assert found(measure, positions, (60.0, 60.0, 0.5), link, dimensions=3)[2] == 1
    plane = found(measure, positions, (60.0, 60.0, 0.5), link, dimensions=2)
    assert plane[2] == 0
    count, label = connected_components(csr_array(cKDTree(positions).sparse_distance_matrix(cKDTree(positions), link)))
    assert plane[:2] == (np.bincount(label).max() / agents, count)  # far from the faces of the cell


def test_a_slab_does_not_wrap_where_it_is_open(measure):
    """Two agents above and below a slab are far apart, however thin it is; beside it they are neighbours."""
    assert found(measure, [[5, 5, 0.1], [5, 5, 9.9]], (10.0, 10.0, 0.0), 0.5) == (0.5, 2, 0)
    assert found(measure, [[0.1, 5, 3], [9.9, 5, 3.0]], (10.0, 10.0, 0.0), 0.5) == (1, 1, 0)
