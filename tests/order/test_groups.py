"""Groups: the connected components of agents within a link distance, against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from kadita import Block, KaditaError, KaditaWarning, analyze
from kadita.school import clusters

QUIET = settings(derandomize=True, deadline=None, max_examples=100)
GROUPS = ("largest_cluster_fraction", "cluster_count")


@pytest.fixture(scope="module", params=["all pairs", "grid cells"])
def way(request):
    """Links are found among all pairs, or in a grid, which a large school takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clusters, "ALL_PAIRS_UP_TO", {"all pairs": 10**9, "grid cells": 0}[request.param])
        yield request.param


def referee(positions, box, link):
    d = positions[:, None, :] - positions[None, :, :]
    if box is not None:
        d = d - np.array(box) * np.round(d / np.array(box))
    count, label = connected_components(csr_array((d**2).sum(axis=2) <= link**2), directed=False)
    return np.bincount(label).max() / len(positions), count


@pytest.mark.slow
@QUIET
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 300),
    st.floats(0.3, 3.0),
    st.sampled_from([None, (1.0, 1.0, 1.0), (1.0, 2.5, 0.4)]),
    st.integers(1, 8),
)
def test_random_schools(measure, way, seed, n, tightness, box, clumps):
    """About the link distance at which one component emerges, clumped or not, in any image."""
    rng = np.random.default_rng(seed)
    extent = np.array(box or (1.0, 1.0, 1.0))
    link = tightness * 0.55 * (extent.prod() / n) ** (1 / 3)
    loose, tight = rng.random((n, 3)), rng.random((clumps, 3))[rng.integers(clumps, size=n)]
    positions = extent * (tight + (loose - tight) * rng.choice([0.1, 0.4, 1.0]))
    if box is not None:
        positions = positions + extent * rng.integers(-2, 3, positions.shape)
    found = measure(Block(positions, box=box, dimensions=3), *GROUPS, link=link)
    assert (found["largest_cluster_fraction"][0], found["cluster_count"][0]) == referee(positions, box, link)


@settings(QUIET, max_examples=400)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.49), st.sampled_from([1 - 1e-9, 1 + 1e-9]), st.booleans())
def test_two_agents_at_the_link_distance(measure, way, seed, link, part, diagonal):
    """In any direction from any place in a cell of 1: the grid hides no link and adds none."""
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=3) if diagonal else np.roll([1.0, 0, 0], rng.integers(3))
    first = rng.random(3)
    second = first + link * part * direction / np.linalg.norm(direction)
    groups = measure(Block([first, second], box=1.0, dimensions=3), "cluster_count", link=link)["cluster_count"][0]
    assert groups == (1 if part < 1 else 2)


@pytest.mark.parametrize("link", [0.1, 0.2, 0.247, 0.288, 0.346, 0.43, 0.49])
def test_two_agents_along_each_axis_from_everywhere(link, measure, way):
    """Where the grid is so coarse that a link reaches over two of its cells, it is not used."""
    starts = np.linspace(0, 1, 400, endpoint=False)
    for axis in range(3):
        first = np.full((400, 1, 3), 0.3)
        first[:, 0, axis] = starts
        second = first + link * (1 - 1e-9) * np.eye(3)[axis]
        found = measure(
            Block(np.concatenate([first, second], axis=1), box=1.0, dimensions=3), "cluster_count", link=link
        )
        assert (found["cluster_count"] == 1).all()


@QUIET
@given(st.integers(0, 2**32 - 1), st.floats(0.56, 0.65), st.sampled_from([None, 5, 9, 20]))
def test_corners_of_a_cube_about_as_wide_as_a_grid_cell(measure, way, seed, edge, cells):
    """A grid cell of edge 1 / sqrt 3 is the largest in which all agents are linked."""
    rng = np.random.default_rng(seed)
    box = None if cells is None else (cells / np.sqrt(3),) * 3
    corners = edge * rng.permutation(np.array(list(np.ndindex(2, 2, 2)))[rng.integers(8, size=5)])
    positions = corners + 1e-3 * rng.random(corners.shape)
    found = measure(Block(positions, box=box, dimensions=3), *GROUPS, link=1.0)
    assert (found["largest_cluster_fraction"][0], found["cluster_count"][0]) == referee(positions, box, 1.0)


@pytest.mark.parametrize("box", [None, (1.0, 1.0, 1.0), (2.0, 1.0, 0.6)])
@pytest.mark.parametrize("spacings", [0.5, 0.6, 0.65, 1.0])
def test_both_ways_agree_on_a_large_school(spacings, box, measure, rng, monkeypatch):
    n = 2500
    extent = np.array(box or (1.0, 1.0, 1.0))
    positions, link = extent * rng.random((n, 3)), spacings * (extent.prod() / n) ** (1 / 3)
    found = []
    for all_pairs_up_to in (n, n - 1):
        monkeypatch.setattr(clusters, "ALL_PAIRS_UP_TO", all_pairs_up_to)
        found.append(measure(Block(positions, box=box, dimensions=3), *GROUPS, "percolates", link=link))
    assert found[0] == found[1]
    assert found[0]["cluster_count"][0] < n


