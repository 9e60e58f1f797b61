"""Active Ornstein-Uhlenbeck particles: their velocities, how free ones diffuse, and a plain NumPy twin."""

import math

import numpy as np
import pytest
from scipy import stats

import kadita
from kadita.models.fixed_point import ONE
from kadita.models.philox import NOISE, normals
from kadita_active.aoup import ActiveOrnsteinUhlenbeck
from kadita_active.rules import TRANSLATION

AGENTS = 20_000
ERRORS = 4.5  # standard errors that a mean may be off: one in 1.5e5 is, by chance


def free(**changes):
    """Parameters of many agents in a plane that do not touch; rules are compiled once for all."""
    usual = {
        "agents": AGENTS,
        "dimensions": 2,
        "box": "open",
        "initial": "sphere",
        "initial_radius": 1.0,
        "speed": 3.0,
        "persistence_time": 0.5,
        "translational_diffusion": 0.0,
        "time_step": 0.1,
    }
    return ActiveOrnsteinUhlenbeck(**(usual | changes))


def is_mean_of(expected, sample):
    """Whether the mean of independent numbers is the expected one, by the error that the numbers themselves tell."""
    return abs(sample.mean() - expected) < ERRORS * sample.std() / math.sqrt(len(sample))


@pytest.mark.slow
@pytest.mark.parametrize("p", [free(), free(dimensions=3, trap=1.0)], ids=["plane", "space"])
def test_velocities_are_normal_and_forgotten_within_the_persistence_time(advance, p):
    """<v_a(0) v_b(t)> = delta_ab v^2 / d exp(-t / tau) from the start: <v^2> = d D / tau = `speed`^2."""
    d, variance = p.dimensions, 3.0**2 / p.dimensions
    x, first = p.initial_state(seed=1)
    for steps in (0, 1, 10):
        v = advance(p, x, first, steps, seed=3, by_cells=True)[1] if steps else first
        assert not v[:, d:].any()
        assert is_mean_of(9.0, (v**2).sum(axis=1))
        for a in range(d):
            assert stats.kstest(v[:, a] / math.sqrt(variance), "norm").pvalue > 1e-3
            for b in range(d):
                assert is_mean_of((a == b) * variance * math.exp(-steps * 0.1 / 0.5), first[:, a] * v[:, b])


def test_a_step_is_exact_at_any_length(advance):
    """Ten steps of 0.05 leave the mean and the variance that one of 0.5 leaves."""
    first = np.tile([4.0, -1.0, 0.0], (AGENTS, 1))
    for dt, steps in ((0.5, 1), (0.05, 10)):
        p = free(time_step=dt)
        _, v = advance(p, np.zeros((AGENTS, 3)), first, steps, seed=steps, by_cells=True)
        for a, begin in enumerate((4.0, -1.0)):
            assert is_mean_of(begin * math.exp(-1), v[:, a])
            assert is_mean_of(9 / 2 * (1 - math.exp(-2)), (v[:, a] - begin * math.exp(-1)) ** 2)


@pytest.mark.parametrize(
    ("tau", "dt", "translation", "v"), [(0.5, 0.05, 0.5, 3.0), (0.5, 0.25, 0.0, 1.0), (5, 1.0, 0.1, 2.0)]
)
@pytest.mark.parametrize("persistences", [2, 20])
def test_free_ones_diffuse_with_the_exact_factor_of_their_steps(advance, tau, dt, translation, v, persistences):
    """4 t (D_t + D x coth x), x = dt / (2 tau) and D = v^2 tau / 2, less what the beginning lacks."""
    p = free(persistence_time=tau, translational_diffusion=translation, time_step=dt, speed=v)
    steps = round(persistences * tau / dt)
    start, velocities = p.initial_state(seed=1)
    moved, _ = advance(p, start, velocities, steps, seed=2, by_cells=True)
    x, c = dt / (2 * tau), math.exp(-dt / tau)
    diffusion = translation + v**2 * tau / 2 * x / math.tanh(x)
    beginning = (v * dt) ** 2 * 2 * c * (1 - c**steps) / (1 - c) ** 2
    assert is_mean_of(4 * diffusion * steps * dt - beginning, ((moved - start) ** 2).sum(axis=1))


def test_kicks_and_jumps_are_independent(advance):
    p = free(translational_diffusion=0.3)
    x, first = p.initial_state(seed=1)
    moved, v = advance(p, x, first, seed=7, by_cells=True)
    jumps = (moved - x - 0.1 * v)[:, :2] / math.sqrt(2 * 0.3 * 0.1)
    kicks = (v - math.exp(-0.2) * first)[:, :2]
    for component in jumps.T:
        assert stats.kstest(component, "norm").pvalue > 1e-3
    correlations = np.corrcoef([*jumps.T, *kicks.T, *first[:, :2].T, *x[:, :2].T])
    np.testing.assert_allclose(correlations, np.eye(8), atol=5 / math.sqrt(AGENTS))


