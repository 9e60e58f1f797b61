"""What every metric of the field checks, in space and in a plane: symmetries, frames on their own, numbers in range."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kadita import Block
from kadita_field import kadita_metrics

METRICS = {m.name: m for m in kadita_metrics() if "wall" not in m.name}  # which stays where it is: test_wall.py
GIVEN = {
    "velocity_fluctuation_correlation": {"r_max": 4.0, "bins": 8},
    "correlation_length": {"bins": 8},
    "susceptibility": {"bins": 8},
    "radial_distribution": {"bins": 8},
    "cross_radial_distribution": {"bins": 8},
    "neighbor_distance_by_rank": {"k": 4},
    "local_order": {"k": 4},
    **{name: {"link_distance": 2.5} for name in METRICS if name.startswith(("network", "cluster"))},
}
EVERY = pytest.mark.parametrize(
    ("name", "dimensions"),
    [pytest.param(m.name, d, id=f"{m.name}-{d}D") for m in METRICS.values() for d in m.dimensions],
)
NAMES = pytest.mark.parametrize("name", METRICS)
BOXES = pytest.mark.parametrize("box", [None, 9.0], ids=["open", "cell"])
POWERS = {"1": 0, "rad": 0, "length": 1, "length^2": 2, "length^3": 3, "1/length^2": -2, "1/length^3": -3}


def measure(name, block, **more):
    if "radial_distribution" in name and not block.box.periodic:
        return np.ones(len(block))  # refused there, which test_structure.py says
    m = METRICS[name]
    return m(block, **m.validate({**GIVEN.get(name, {}), **more}))


def school(rng, dimensions, frames=5, agents=40):
    """Loose and compact, swimming somewhere, some at rest; in a plane at a depth of its own."""
    x = rng.normal(size=(frames, agents, 3)) * [1.5, 1.1, 0.7]
    v = rng.normal(size=x.shape) + [1.0, 0.4, 0.2]
    v[:, ::9] = 0.0
    if dimensions == 2:
        x[..., 2], v[..., 2] = 3.7, 0.0
    return x, v


def of(x, v, dimensions, box=None, kinds=None):
    """The block of a school with two species."""
    kinds = np.where(np.arange(x.shape[-2]) % 3 == 0, "predator", "prey") if kinds is None else kinds
    return Block(x, v, box=box, dimensions=dimensions, species=kinds, all_species=("predator", "prey"))


@EVERY
@BOXES
def test_translation_and_images(name, dimensions, box, rng):
    x, v = school(rng, dimensions)
    expected = measure(name, of(x, v, dimensions, box))
    there = x + [3.1, -7.0, 0.4]
    np.testing.assert_allclose(measure(name, of(there, v, dimensions, box)), expected, atol=1e-9)
    if box:
        images = box * rng.integers(-3, 4, x.shape) * [1, 1, dimensions - 2]
        np.testing.assert_allclose(measure(name, of(x + images, v, dimensions, box)), expected, atol=1e-9)


@EVERY
def test_rotation_is_what_is_declared(name, dimensions, rng):
    x, v = school(rng, dimensions)
    turn = Rotation.random(random_state=7) if dimensions == 3 else Rotation.from_euler("z", 1.1)
    turn = turn.as_matrix()
    expected, found = measure(name, of(x, v, dimensions)), measure(name, of(x @ turn, v @ turn, dimensions))
    invariant = np.allclose(found, expected, atol=1e-9)
    # what depends on which axis is up does not in a plane
    assert invariant == ("rotation" in METRICS[name].symmetries or dimensions == 2 or "radial" in name)


@EVERY
@BOXES
def test_lengths_have_a_unit(name, dimensions, box, rng):
    """What is declared to have no length stays; what is one grows with the school, and r_max or a link with it."""
    x, v = school(rng, dimensions)
    power = POWERS[METRICS[name].units]
    given = GIVEN.get(name, {})
    scaled = {key: 10 * value for key, value in given.items() if key in ("r_max", "link_distance")}
    expected = measure(name, of(x, v, dimensions, box))
    found = measure(name, of(10 * x, 10 * v, dimensions, box and 10 * box), **scaled)
    np.testing.assert_allclose(found, expected * 10.0**power, rtol=1e-9, atol=1e-9)
    assert ("scale" in METRICS[name].symmetries) == (power == 0 and not scaled)


@EVERY
@BOXES
def test_order_of_agents_does_not_matter(name, dimensions, box, rng):
    x, v = school(rng, dimensions)
    order = rng.permutation(40)
    block = of(x, v, dimensions, box)
    expected = measure(name, block)
    if "agent" in METRICS[name].dims:
        expected = expected[:, order]
    other = of(x[:, order], v[:, order], dimensions, box, block.species[order])
    np.testing.assert_allclose(measure(name, other), expected, atol=1e-9)


@EVERY
@BOXES
@pytest.mark.parametrize("agents", [1, 2, 5, 40])
def test_a_row_of_a_block_is_the_block_of_one_frame(name, dimensions, agents, box, rng):
    x, v = school(rng, dimensions, agents=agents)
    together = measure(name, of(x, v, dimensions, box))
    assert len(together) == len(x)
    for t in range(len(x)):
        np.testing.assert_array_equal(measure(name, of(x[t], v[t], dimensions, box))[0], together[t])


@EVERY
@BOXES
@pytest.mark.parametrize("agents", [1, 2, 3, 5, 40])
def test_values_are_in_range_or_not_a_number(name, dimensions, agents, box, rng):
    m = METRICS[name]
    x, v = school(rng, dimensions, 40, agents)
    low, high = m.range or (-np.inf, np.inf)
    for velocities in (v, 0 * v, v * 0 + [1.0, 1.0, dimensions - 2]):
        values = measure(name, of(x, velocities, dimensions, box))
        assert not np.isinf(values).any()
        known = values[~np.isnan(values)]
        assert m.undefined or known.size == values.size
        assert ((known >= low) & (known <= high)).all()
        assert values.shape[1:] == () or m.dims
    if agents == 40:
        assert not np.isnan(measure(name, of(x, v, dimensions, box))).all()


@EVERY
def test_all_at_rest_have_no_direction(name, dimensions, rng):
    x, v = school(rng, dimensions)
    values = measure(name, of(x, 0 * v, dimensions, 9.0))
    assert np.isnan(values).all() == METRICS[name].needs_velocities


@NAMES
def test_what_one_reads_about_a_metric(name):
    m = METRICS[name]
    assert "(T" in m.summary
    assert not m.default


def test_plugins_use_nothing_of_each_other():
    folder = Path(importlib.util.find_spec("kadita_field").origin).parent
    for module in folder.glob("*.py"):
        text = module.read_text()
        assert "kadita_order" not in text
        assert "kadita_dynamics" not in text
        assert len(text.splitlines()) <= 200