def test_the_draws_above_have_one_group_many_and_between(measure, rng):
    """So that the comparison means something."""
    positions = rng.random((200, 3))
    counts = [
        measure(Block(positions, dimensions=3), "cluster_count", link=s * 0.55 / 200 ** (1 / 3))["cluster_count"][0]
        for s in (0.3, 1.5, 3)
    ]
    assert counts[0] > 150
    assert 1 < counts[1] < 150
    assert counts[2] == 1


def test_two_schools_apart(measure, way, rng):
    positions = np.concatenate([rng.random((30, 3)), rng.random((10, 3)) + 100])
    found = measure(Block(positions, dimensions=3), *GROUPS, link=2.0)
    assert found["largest_cluster_fraction"][0] == 0.75
    assert found["cluster_count"][0] == 2


def test_linked_through_the_face(measure, way):
    positions = [[0.2, 5, 5], [9.8, 5, 5], [5, 5, 5]]
    open_space, cell = (measure(Block(positions, box=box, dimensions=3), *GROUPS, link=0.5) for box in (None, 10.0))
    assert (open_space["cluster_count"][0], cell["cluster_count"][0]) == (3, 2)
    assert cell["largest_cluster_fraction"][0] == pytest.approx(2 / 3)


@pytest.mark.parametrize(("link", "groups"), [(0.9999999, 2), (1.0, 1), (1.0000001, 1)])
def test_a_link_is_at_most_its_distance(link, groups, measure, way):
    assert (
        measure(Block([[0.0, 0, 0], [0, 1, 0]], dimensions=3), "cluster_count", link=link)["cluster_count"][0] == groups
    )


@pytest.mark.parametrize("away", [[1e7, 0, 0], [1e7, -1e7, 1e7], [1e30, 0, 0]], ids=["aside", "in a corner", "beyond"])
def test_one_far_from_a_large_school(away, measure, way, rng):
    """Farther than cells can be counted: groups are those of the others, and one more."""
    n = 1200
    positions, link = rng.random((n, 3)), 0.6 * (1 / n) ** (1 / 3)
    without = measure(Block(positions, dimensions=3), *GROUPS, link=link)
    found = measure(Block(np.concatenate([positions, [away]]), dimensions=3), *GROUPS, link=link)
    assert found["cluster_count"][0] == without["cluster_count"][0] + 1
    assert found["largest_cluster_fraction"][0] * (n + 1) == pytest.approx(without["largest_cluster_fraction"][0] * n)


def test_alone_is_a_group_of_one(measure, way):
    found = measure(Block([[1.0, 2.0, 3.0]], dimensions=3), *GROUPS, link=0.1)
    assert (found["largest_cluster_fraction"][0], found["cluster_count"][0]) == (1, 1)


def test_coincident_agents_are_one_group(measure, way):
    found = measure(Block(np.ones((6, 3)), dimensions=3), *GROUPS, link=1e-9)
    assert (found["largest_cluster_fraction"][0], found["cluster_count"][0]) == (1, 1)


@pytest.mark.parametrize("box", [None, 10.0])
def test_a_link_too_short_for_any_grid(box, measure, way, rng):
    """Whatever number is asked for: all are alone."""
    for link in (1e-7, 1e-20, 1e-300):
        found = measure(Block(rng.random((50, 3)), box=box, dimensions=3), *GROUPS, "percolates", link=link)
        assert [found[name][0] for name in (*GROUPS, "percolates")] == [1 / 50, 50, 0]


def test_groups_need_no_velocities(registry):
    assert not any(registry[name].needs_velocities for name in (*GROUPS, "percolates"))


@pytest.mark.parametrize("name", [*GROUPS, "percolates"])
class TestLinkDistance:
    """By default the r_a stored with the trajectory, required where there is none."""

    def test_default(self, name, measure):
        positions = np.outer(np.arange(4.0), [2, 0, 0])
        for r_a in (1.9, 2.1):
            stored = measure(Block(positions, box=8.0, attributes={"r_a": r_a}, dimensions=3), name)
            given = measure(Block(positions, box=8.0, dimensions=3), name, link=r_a)
            assert stored == given

    def test_given_goes_before_stored(self, name, measure):
        positions = np.outer(np.arange(4.0), [2, 0, 0])
        found = measure(Block(positions, box=8.0, attributes={"r_a": 1.9}, dimensions=3), name, link=2.1)
        assert found == measure(Block(positions, box=8.0, attributes={"r_a": 2.1}, dimensions=3), name)
        assert found != measure(Block(positions, box=8.0, attributes={"r_a": 1.9}, dimensions=3), name)

    def test_required_where_asked_for_by_name(self, name, registry):
        with pytest.raises(KaditaError, match=f"{name} .*link_distance"):
            analyze(Block([[1.0, 2.0, 3.0]], dimensions=3), [name], registry=registry)

    @pytest.mark.filterwarnings("ignore:left out. angular_momentum. is defined only in a plane")
    def test_left_out_otherwise(self, name, registry):
        with pytest.warns(KaditaWarning, match=f"left out.*{name}.*link_distance"):
            found = analyze(Block([[1.0, 2.0, 3.0]], [[1.0, 0, 0]], dimensions=3), registry=registry)
        assert name not in found

    @pytest.mark.parametrize("link", [0, -1, np.inf, np.nan, "near"])
    def test_no_distance(self, name, link, measure):
        with pytest.raises(KaditaError, match="link_distance"):
            measure(Block([[1.0, 2.0, 3.0]], dimensions=3), name, link=link)
