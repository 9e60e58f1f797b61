"""States the zone model starts from."""

import math

import numpy as np
import pytest
from scipy import stats

import kadita
from kadita.simulation.configuration import load_configuration


def parameters(**changes):
    return load_configuration("dewi-kadita-2", parameters=changes).parameters


def test_random_start_is_uniform_and_isotropic():
    p = parameters(agents=20_000, initial="random", initial_radius=None)
    x, u = p.initial_state(seed=3)
    for axis in range(3):
        assert stats.kstest(x[:, axis] / 25, "uniform").pvalue > 1e-3
        assert stats.kstest((u[:, axis] + 1) / 2, "uniform").pvalue > 1e-3  # Archimedes: uniform on (-1, 1)
    np.testing.assert_allclose(np.linalg.norm(u, axis=1), 1, atol=1e-14)


def test_sphere_start_fills_its_sphere_uniformly():
    p = parameters(agents=20_000, box="open", initial="sphere", initial_radius=5.0)
    x, _ = p.initial_state(seed=3)
    assert stats.kstest((np.linalg.norm(x, axis=1) / 5) ** 3, "uniform").pvalue > 1e-3
    assert np.abs(x.mean(axis=0)).max() < 5 * 5 / math.sqrt(len(x))


@pytest.mark.parametrize("seed", range(2000, 2012))
def test_the_published_ring_mills_at_first(seed):
    x, u = parameters().initial_state(seed)
    block = kadita.Block(x, u, box=25.0)
    assert kadita.analyze(block, ["rotation"])["rotation"][0] == pytest.approx(0.95, abs=0.012)


def test_positions_start_inside_the_cell():
    x, _ = parameters(agents=5000, initial_radius=14.0).initial_state(seed=1)
    assert ((x >= 0) & (x < 25)).all()
