"""A cell that repeats along some axes: every metric, beside a cell whose other edges are longer than anything in it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

import kadita
import kadita_field.links
from kadita import Block, NotApplicable
from kadita_field import kadita_metrics
from kadita_field.pairs import farthest

METRICS = {m.name: m for m in kadita_metrics() if 3 in m.dimensions and "wall" not in m.name}  # walls stay in place
GIVEN = {"network": {"link_distance": 1.7}, "cluster": {"link_distance": 1.7}, "local_order": {"k": 9}}
CELLS = [(8.0, 9.0, "open"), ("open", 9.0, 8.0), (8.0, "open", "open"), ("open", "open", 8.0)]
EVERY = pytest.mark.parametrize("name", METRICS)
SLABS = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: "".join("o" if e == "open" else "p" for e in cell))


def school(rng, cell, agents=90):
    """Uniform along axes that repeat; a slab, at some height, along those that do not."""
    x = rng.uniform(0, 1, (3, agents, 3)) * [5.0 if edge == "open" else edge for edge in cell]
    return x + [71.0 if edge == "open" else 0.0 for edge in cell], rng.normal(size=x.shape) + [0.5, 0.2, 0.7]


def measure(name, block):
    given = next((g for part, g in GIVEN.items() if part in name), {})
    return METRICS[name](block, **METRICS[name].validate(given))


@EVERY
@SLABS
def test_an_open_axis_is_one_whose_images_are_far(name, cell, rng):
    x, v = school(rng, cell)
    kinds = np.where(np.arange(90) % 4, "prey", "predator")
    slab = Block(x, v, box=cell, species=kinds)
    if "radial" in name:
        with pytest.raises(NotApplicable, match="needs a cell that repeats along all axes: this one is open along"):
            measure(name, slab)
        return
    far = Block(x, v, box=[1000.0 if edge == "open" else edge for edge in cell], species=kinds)
    np.testing.assert_allclose(measure(name, slab), measure(name, far), rtol=1e-9, atol=1e-9)


@EVERY
@SLABS
def test_images_along_the_axes_that_repeat_are_the_same_school(name, cell, rng):
    if "radial" in name:
        return
    x, v = school(rng, cell)
    periods = np.array([0.0 if edge == "open" else edge for edge in cell])
    kinds = np.where(np.arange(90) % 4, "prey", "predator")
    moved = x + periods * rng.integers(-2, 3, x.shape) + [1.0, -2.0, 300.0]
    expected = measure(name, Block(x, v, box=cell, species=kinds))
    np.testing.assert_allclose(measure(name, Block(moved, v, box=cell, species=kinds)), expected, rtol=1e-9, atol=1e-8)


@SLABS
@pytest.mark.parametrize("way", ["bits", "lists"])
def test_links_are_those_of_scipy(way, cell, rng, monkeypatch):
    if way == "lists":
        monkeypatch.setattr(kadita_field.links, "ALL_PAIRS_UP_TO", 0)
    x, v = school(rng, cell)
    block = Block(x, v, box=cell)
    degree = measure("network_degree_of_agents", block)
    for t in range(3):
        tree = cKDTree(block.wrapped[t], boxsize=[0.0 if edge == "open" else edge for edge in cell])
        expected = [len(near) - 1 for near in tree.query_ball_point(block.wrapped[t], 1.7)]
        np.testing.assert_array_equal(degree[t], expected)


@SLABS
def test_ranges_are_those_of_axes_that_repeat(cell, rng):
    """Half the shortest edge along which the cell repeats, whatever its height."""
    x, v = school(rng, cell)
    name = "velocity_fluctuation_correlation"
    found = kadita.analyze(Block(x, v, box=cell), name).series[name]
    np.testing.assert_allclose(found.axes["distance"], (np.arange(50) + 0.5) * 4 / 50)


@SLABS
def test_the_farthest_two_are_numpys(cell, rng):
    x, _ = school(rng, cell)
    block = Block(x, box=cell)
    d = block.box.minimum_image(x[:, :, None] - x[:, None])
    np.testing.assert_allclose(farthest(block), np.linalg.norm(d, axis=-1).max(axis=(1, 2)), rtol=1e-12)
