"""What every metric of the field checks: symmetries, frames on their own, any order of agents, numbers in range."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kadita import Block
from kadita_field import kadita_metrics

METRICS = {m.name: m for m in kadita_metrics()}
GIVEN = {
    "velocity_fluctuation_correlation": {"r_max": 4.0, "bins": 8},
    "correlation_length": {"bins": 8},
    "susceptibility": {"bins": 8},
    "radial_distribution": {"bins": 8},
    "neighbor_distance_by_rank": {"k": 4},
    "local_order": {"k": 4},
    **{name: {"link_distance": 2.5} for name in METRICS if name.startswith("network")},
}
EVERY = pytest.mark.parametrize("name", METRICS)
BOXES = pytest.mark.parametrize("box", [None, 9.0], ids=["open", "cell"])


def measure(name, block, **more):
    if name == "radial_distribution" and not block.box.periodic:
        return np.ones(len(block))  # refused there, which test_structure.py says
    m = METRICS[name]
    return m(block, **m.validate({**GIVEN.get(name, {}), **more}))


def school(rng, frames=5, agents=40):
    """Loose and compact, swimming somewhere, some at rest."""
    x = rng.normal(size=(frames, agents, 3)) * [1.5, 1.1, 0.7]
    v = rng.normal(size=x.shape) + [1.0, 0.4, 0.2]
    v[:, ::9] = 0.0
    return x, v


@EVERY
@BOXES
def test_translation_and_images(name, box, rng):
    x, v = school(rng)
    expected = measure(name, Block(x, v, box=box))
    np.testing.assert_allclose(measure(name, Block(x + [3.1, -7.0, 0.4], v, box=box)), expected, atol=1e-9)
    if box:
        images = box * rng.integers(-3, 4, x.shape)
        np.testing.assert_allclose(measure(name, Block(x + images, v, box=box)), expected, atol=1e-9)


@EVERY
def test_rotation_is_what_is_declared(name, rng):
    x, v = school(rng)
    turn = Rotation.random(random_state=7).as_matrix()
    expected, found = measure(name, Block(x, v)), measure(name, Block(x @ turn, v @ turn))
    assert np.allclose(found, expected, atol=1e-9) == ("rotation" in METRICS[name].symmetries)


@EVERY
@BOXES
def test_lengths_have_a_unit(name, box, rng):
    """What is declared to have no length stays; what is one grows with the school, and r_max or a link with it."""
    x, v = school(rng)
    power = {"length": 1, "length^3": 3, "1/length^3": -3}.get(METRICS[name].units, 0)
    given = GIVEN.get(name, {})
    scaled = {key: 10 * value for key, value in given.items() if key in ("r_max", "link_distance")}
    expected = measure(name, Block(x, v, box=box))
    found = measure(name, Block(10 * x, 10 * v, box=box and 10 * box), **scaled)
    np.testing.assert_allclose(found, expected * 10.0**power, rtol=1e-9, atol=1e-9)
    assert ("scale" in METRICS[name].symmetries) == (power == 0 and not scaled)


@EVERY
@BOXES
def test_order_of_agents_does_not_matter(name, box, rng):
    x, v = school(rng)
    order = rng.permutation(40)
    expected = measure(name, Block(x, v, box=box))
    if "agent" in METRICS[name].dims:
        expected = expected[:, order]
    np.testing.assert_allclose(measure(name, Block(x[:, order], v[:, order], box=box)), expected, atol=1e-9)


@EVERY
@BOXES
@pytest.mark.parametrize("agents", [1, 2, 5, 40])
def test_a_row_of_a_block_is_the_block_of_one_frame(name, agents, box, rng):
    x, v = school(rng, agents=agents)
    together = measure(name, Block(x, v, box=box))
    assert len(together) == len(x)
    for t in range(len(x)):
        np.testing.assert_array_equal(measure(name, Block(x[t], v[t], box=box))[0], together[t])


@EVERY
@BOXES
@pytest.mark.parametrize("agents", [1, 2, 3, 5, 40])
def test_values_are_in_range_or_not_a_number(name, agents, box, rng):
    m = METRICS[name]
    x, v = school(rng, 40, agents)
    low, high = m.range or (-np.inf, np.inf)
    for velocities in (v, 0 * v, v * 0 + 1.0):
        values = measure(name, Block(x, velocities, box=box))
        assert not np.isinf(values).any()
        known = values[~np.isnan(values)]
        assert m.undefined or known.size == values.size
        assert ((known >= low) & (known <= high)).all()
        assert values.shape[1:] == () or m.dims
    if agents == 40:
        assert not np.isnan(measure(name, Block(x, v, box=box))).all()


@EVERY
def test_all_at_rest_have_no_direction(name, rng):
    x, v = school(rng)
    values = measure(name, Block(x, 0 * v, box=9.0))
    assert np.isnan(values).all() == METRICS[name].needs_velocities


@EVERY
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
