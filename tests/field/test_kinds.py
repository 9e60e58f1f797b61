"""Between kinds: distances to another species, and g(r) of one about another; NumPy and freud as referees."""

from __future__ import annotations

import math

import numpy as np
import pytest

import kadita
from kadita import Block, KaditaError, NotApplicable

BOXES = pytest.mark.parametrize("box", [None, 10.0, (10.0, 11.0, 13.0), (10.0, 11.0, "open")])
DISTANCE, CROSS = "distance_to_other_species", "cross_radial_distribution"


def uniform(rng, frames, agents, dimensions=3, edges=(10.0, 11.0, 13.0)):
    x = rng.uniform(0, 1, (frames, agents, 3)) * edges
    x[..., dimensions:] = 0.0
    return x


def kinds_of(rng, agents, *names):
    return np.append(names, rng.choice(names, agents - len(names)))


@BOXES
@pytest.mark.parametrize("names", [("prey", "predator"), ("a", "b", "c", "d")])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_distance_is_the_least_of_all(dimensions, names, box, value, rng):
    kinds = kinds_of(rng, 60, *names)
    x = uniform(rng, 4, 60, dimensions)
    block = Block(x, box=box, species=kinds, dimensions=dimensions)
    r = np.linalg.norm(block.box.minimum_image(x[:, :, None] - x[:, None]), axis=-1)
    expected = np.where(kinds[:, None] == kinds, np.inf, r).min(axis=2)
    np.testing.assert_allclose(value(DISTANCE, block), expected, rtol=1e-12)


def test_distance_across_the_face_of_the_cell(value):
    x = [[0.5, 5, 0], [9.0, 5, 0], [4.0, 5, 0]]
    block = Block(x, box=(10.0, 10.0), species=["shark", "tuna", "tuna"])
    np.testing.assert_allclose(value(DISTANCE, block), [[1.5, 1.5, 3.5]])
    np.testing.assert_allclose(value(DISTANCE, Block(x, species=["shark", "tuna", "tuna"])), [[3.5, 8.5, 3.5]])


@pytest.mark.parametrize("dimensions", [2, 3])
def test_prey_in_a_gas_is_as_far_as_chance_has_it(dimensions, value, rng):
    """From one predator to the nearest of N independent prey, and from each prey to the only predator."""
    frames, prey = 4000, 50
    x = uniform(rng, frames, prey + 1, dimensions, (10.0, 10.0, 10.0))
    block = Block(x, box=10.0, species=["predator"] + ["prey"] * prey, dimensions=dimensions)
    found = value(DISTANCE, block)
    volume = 4 * math.pi / 3 if dimensions == 3 else math.pi
    expected = math.gamma(1 + 1 / dimensions) * (volume * prey / 10.0**dimensions) ** (-1 / dimensions)
    assert found[:, 0].mean() == pytest.approx(expected, rel=0.03)
    fraction = (found[:, 1:] < 4.0).mean()
    assert fraction == pytest.approx(volume * 4.0**dimensions / 10.0**dimensions, abs=0.01)


def test_nobody_else_is_nan_and_no_species_a_reason(value, rng):
    x = uniform(rng, 2, 4)
    one_absent = Block(x, species=["prey"] * 4, all_species=("fox", "prey"))
    assert np.isnan(value(DISTANCE, one_absent)).all()
    for name in (DISTANCE, CROSS):
        with pytest.raises(NotApplicable, match="needs two species, and there is one, prey"):
            value(name, Block(x, box=10.0, species=["prey"] * 4))
    for name in (DISTANCE, CROSS):
        with pytest.raises(NotApplicable, match="^needs species, and there are none$"):
            value(name, Block(x, box=10.0))
        with pytest.raises(KaditaError, match=f"{name} needs species, and there are none"):
            kadita.analyze(Block(x, box=10.0), name)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_strangers_have_no_structure(dimensions, value, rng):
    edges = (9.0, 10.0, 12.0)
    kinds = ["a"] * 30 + ["b"] * 70
    block = Block(uniform(rng, 400, 100, dimensions, edges), box=edges, species=kinds, dimensions=dimensions)
    g = value(CROSS, block, bins=20)
    shells = np.diff(np.linspace(0, 4.5, 21) ** dimensions) * (4 * np.pi / 3 if dimensions == 3 else np.pi)
    pairs = 400 * 30 * 70 * shells / math.prod(edges[:dimensions])
    assert (np.abs(g.mean(axis=0) - 1) < 4 / np.sqrt(pairs)).all()


