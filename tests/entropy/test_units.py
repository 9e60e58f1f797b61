"""Results do not depend on units: seconds or nanoseconds, metres or pixels; rest is a speed of exactly 0."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kadita import Block

UNITS = (1e-9, 1e-3, 1.0, 1e9)
LINK = 0.9


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("side", [None, 9.0])
@pytest.mark.parametrize(("length", "time"), [p for p in itertools.product(UNITS, UNITS) if p != (1.0, 1.0)])
def test_all_metrics_in_any_units(length, time, side, dimensions, measure, registry, drawn_school):
    """Values are equal, but for lengths, which are in the unit of length; slow agents move in every unit."""
    kinds = ["loose", "aligned", "milling", "resting"]
    x, v = np.array([drawn_school(seed, 40, kind) for seed, kind in enumerate(kinds)]).swapaxes(0, 1)
    x, v = (vectors * [1, 1, dimensions == 3] for vectors in (x, v))
    v[:, ::3] *= 1e-12  # some are slow
    surfaces = np.array([-1.5, 1.0])

    def found(length, time):
        box = None if side is None else side * length
        depth = {"depth_stratification_entropy.depth_range": tuple(surfaces * length)} if dimensions == 3 else {}
        block = Block(x * length, v * length / time, box=box, dimensions=dimensions)
        return measure(block, link=LINK * length, parameters=depth)

    expected, got = found(1.0, 1.0), found(length, time)
    assert expected.keys() == got.keys()
    assert len(got) == len(registry.metrics) - 1  # without the one of the other dimension
    for name, values in expected.items():
        unit = {"1": 1.0, "length": length}[registry[name].units]
        np.testing.assert_allclose(got[name], values * unit, rtol=1e-6, atol=1e-7 * unit, err_msg=name)


def test_the_same_fish_in_seconds_and_in_nanoseconds(measure, rng):
    """Speeds of .03 to .3 mm/s are 3e-11 to 3e-10 mm/ns, around what used to be taken for rest."""
    v = rng.normal(size=(1, 50, 3)) + [0.5, 0.3, 0.0]
    v *= 10 ** rng.uniform(-1.5, -0.5, (1, 50, 1)) / np.linalg.norm(v, axis=2, keepdims=True)
    for dimensions in (2, 3):
        u = v * [1, 1, dimensions == 3]
        p = [
            measure(Block(np.zeros_like(u), u * unit, dimensions=dimensions), "polarization")["polarization"][0]
            for unit in (1.0, 1e-9)
        ]
        assert p[1] == pytest.approx(p[0], rel=1e-12)
        assert 0 < p[0] < 1


def test_published_keeps_its_limit_of_rest(measure, rng):
    """1e-10 in the unit of the file, as dewi-kadita has it, in all that needs headings."""
    x, v = rng.uniform(0, 9, (2, 60, 3))
    v = v - 4.5
    slow = v.copy()
    slow[::2] *= 1e-10 / np.linalg.norm(slow[::2], axis=1, keepdims=True) * 0.99
    still = np.where((np.arange(60) % 2 == 0)[:, None], 0.0, v)
    names = ("polarization", "rotation", "polarization_entropy", "velocity_correlation_entropy")
    names = (*names, "angular_momentum_entropy")
    found, expected = (measure(Block(x, w, box=9.0), *names, profile="published") for w in (slow, still))
    assert found == expected
    moving = measure(Block(x, 100 * slow, box=9.0), *names, profile="published")
    assert all(moving[name] != expected[name] for name in names)
