"""Agents that are seen without a velocity: positions count, and headings are those of the agents that have one."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import Block
from kadita_field import kadita_metrics

METRICS = {m.name: m for m in kadita_metrics() if "wall" not in m.name}  # which needs no velocity: test_wall.py
EVERY = pytest.mark.parametrize(
    ("name", "dimensions"),
    [pytest.param(m.name, d, id=f"{m.name}-{d}D") for m in METRICS.values() for d in m.dimensions],
)
BOXES = pytest.mark.parametrize("box", [None, 9.0], ids=["open", "cell"])
LENGTHS = {"r_max": 4.0, "link_distance": 2.5}
OF_VELOCITIES = ("velocity_fluctuation_correlation", "correlation_length", "susceptibility")


def measure(name, block, **more):
    m = METRICS[name]
    given = {key: value for key, value in LENGTHS.items() if key in m.parameters.model_fields}
    return m(block, **m.validate(given | more))


def school(rng, dimensions, unknown=0.4):
    """Positions, velocities of which so many are not known, and those as if they were at rest."""
    x, v = rng.uniform(0, 9, (6, 40, 3)), rng.normal(size=(6, 40, 3)) + [1, 0.5, 0.2]
    x[..., dimensions:] = v[..., dimensions:] = 0.0
    missing = rng.random((6, 40)) < unknown
    return x, np.where(missing[..., None], np.nan, v), np.where(missing[..., None], 0.0, v)


@EVERY
@BOXES
def test_whoever_has_no_velocity_has_no_heading(name, dimensions, box, rng):
    """Like an agent at rest: its position counts, its heading does not."""
    if "radial" in name and box is None:
        return
    x, v, resting = school(rng, dimensions)
    kinds = np.where(np.arange(40) % 3, "prey", "predator")
    more = {"of": "heading"} if name in OF_VELOCITIES else {}
    found, expected = (
        measure(name, Block(x, w, box=box, dimensions=dimensions, species=kinds), **more) for w in (v, resting)
    )
    np.testing.assert_array_equal(found, expected)
    assert not np.isnan(found).all()


@BOXES
@pytest.mark.parametrize("of", ["velocity", "speed"])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_fluctuations_are_those_of_known_velocities(of, dimensions, box, rng):
    """They are those of the school without the others, as these have none."""
    x, v, _ = school(rng, dimensions)
    block = Block(x, v, box=box, dimensions=dimensions)
    for name in OF_VELOCITIES:
        found = measure(name, block, of=of)
        for t in range(6):
            known = block.velocity_known[t]
            alone = Block(x[t, known], v[t, known], box=box, dimensions=dimensions)
            np.testing.assert_allclose(found[t], measure(name, alone, of=of)[0], rtol=1e-9, atol=1e-12)
        assert not np.isnan(found).all()


@EVERY
def test_nobody_s_velocity_is_known(name, dimensions, rng):
    if "radial" in name:
        return
    x, v, _ = school(rng, dimensions, unknown=1.0)
    found = measure(name, Block(x, v, dimensions=dimensions, species=["a", "b"] * 20))
    assert np.isnan(found).all() == METRICS[name].needs_velocities