@pytest.mark.parametrize("dimensions", [2, 3])
def test_structure_is_numpys(dimensions, value, rng):
    kinds = kinds_of(rng, 50, "a", "b", "c")
    block = Block(uniform(rng, 3, 50, dimensions), box=(10.0, 11.0, 13.0), species=kinds, dimensions=dimensions)
    r = np.linalg.norm(block.box.minimum_image(block.positions[:, :, None] - block.positions[:, None]), axis=-1)
    edges = np.linspace(0, 3.7, 31)
    shells = np.diff(edges**dimensions) * (4 * np.pi / 3 if dimensions == 3 else np.pi)
    of_pairs = r[:, kinds == "a"][:, :, kinds == "c"].reshape(3, -1)
    density = of_pairs.shape[1] / math.prod((10, 11, 13)[:dimensions])
    expected = [np.histogram(row, edges)[0] / (density * shells) for row in of_pairs]
    for between in (("a", "c"), ("c", "a")):
        found = value(CROSS, block, between=between, bins=30, r_max=3.7)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_partners_are_found_where_they_are(value, rng):
    """Each b is 2 from its a: there are as many pairs more in that bin as there are a."""
    a = uniform(rng, 200, 40)
    step = rng.normal(size=a.shape)
    b = a + 2.0 * step / np.linalg.norm(step, axis=2, keepdims=True)
    block = Block(np.concatenate([a, b], axis=1), box=(10.0, 11.0, 13.0), species=["a"] * 40 + ["b"] * 40)
    g = value(CROSS, block, bins=25).mean(axis=0)
    # 2 is an edge of bins; what is more than by chance in the two that meet there
    more = (g[9] * (2.0**3 - 1.8**3) + g[10] * (2.2**3 - 2.0**3) - 2.2**3 + 1.8**3) * 4 * np.pi / 3
    assert more * 40 / (10 * 11 * 13) == pytest.approx(1, rel=0.05)
    assert np.delete(g, [9, 10])[3:] == pytest.approx(1, abs=0.1)


def test_together_they_make_the_structure_of_all(value, rng):
    """All pairs are those within each of two species, and those between them."""
    x, box = uniform(rng, 3, 60), (10.0, 11.0, 13.0)
    one, other = slice(0, 22), slice(22, 60)
    n, m = 22, 38
    whole = value("radial_distribution", Block(x, box=box), bins=9)
    within = [value("radial_distribution", Block(x[:, who], box=box), bins=9) for who in (one, other)]
    between = value(CROSS, Block(x, box=box, species=["a"] * n + ["b"] * m), bins=9)
    pairs = np.array([n * (n - 1) / 2, m * (m - 1) / 2, n * m])
    summed = sum(w * g for w, g in zip(pairs, [*within, between], strict=True))
    np.testing.assert_allclose(whole * 60 * 59 / 2, summed, rtol=1e-12)


def test_which_two_has_to_be_said_where_there_are_more(value, rng):
    block = Block(uniform(rng, 2, 9), box=10.0, species=["a", "b", "c"] * 3)
    with pytest.raises(
        NotApplicable, match=r"needs the names of two species, since there are 3, a, b, c \(--set 'between"
    ):
        value(CROSS, block)
    with pytest.raises(KaditaError, match="between: expected two different species; got a twice"):
        value(CROSS, block, between=("a", "a"))
    with pytest.raises(KaditaError, match="between: there is no species 'd'; there are: a, b, c"):
        value(CROSS, block, between=("a", "d"))
    with pytest.raises(NotApplicable, match="needs two species, and there is one, a"):
        value(CROSS, Block(block.positions, box=10.0, species=["a"] * 9))


def test_the_two_are_those_of_the_trajectory_and_not_of_a_frame(value, rng):
    """Where the third is absent for a while, the pair is not guessed; where one of a pair is, the value is NaN."""
    x = uniform(rng, 1, 6)
    three = Block(x, box=10.0, species=["a", "b"] * 3, all_species=("a", "b", "c"))
    with pytest.raises(NotApplicable, match="since there are 3, a, b, c"):
        value(CROSS, three)
    assert np.isnan(value(CROSS, Block(x, box=10.0, species=["a"] * 6, all_species=("a", "b")))).all()


@pytest.mark.parametrize("dimensions", [2, 3])
def test_both_are_freuds(dimensions, value, rng):
    freud = pytest.importorskip("freud")
    edges = (10.0, 11.0, 13.0)
    kinds = kinds_of(rng, 200, "prey", "predator")
    block = Block(uniform(rng, 4, 200, dimensions), box=edges, species=kinds, dimensions=dimensions)
    cell = freud.box.Box(*edges) if dimensions == 3 else freud.box.Box(*edges[:2], is2D=True)
    middle = np.array([*edges[:dimensions], 0.0][:3]) / 2
    found, distances = value(CROSS, block, bins=40, r_max=4.5), value(DISTANCE, block)
    for t, points in enumerate(block.positions - middle):
        prey, predators = points[kinds == "prey"], points[kinds == "predator"]
        rdf = freud.density.RDF(bins=40, r_max=4.5).compute((cell, prey), query_points=predators)
        assert (~np.isclose(found[t], rdf.rdf, rtol=1e-5)).sum() <= 2  # in single precision a pair crosses an edge
        np.testing.assert_allclose(found[t], rdf.rdf, rtol=0.02)
        near = freud.locality.AABBQuery(cell, prey).query(predators, {"num_neighbors": 1}).toNeighborList()
        np.testing.assert_allclose(distances[t][kinds == "predator"], near.distances, rtol=1e-4)


def test_results_of_a_trajectory(rng):
    x = uniform(rng, 3, 20)
    kinds = ["prey"] * 17 + ["predator"] * 3
    block = Block(x, box=10.0, species=kinds)
    found = kadita.analyze(
        block, [DISTANCE, CROSS], parameters={"cross_radial_distribution.between": ("prey", "predator")}
    )
    assert found.series[DISTANCE].dims == ("agent",)
    assert found.series[DISTANCE].values.shape == (3, 20)
    assert found.series[CROSS].values.shape == (3, 50)
    assert found.series[CROSS].parameters["between"] == ("prey", "predator")