def test_kernel_and_twin_agree_on_a_dense_suspension(advance):
    """One step in plain NumPy, agent by agent; the random numbers alone are the kernel's."""
    dense = {"agents": 120, "box": 8.0, "initial": "random", "diameter": 1.0, "stiffness": 20.0, "mobility": 1.7}
    p = free(translational_diffusion=0.02, time_step=0.01, **dense)
    x, v = p.initial_state(seed=3)
    moved, later = advance(p, x, v, seed=5, first_step=2**33 + 17, by_cells=True)

    def drawn(purpose):
        return np.array([(*normals(np.uint64(5), 2**33 + 17, i, purpose)[:2], 0.0) for i in range(p.agents)])

    twin = math.exp(-0.02) * v + math.sqrt(3.0**2 / 2 * (1 - math.exp(-0.04))) * drawn(NOISE)
    np.testing.assert_allclose(later, twin, rtol=0, atol=1e-12)
    d = p.space.minimum_image(x[:, None] - x[None])
    r = np.linalg.norm(d, axis=2, keepdims=True) + np.eye(p.agents)[:, :, None]
    force = (np.where(r < 1, 20.0 * (1 - r), 0) * d / r).sum(axis=1)
    expected = x + 0.01 * (twin + 1.7 * force) + math.sqrt(2 * 0.02 * 0.01) * drawn(TRANSLATION)
    assert np.linalg.norm(force, axis=1).max() > 10
    cut = p.constants["contact"] / float(ONE)  # each overlap is a whole number of 1 / ONE diameters
    np.testing.assert_allclose(p.space.minimum_image(moved - expected), 0, rtol=0, atol=30 * cut)


def test_positions_start_as_initial_says_and_velocities_do_not(advance):
    ring = free(initial="ring", initial_radius=5.0)
    x, v = ring.initial_state(seed=1)
    assert np.linalg.norm(x, axis=1).min() > 1
    np.testing.assert_array_equal(v, free().initial_state(seed=1)[1])
    assert (v != free().initial_state(seed=2)[1])[:, :2].all()


def test_the_largest_speed_is_never_reached():
    """The chance of |v| > 10 standard deviations of a component, in space; a run has less than 1e16 of them."""
    p = free(dimensions=3)
    assert stats.chi2(3).sf(3 * (p.largest_speed / 3.0) ** 2) < 2e-21
    assert p.largest_speed >= p.speed


@pytest.mark.slow
def test_the_scenario_says_what_its_velocities_and_rates_are(tmp_path):
    path = kadita.run("aoup", steps=400, every=100, output=tmp_path / "aoup.nc", parameters={"agents": 1000})
    with kadita.open(path) as trajectory:
        (block,) = trajectory.blocks()
    rates = {"translational_diffusion": 0.3, "reorientation_rate": 2.0, "relaxation_rate": 1.0, "time_step": 0.005}
    assert {name: block.attributes[name] for name in rates} == pytest.approx(rates)
    assert block.attributes["velocities"] == "state"
    assert "r_a" not in block.attributes
    for frame in block.speeds:
        assert is_mean_of(4.0, frame**2)


def test_without_a_speed_they_are_passive(tmp_path):
    """<r^2> grows by 4 D_t t."""
    changes = {"agents": 2000, "speed": 0.0, "trap": 1e-9}  # compiled as the scenario is
    run = kadita.simulate("aoup", steps=200, every=200, parameters=changes)
    x = run.read(np.array([0, 1])).positions
    assert is_mean_of(4 * 0.3 * 1.0, ((x[1] - x[0]) ** 2).sum(axis=1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"persistence_time": 0.001}, "expected at most 1 as time_step / persistence_time, .*; got 5"),
        ({"trap": 201.0}, "expected at most 1 as trap x time_step, or the trap overshoots; got 1.005"),
        ({"stiffness": 5.0}, "diameter: expected a length, .*; got none"),
        (
            {"stiffness": 100.0, "diameter": 1.0},
            r"expected at most 1 as \(2 mobility x stiffness \+ trap\) x time_step, .*; got 1.005",
        ),
        ({"box": (10.0, "open"), "trap": 1.0}, "trap: expected .* along x$"),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^aoup: .*{message}") as error:
        kadita.load_configuration("aoup", parameters=changes)
    assert "\n" not in str(error.value)
