"""Run-and-tumble particles: when and where they turn, how free ones diffuse, and a plain NumPy twin."""

import math

import numpy as np
import pytest
from scipy import stats

import kadita
from kadita.models.fixed_point import ONE
from kadita.models.philox import normals, uniforms
from kadita_active.rules import TRANSLATION, TUMBLE
from kadita_active.run_and_tumble import RunAndTumble

AGENTS = 20_000
ERRORS = 4.5  # standard errors that a mean may be off: one in 1.5e5 is, by chance
ALONG = np.array([0.6, -0.8, 0.0])


def free(**changes):
    """Parameters of many agents in a plane that do not touch; rules are compiled once for all."""
    usual = {
        "agents": AGENTS,
        "dimensions": 2,
        "box": "open",
        "initial": "sphere",
        "initial_radius": 1.0,
        "speed": 1.0,
        "tumble_rate": 1.0,
        "translational_diffusion": 0.0,
        "time_step": 0.1,
    }
    return RunAndTumble(**(usual | changes))


def in_space(**changes):
    """The same in space and in a trap, which turns know nothing of."""
    return free(dimensions=3, trap=1.0, **changes)


@pytest.fixture
def advanced(advance):
    """Displacements and headings of agents that all start at the origin in one direction, after some steps."""

    def advanced(p, steps, seed):
        start = np.zeros((p.agents, 3)), np.tile(ALONG, (p.agents, 1))
        return advance(p, *start, steps, seed=seed, by_cells=True)

    return advanced


def is_mean_of(expected, sample):
    """Whether the mean of independent numbers is the expected one, by the error that the numbers themselves tell."""
    return abs(sample.mean() - expected) < ERRORS * sample.std() / math.sqrt(len(sample))


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 10])
def test_headings_are_forgotten_at_the_tumble_rate(advanced, steps):
    """<u(t)> = u(0) exp(-a t), also across the first heading; for rates 2 a, of flips on a line, and a / 2 it is not.

    And <cos 2 (angle)> decays at the same rate a, as it does in jumps; by diffusion it would at 4 a.
    """
    t, across = 0.1 * steps, np.array([0.8, 0.6, 0.0])
    for factor in (1, 2, 0.5):
        _, u = advanced(free(tumble_rate=1.0 * factor), steps, seed=3)
        cosine = u @ ALONG
        assert is_mean_of(math.exp(-t), cosine) == (factor == 1)
        assert is_mean_of(math.exp(-t * factor), cosine)
        assert is_mean_of(0, u @ across)
        assert is_mean_of(math.exp(-t * factor), 2 * cosine**2 - 1)


@pytest.mark.slow
def test_the_rate_in_the_file_is_that_of_forgetting(tmp_path):
    changes = {"agents": 50, "box": 20.0}
    path = kadita.run("run-and-tumble", steps=2, every=1, output=tmp_path / "run.nc", parameters=changes)
    with kadita.open(path) as trajectory:
        (block,) = trajectory.blocks()
    rates = {"translational_diffusion": 0.0027778, "reorientation_rate": 0.0083333, "relaxation_rate": 50.0}
    assert {name: block.attributes[name] for name in rates} == pytest.approx(rates)
    assert "rotational_diffusion" not in block.attributes
    assert block.attributes["velocities"] == "heading"
    assert block.attributes["r_a"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("p", [free(), in_space()], ids=["plane", "space"])
def test_runs_are_straight_and_new_headings_uniform(advanced, p):
    """A share exp(-a t) has not turned, to the last bit; the others are uniform on the circle, or the sphere."""
    _, u = advanced(p, 5, seed=4)
    runs = (u == ALONG).all(axis=1)
    assert is_mean_of(math.exp(-0.5), runs)
    x, y, z = u[~runs].T
    np.testing.assert_allclose(x**2 + y**2 + z**2, 1, rtol=0, atol=1e-15)
    assert stats.kstest(np.arctan2(y, x) / (2 * math.pi) % 1, "uniform").pvalue > 1e-3
    if p.dimensions == 3:
        assert stats.kstest((1 + z) / 2, "uniform").pvalue > 1e-3
        assert abs(stats.spearmanr(z, np.arctan2(y, x)).statistic) < 5 / math.sqrt(len(z))
    else:
        assert not z.any()


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "dt", "translation", "v"), [(1.0, 0.05, 0.5, 3.0), (2.0, 0.5, 0.0, 1.0)])
def test_free_ones_diffuse_with_the_exact_factor_of_their_steps(advanced, rate, dt, translation, v):
    """4 t (D_t + v^2 / (2 a) x coth x), x = a dt / 2, less what the beginning lacks."""
    p = free(tumble_rate=rate, translational_diffusion=translation, time_step=dt, speed=v)
    steps = round(20 / rate / dt)  # exp(-20) of a heading is left
    displacement, _ = advanced(p, steps, seed=2)
    x, c = rate * dt / 2, math.exp(-rate * dt)
    diffusion = translation + v**2 / (2 * rate) * x / math.tanh(x)
    beginning = (v * dt) ** 2 * 2 * c / (1 - c) ** 2
    assert is_mean_of(4 * diffusion * steps * dt - beginning, (displacement**2).sum(axis=1))


