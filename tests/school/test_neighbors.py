"""The k nearest neighbours against plain NumPy and scipy's tree, by both of the ways they are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from kadita import Block, Box
from kadita.school import neighbors
from kadita.school.neighbors import nearest

QUIET = settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the way is the same for all drawn schools
)

BOXES = pytest.mark.parametrize("box", [None, 1.0, (1.0, 0.4, 2.5)], ids=["open", "cube", "cell"])


@pytest.fixture(params=["brute force", "tree"])
def way(request, monkeypatch):
    """How neighbours are found, whatever the size of the school."""
    monkeypatch.setattr(neighbors, "_brute_force_is_faster", lambda agents, k: request.param == "brute force")
    return request.param


def all_distances(positions, box):
    """From each agent to each, (N, N); inf to itself."""
    d = positions[:, None, :] - positions[None, :, :]
    if box is not None:
        d = d - np.array(box) * np.round(d / np.array(box))
    distances = np.sqrt((d**2).sum(axis=2))
    np.fill_diagonal(distances, np.inf)
    return distances


def assert_nearest(positions, box, k, indices, distances):
    n = len(positions)
    expected = all_distances(positions, box)
    there = min(k, n - 1)
    assert indices.shape == distances.shape == (n, k)
    np.testing.assert_allclose(distances[:, :there], np.sort(expected, axis=1)[:, :there], atol=1e-12)
    np.testing.assert_allclose(distances[:, :there], np.take_along_axis(expected, indices[:, :there], 1), atol=1e-12)
    for i, row in enumerate(indices[:, :there]):
        assert i not in row
        assert len(set(row.tolist())) == there
    assert (indices[:, there:] == -1).all()
    assert np.isinf(distances[:, there:]).all()


@BOXES
@pytest.mark.parametrize("k", [1, 5, 6, 20])
@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 40, 150])
def test_plain_numpy(n, k, box, way, rng):
    """Padded with -1 and inf where fewer than k others exist; agents are in any image."""
    positions = rng.uniform(-2, 3, (3, n, 3))
    indices, distances = nearest(positions, Box.of(box), k)
    for t in range(3):
        assert_nearest(positions[t], box, k, indices[t], distances[t])


@BOXES
def test_scipy(box, way, rng):
    positions = rng.random((1, 500, 3)) * (1.0 if box is None else box)
    found = nearest(positions, Box.of(box), 6)
    tree = cKDTree(positions[0], boxsize=None if box is None else np.broadcast_to(box, 3))
    distances, indices = tree.query(positions[0], k=7)
    np.testing.assert_allclose(found[1][0], distances[:, 1:], atol=1e-12)
    np.testing.assert_array_equal(found[0][0], indices[:, 1:])


@BOXES
@pytest.mark.parametrize("copies", [2, 3, 9])
def test_coincident_agents(copies, box, way, rng):
    """They are each other's neighbours at distance 0, nobody is its own, even with more of them than k."""
    positions = np.repeat(rng.random((6, 3)), copies, axis=0)[rng.permutation(6 * copies)]
    indices, distances = nearest(positions[None], Box.of(box), 4)
    assert_nearest(positions, box, 4, indices[0], distances[0])
    assert (distances[0, :, 0] == 0).all()


def test_all_coincident(way):
    indices, distances = nearest(np.full((1, 12, 3), 0.25), Box.of(1.0), 5)
    assert_nearest(np.full((12, 3), 0.25), 1.0, 5, indices[0], distances[0])


SCHOOLS = {
    "uniform": lambda rng, n: rng.random((n, 3)),
    "clumps": lambda rng, n: (
        rng.random((4, 3))[rng.integers(4, size=n)] + 10.0 ** -rng.integers(1, 12) * rng.random((n, 3))
    ),
    "sphere": lambda rng, n: on_sphere(rng.normal(size=(n, 3))),
    "bundle": lambda rng, n: on_sphere([0.6, 0, 0.8] + 10.0 ** -rng.integers(1, 15) * rng.normal(size=(n, 3))),
    "line": lambda rng, n: np.outer(rng.random(n), rng.integers(0, 2, 3)),
    "plane": lambda rng, n: rng.random((n, 3)) * [1, 0, 1],
    "copies": lambda rng, n: rng.random((n, 3))[rng.integers(1 + n // 4, size=n)],
    "outliers": lambda rng, n: rng.random((n, 3)) * np.where(rng.random((n, 1)) < 0.05, 1e6, 1.0),
    "far from the origin": lambda rng, n: rng.random((n, 3)) + 1e9,
    "coarse": lambda rng, n: rng.integers(0, 5, (n, 3)) / 4.0,
}


def on_sphere(v):
    return v / np.linalg.norm(v, axis=1, keepdims=True)


@QUIET
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 2, 7, 8, 9, 31, 32, 33, 64, 65, 130, 600]),
    st.sampled_from([1, 4, 5, 6, 7, 9]),
    st.sampled_from(list(SCHOOLS)),
    st.sampled_from([None, 1.0, (1.0, 0.4, 2.5), (50.0, 1.0, 1.0), 1000.0]),
)
def test_any_school(way, seed, n, k, kind, box):
    """Distances to the last digits of scipy's, with ties, in clumps of any width, on the faces, in tiny cells."""
    positions = SCHOOLS[kind](np.random.default_rng(seed), n)
    inside = Box.of(box).wrap(positions)
    indices, distances = nearest(positions[None], Box.of(box), k)
    assert_nearest_by_scipy(inside, box, k, indices[0], distances[0])


