"""A school in a plane, turned about z, moved, relabelled, or measured in other units: what stays, and how."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kadita import Block
from kadita_field import kadita_metrics

METRICS = {m.name: m for m in kadita_metrics() if 2 in m.dimensions and "wall" not in m.name}  # see test_wall.py
EVERY = pytest.mark.parametrize("name", METRICS)
POWERS = {"length": 1, "length^2": 2, "1/length^2": -2}
LENGTHS = {"r_max": 2.5, "link_distance": 1.5}  # parameters with a unit
DRAWN = given(
    seed=st.integers(0, 2**32 - 1),
    agents=st.integers(2, 30),
    angle=st.floats(-np.pi, np.pi),
    by=st.tuples(st.floats(-50, 50), st.floats(-50, 50), st.floats(-50, 50)),
    unit=st.sampled_from([1e-9, 1e-3, 7.3, 1e6]),
)
FEW = settings(max_examples=25, deadline=None)


def school(seed, agents):
    """Positions and velocities in the plane z = 0, and species; a few are at rest, or of a velocity not known."""
    rng = np.random.default_rng(seed)
    x, v = rng.uniform(0, 6, (2, agents, 3)), rng.normal(size=(2, agents, 3)) + [0.7, 0.2, 0]
    x[..., 2] = v[..., 2] = 0.0
    v[rng.random((2, agents)) < 0.1] = 0.0
    v[rng.random((2, agents)) < 0.1] = np.nan
    return x, v, np.where(np.arange(agents) % 3, "prey", "predator")


def measure(name, x, v, species, unit=1.0, box=None):
    m = METRICS[name]
    given = {key: value * unit for key, value in LENGTHS.items() if key in m.parameters.model_fields}
    given |= {key: 5 for key in ("bins",) if key in m.parameters.model_fields and name != "neighbor_bearing"}
    return m(Block(x, v, dimensions=2, species=species, box=box), **m.validate(given))


@EVERY
@FEW
@DRAWN
def test_in_open_space(name, seed, agents, angle, by, unit):
    if "radial_distribution" in name:
        return
    x, v, species = school(seed, agents)
    expected = measure(name, x, v, species)
    tolerance = {"rtol": 1e-6, "atol": 1e-6, "err_msg": name}
    turn = Rotation.from_euler("z", angle).as_matrix()
    found = measure(name, x @ turn.T + by, v @ turn.T, species)
    assert_close_but_for_edges(name, found, expected)
    order = np.random.default_rng(seed).permutation(agents)
    there = expected[:, order] if "agent" in METRICS[name].dims else expected
    np.testing.assert_allclose(measure(name, x[:, order], v[:, order], species[order]), there, **tolerance)
    scaled = measure(name, x * unit, v * unit, species, unit) / unit ** POWERS.get(METRICS[name].units, 0)
    assert_close_but_for_edges(name, scaled, expected)


@EVERY
@FEW
@DRAWN
def test_in_a_periodic_plane(name, seed, agents, angle, by, unit):
    """There a school can be moved, by images of single agents too, and turned by a quarter."""
    x, v, species = school(seed, agents)
    expected = measure(name, x, v, species, box=(6.5, 6.5))
    images = 6.5 * np.random.default_rng(seed).integers(-2, 3, x.shape) * [1, 1, 0]
    assert_close_but_for_edges(name, measure(name, x + by + images, v, species, box=(6.5, 6.5)), expected)
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    assert_close_but_for_edges(name, measure(name, x @ quarter, v @ quarter, species, box=(6.5, 6.5)), expected)
    scaled = measure(name, x * unit, v * unit, species, unit, box=(6.5 * unit, 6.5 * unit))
    assert_close_but_for_edges(name, scaled / unit ** POWERS.get(METRICS[name].units, 0), expected)


def assert_close_but_for_edges(name, found, expected):
    """Rounding may move a pair across the edge of a bin: then two bins differ, by what one pair counts."""
    if any(word in name for word in ("radial_distribution", "bearing", "fluctuation_correlation")):
        assert found.shape == expected.shape
        close = np.isclose(found, expected, rtol=1e-6, atol=1e-6, equal_nan=True)
        assert (~close).reshape(2, -1).sum(axis=1).max() <= 2
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