def test_tumbles_know_nothing_of_jumps(advanced):
    moved, u = advanced(free(translational_diffusion=0.3), 1, seed=7)
    jumps = (moved - 0.1 * u)[:, :2] / math.sqrt(2 * 0.3 * 0.1)
    for component in jumps.T:
        assert stats.kstest(component, "norm").pvalue > 1e-3
    tumbled = (u != ALONG).any(axis=1)
    correlations = np.corrcoef([*jumps.T, tumbled, *(u * tumbled[:, None])[:, :2].T])
    assert np.abs(np.triu(correlations[:2], 1)).max() < 5 / math.sqrt(AGENTS)


def test_kernel_and_twin_agree_on_a_dense_suspension(advance):
    """One step in plain NumPy, agent by agent; the random numbers alone are the kernel's."""
    dense = {"agents": 120, "box": 8.0, "initial": "random", "diameter": 1.0, "stiffness": 20.0, "mobility": 1.7}
    p = free(translational_diffusion=0.02, tumble_rate=40.0, time_step=0.01, **dense)
    x, u = p.initial_state(seed=3)
    moved, turned = advance(p, x, u, seed=5, first_step=2**33 + 17, by_cells=True)
    twin, tumbles = u.copy(), 0
    for i in range(p.agents):
        chance, angle, _, _ = uniforms(np.uint64(5), 2**33 + 17, i, TUMBLE)
        if chance < 1 - math.exp(-40.0 * 0.01):
            twin[i, :2], tumbles = (math.cos(2 * math.pi * angle), math.sin(2 * math.pi * angle)), tumbles + 1
    assert 20 < tumbles < 60
    np.testing.assert_allclose(turned, twin, rtol=0, atol=1e-12)
    d = p.space.minimum_image(x[:, None] - x[None])
    r = np.linalg.norm(d, axis=2, keepdims=True) + np.eye(p.agents)[:, :, None]
    force = (np.where(r < 1, 20.0 * (1 - r), 0) * d / r).sum(axis=1)
    xi = np.array([(*normals(np.uint64(5), 2**33 + 17, i, TRANSLATION)[:2], 0.0) for i in range(p.agents)])
    expected = x + 0.01 * (twin + 1.7 * force) + math.sqrt(2 * 0.02 * 0.01) * xi
    assert np.linalg.norm(force, axis=1).max() > 10
    cut = p.constants["contact"] / float(ONE)  # each overlap is a whole number of 1 / ONE diameters
    np.testing.assert_allclose(p.space.minimum_image(moved - expected), 0, rtol=0, atol=30 * cut)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tumble_rate": 101.0}, "expected at most 1 as tumble_rate x time_step, .*; got 1.01; reduce time_step"),
        ({"time_step": 0.011}, "expected at most 1 as 2 mobility x stiffness x time_step, or contacts overshoot"),
        ({"trap": 1.0}, 'trap: expected box = "open", .*; the box is periodic along x and y'),
        ({"diameter": 20.0}, "diameter = 20 reaches beyond half the cell"),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^run-and-tumble: .*{message}") as error:
        kadita.load_configuration("run-and-tumble", parameters=changes)
    assert "\n" not in str(error.value)


def test_contacts_need_a_diameter():
    with pytest.raises(ValueError, match=r"diameter: expected a length, .* stiffness = 2; got none"):
        free(stiffness=2.0)
    assert free().cutoff == 0  # no search for neighbors
    assert "link_distance" not in free().attributes