def assert_nearest_by_scipy(inside, box, k, indices, distances):
    n = len(inside)
    there = min(k, n - 1)
    assert (indices[:, there:] == -1).all()
    assert np.isinf(distances[:, there:]).all()
    if there == 0:
        return
    tree = cKDTree(inside, boxsize=None if box is None else np.broadcast_to(box, 3))
    expected = tree.query(inside, k=np.arange(1, there + 2))[0][:, 1:]
    np.testing.assert_allclose(distances[:, :there], expected, rtol=1e-12, atol=1e-15 * np.abs(inside).max())
    found = np.sort(np.concatenate([indices[:, :there], np.arange(n)[:, None]], axis=1), axis=1)
    assert (np.diff(found, axis=1) > 0).all()  # different agents, and not oneself
    to = Box.of(box).minimum_image(inside[indices[:, :there]] - inside[:, None, :])
    np.testing.assert_allclose(distances[:, :there], np.linalg.norm(to, axis=2), rtol=1e-12)


@pytest.mark.parametrize("kind", ["uniform", "bundle", "sphere", "outliers"])
@BOXES
def test_a_large_school(kind, box, rng):
    """By the tree, as by default."""
    positions = SCHOOLS[kind](rng, 5000)
    inside = Box.of(box).wrap(positions)
    indices, distances = nearest(positions[None], Box.of(box), 6)
    assert_nearest_by_scipy(inside, box, 6, indices[0], distances[0])


def test_frames_do_not_know_of_each_other(way, rng):
    """A frame alone has the same bits as among others, denser and wider ones."""
    frames = rng.random((5, 90, 3)) * [[[1e-3]], [[1.0]], [[0.0]], [[1e3]], [[1.0]]]
    for box in (Box(), Box.of(2.0)):
        together = nearest(frames, box, 6)
        alone = [nearest(frame[None], box, 6) for frame in frames]
        for n in range(2):
            np.testing.assert_array_equal(together[n], np.concatenate([found[n] for found in alone]))


@BOXES
@pytest.mark.parametrize("beyond", [0, 1], ids=["the last", "the first"])
def test_both_ways_agree_where_one_takes_over(beyond, box, rng, monkeypatch):
    """The largest school for brute force and the smallest for the tree."""
    agents = neighbors.BRUTE_FORCE_UP_TO + beyond
    assert neighbors._brute_force_is_faster(agents, 6) != beyond
    positions = rng.random((1, agents, 3)) * (1.0 if box is None else box)
    by_default = nearest(positions, Box.of(box), 6)
    monkeypatch.setattr(neighbors, "_brute_force_is_faster", lambda agents, k: beyond)
    by_the_other = nearest(positions, Box.of(box), 6)
    np.testing.assert_array_equal(by_default[1], by_the_other[1])
    np.testing.assert_array_equal(by_default[0], by_the_other[0])


LATTICE = np.stack(np.meshgrid(*[np.arange(4.0)] * 3, indexing="ij"), -1).reshape(-1, 3)


def test_ties_go_to_the_lowest_index():
    """By brute force: the six neighbours in a lattice are all at one distance."""
    indices, distances = nearest(LATTICE[None], Box.of(4.0), 6)
    assert (distances == 1).all()
    assert (np.diff(indices[0], axis=1) > 0).all()
    fewer = nearest(LATTICE[None], Box.of(4.0), 3)[0]
    np.testing.assert_array_equal(fewer, indices[..., :3])


@pytest.mark.parametrize("spacing", [0.1, 1 / 3, 1e-5, 1e5])
def test_a_lattice_with_rounding_errors(spacing, way):
    """Distances that are equal but for the last bits, in order still."""
    positions = LATTICE * spacing + spacing / 7
    indices, distances = nearest(positions[None], Box.of(4 * spacing), 9)
    assert (np.diff(distances[0], axis=1) >= 0).all()
    assert_nearest(positions / spacing, 4.0, 9, indices[0], distances[0] / spacing)


def test_nearest_image_across_the_faces(way):
    """At the two ends of a cell of 10, .2 apart; in open space 9.8."""
    positions = [[0.1, 5.0, 5.0], [9.9, 5.0, 5.0]]
    assert Block(positions, box=10.0).neighbor_distances(1)[0, 0, 0] == pytest.approx(0.2)
    assert Block(positions).neighbor_distances(1)[0, 0, 0] == pytest.approx(9.8)


def test_images_do_not_matter(way, rng):
    positions = rng.random((1, 60, 3)) * 7
    images = positions + 7 * rng.integers(-3, 4, positions.shape)
    inside, anywhere = nearest(positions, Box.of(7.0), 5), nearest(images, Box.of(7.0), 5)
    np.testing.assert_allclose(inside[1], anywhere[1], atol=1e-12)
    np.testing.assert_array_equal(inside[0], anywhere[0])


def test_on_the_upper_face(way):
    """A coordinate of exactly L, which scipy's tree refuses."""
    positions = [[10.0, 0.0, 10.0], [0.0, 10.0, 0.0], [0.0, 0.0, 1.0]]
    np.testing.assert_allclose(Block(positions, box=10.0).neighbor_distances(2)[0], [[0, 1], [0, 1], [1, 1]])


def test_all_neighbours_of_everyone(way, rng):
    """k = N - 1 is everybody else."""
    n = 9
    indices = Block(rng.random((n, 3))).neighbor_indices(n - 1)[0]
    for i, row in enumerate(indices):
        assert sorted([*row, i]) == list(range(n))
