"""Active particles in a harmonic trap: the moments of their places are known exactly, step by step."""

import math

import numpy as np
import pytest

from kadita_active.abp import ActiveBrownian
from kadita_active.aoup import ActiveOrnsteinUhlenbeck
from kadita_active.run_and_tumble import RunAndTumble

AGENTS = 20_000
ERRORS = 4.5  # standard errors that a mean may be off: one in 1.5e5 is, by chance
K, V, D_T, DT, RADIUS = 0.8, 1.5, 0.3, 0.1, 2.0
USUAL = {
    "agents": AGENTS,
    "box": "open",
    "initial": "sphere",
    "initial_radius": RADIUS,
    "speed": V,
    "translational_diffusion": D_T,
    "trap": K,
    "time_step": DT,
}
MODELS = {  # with the rate at which propulsion forgets its direction
    "abp in a plane": (ActiveBrownian(dimensions=2, rotational_diffusion=0.5, diameter=1, stiffness=0, **USUAL), 0.5),
    "run-and-tumble in space": (RunAndTumble(dimensions=3, tumble_rate=0.5, **USUAL), 0.5),
    "aoup in space": (ActiveOrnsteinUhlenbeck(dimensions=3, persistence_time=2.0, **USUAL), 0.5),
}


def moments(steps, d, rate, dt=DT):
    """<v . r> and <r^2> after some steps from a ball in which places know nothing of velocities, by recursion.

    r' = q r + v' dt + sqrt(2 D_t dt) xi with q = 1 - k dt, and <v' . r> = c <v . r> with c = exp(-rate dt).
    """
    q, c = 1 - K * dt, math.exp(-rate * dt)
    together, square = 0.0, RADIUS**2 * d / (d + 2)
    for _ in range(steps):
        square = q**2 * square + 2 * q * c * dt * together + (V * dt) ** 2 + 2 * d * D_T * dt
        together = q * c * together + V**2 * dt
    return together, square


def is_mean_of(expected, sample):
    """Whether the mean of independent numbers is the expected one, by the error that the numbers themselves tell."""
    return abs(sample.mean() - expected) < ERRORS * sample.std() / math.sqrt(len(sample))


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_stationary_state_is_the_exact_one_of_the_steps(advance, name):
    """And so is the way there: after 3 steps, and after 200, when it is reached."""
    p, rate = MODELS[name]
    d = p.dimensions
    x, u = p.initial_state(seed=1)
    for steps in (3, 200):
        moved, later = advance(p, x, u, steps, seed=2, by_cells=True)
        velocities = later if p.accelerate is not None else V * later
        together, square = moments(steps, d, rate)
        assert is_mean_of(together, (velocities * moved).sum(axis=1))
        assert is_mean_of(square, (moved**2).sum(axis=1))
        for axis in range(d):  # isotropic
            assert is_mean_of(square / d, moved[:, axis] ** 2)
            assert is_mean_of(0, moved[:, axis])
        assert not moved[:, d:].any()


@pytest.mark.parametrize("d", [2, 3])
def test_the_exact_state_of_the_steps_is_that_of_the_documentation(d):
    """V dt / (1 - q c) and so on; for short steps v^2 / (l + k), and <r^2> = d D_t / k + v^2 / (k (k + l))."""
    rate, q, c = 0.5, 1 - K * DT, math.exp(-0.5 * DT)
    together = V**2 * DT / (1 - q * c)
    square = (V**2 * DT**2 + 2 * q * c * DT * together + 2 * d * D_T * DT) / (1 - q**2)
    assert moments(1000, d, rate) == pytest.approx((together, square))
    limit = V**2 / (rate + K), d * D_T / K + V**2 / (K * (K + rate))
    assert moments(300_000, d, rate, dt=1e-4) == pytest.approx(limit, rel=2e-4)


@pytest.mark.parametrize("name", MODELS)
def test_a_rate_that_files_carry_is_that_of_the_propulsion(name):
    p, rate = MODELS[name]
    assert p.attributes["reorientation_rate"] == pytest.approx(rate)
    assert p.attributes["relaxation_rate"] == K
    assert p.attributes["translational_diffusion"] == D_T


def test_rates_are_those_of_the_model():
    """(d - 1) D_r in d dimensions; the trap, or mobility x stiffness if that is larger."""
    usual = {**USUAL, "rotational_diffusion": 0.25, "diameter": 1.0, "stiffness": 2.0, "mobility": 0.75}
    for d in (2, 3):
        p = ActiveBrownian(dimensions=d, **usual)
        assert p.attributes["reorientation_rate"] == pytest.approx(0.25 * (d - 1))
        assert p.attributes["rotational_diffusion"] == 0.25
        assert p.attributes["relaxation_rate"] == 1.5


def test_without_a_trap_a_model_has_the_rules_and_constants_that_it_had():
    p, _ = MODELS["abp in a plane"]
    without = ActiveBrownian(**{**p.model_dump(), "trap": 0.0})
    assert without.displacement.__name__ == "displacement_in_plane"
    assert set(p.constants) - set(without.constants) == {"pull"}


def test_a_trap_and_contacts_hold_particles_on_both_sides_of_the_middle(advance):
    """Two at rest: k r = 2 mu K (sigma - r) for r apart, by k r / 2 = mu K (sigma - r) of each."""
    still = {**USUAL, "agents": 2, "speed": 1e-9, "translational_diffusion": 0.0, "trap": 1.0, "time_step": 0.02}
    p = ActiveBrownian(dimensions=2, rotational_diffusion=0.5, diameter=1.0, stiffness=10.0, mobility=2.0, **still)
    x, u = np.array([[0.3, 0.1, 0], [-0.1, 0.2, 0]]), np.array([[1.0, 0, 0], [0, 1, 0]])
    moved, _ = advance(p, x, u, steps=1000, by_cells=True)
    assert np.linalg.norm(moved[0] - moved[1]) == pytest.approx(40 / 41, abs=1e-5)
    np.testing.assert_allclose(moved.sum(axis=0), 0, atol=1e-5)
