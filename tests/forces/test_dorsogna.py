"""D'Orsogna's model: a NumPy twin, forces that are opposite, energies and radii of a mill and a flock, and limits."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import kadita
from kadita_forces.dorsogna import DOrsogna

C_R, L_R, C_A, L_A = 1.0, 0.5, 0.5, 2.0


def school(**changes):
    """Parameters of a school in open space, with changes; all that is compiled is the same."""
    usual = {
        "agents": 60,
        "box": "open",
        "dimensions": 2,
        "speed": 1.5,
        "propulsion": 1.6,
        "friction": 0.5,
        "repulsion_strength": C_R,
        "repulsion_length": L_R,
        "attraction_strength": C_A,
        "attraction_length": L_A,
        "time_step": 0.01,
        "initial": "sphere",
        "initial_radius": 3.0,
    }
    return DOrsogna(**(usual | changes))


def forces(positions, p):
    """- sum over j of grad U(|x_i - x_j|), agent by agent, (N, 3)."""
    found = np.zeros_like(positions)
    for i in range(len(positions)):
        d = np.delete(positions, i, axis=0) - positions[i]
        r = np.linalg.norm(d, axis=1, keepdims=True)
        slope = -p.repulsion_strength / p.repulsion_length * np.exp(-r / p.repulsion_length)
        slope += p.attraction_strength / p.attraction_length * np.exp(-r / p.attraction_length)
        found[i] = (slope * d / r).sum(axis=0)  # where U rises with r, towards the other
    return found


@pytest.mark.slow
@pytest.mark.parametrize("dimensions", [2, 3])
def test_kernel_and_twin_agree(advance, dimensions):
    p = school(dimensions=dimensions, repulsion_length=0.7)
    x, v = p.initial_state(seed=3)
    for _ in range(3):
        moved, changed = advance(p, x, v)
        drive = p.propulsion - p.friction * (v**2).sum(axis=1, keepdims=True)
        expected = v + p.time_step * (drive * v + forces(x, p))
        resolution = p.time_step * p.agents * p.largest_force * 2.0**-20
        np.testing.assert_allclose(changed, expected, rtol=0, atol=2 * resolution)
        np.testing.assert_allclose(moved, x + p.time_step * changed, rtol=0, atol=1e-14)  # along the new velocity
        x, v = moved, changed
    assert (dimensions == 3) == moved[:, 2].any()


def test_forces_are_opposite_to_the_bit(advance):
    """At rest without propulsion, the sum of all changes of velocity is the integer 0: action is reaction."""
    p = school(propulsion=0.0, speed=0.0)
    x, _ = p.initial_state(seed=5)
    _, v = advance(p, x, np.zeros_like(x))
    unit = p.time_step * p.largest_force * 2.0**-20
    np.testing.assert_allclose(v / unit, np.rint(v / unit), rtol=0, atol=1e-6)  # whole numbers
    assert not np.rint(v / unit).sum(axis=0).any()
    assert np.abs(v).max() > 0.01


@pytest.mark.parametrize(
    "strengths",
    [(1.0, 0.5, 0.5, 2.0), (0.25, 0.5, 1.0, 2.0), (1.0, 2.0, 0.5, 0.5), (0.0, 1.0, 0.5, 2.0), (1.0, 1.0, 0.5, 1.0)],
    ids=str,
)
def test_the_largest_force_is_that_of_no_distance(strengths):
    """Found once more by a search: nowhere is it exceeded, so that no force is cut off."""
    c_r, l_r, c_a, l_a = strengths
    p = school(repulsion_strength=c_r, repulsion_length=l_r, attraction_strength=c_a, attraction_length=l_a)

    def force(r):
        return abs(c_r / l_r * math.exp(-r / l_r) - c_a / l_a * math.exp(-r / l_a))

    grid = np.linspace(0, 20, 2001)
    best = grid[np.argmax([force(r) for r in grid])]
    found = minimize_scalar(lambda r: -force(abs(r)), bounds=(best - 0.01, best + 0.01), options={"xatol": 1e-12})
    assert p.largest_force == pytest.approx(max(-found.fun, force(0)), rel=1e-9)


def measured(seed, frames=40, **options):
    """Positions about their middle and velocities in the second half of a run."""
    run = kadita.simulate("dorsogna-mill", seed=seed, **({"every": 100} | options))
    last = run.read(np.arange(run.n_frames - frames, run.n_frames))
    x, v = last.positions, last.velocities
    return x - x.mean(axis=1, keepdims=True), v


def turning(x, v):
    """Angular momenta about the middle by |x| |v|, (T, N)."""
    return (x[..., 0] * v[..., 1] - x[..., 1] * v[..., 0]) / np.hypot(*x.T[:2]).T / np.hypot(*v.T[:2]).T


def potential(x):
    """Mean over the frames of U / N."""
    r = np.linalg.norm(x[:, :, None] - x[:, None], axis=-1)[:, *np.triu_indices(x.shape[1], 1)]
    return (C_R * np.exp(-r / L_R) - C_A * np.exp(-r / L_A)).sum(axis=1).mean() / x.shape[1]


class TestStates:
    """N = 100, alpha = 1.6, beta = .5; the numbers are those of an independent program."""

    def test_a_ring_start_mills(self):
        for seed in (1, 2):
            x, v = measured(seed, steps=10_000)
            assert abs(turning(x, v).mean()) > 0.99
            assert potential(x) == pytest.approx(-6.2214, abs=0.002)
            assert np.linalg.norm(v, axis=-1).mean() == pytest.approx(1.7817, abs=0.001)
            assert 0.5 * (v**2).sum(axis=-1).mean() == pytest.approx(1.5899, abs=0.002)
            assert np.linalg.norm(x, axis=-1).mean() == pytest.approx(1.736, abs=0.005)

    def test_an_aligned_start_is_a_flock_at_the_speed_of_a_free_particle(self):
        given = {"initial_headings": "aligned", "initial_radius": 2.0}
        x, v = measured(1, steps=20_000, every=200, parameters=given)
        speeds = np.linalg.norm(v, axis=-1)
        assert np.linalg.norm((v / speeds[..., None]).mean(axis=1), axis=-1).min() == pytest.approx(1, abs=1e-5)
        assert speeds.mean() == pytest.approx(math.sqrt(1.6 / 0.5), abs=1e-4)
        assert potential(x) == pytest.approx(-6.9944, abs=0.0005)
        assert np.linalg.norm(x, axis=-1).mean() == pytest.approx(1.168, abs=0.003)

    def test_a_random_start_gives_two_mills_in_one(self):
        """Half go each way: the mean angular momentum is near 0, the mean of its size is not."""
        given = {"initial_headings": "random", "initial_radius": 2.0}
        x, v = measured(1, steps=10_000, parameters=given)
        assert abs(turning(x, v).mean()) < 0.55
        assert np.abs(turning(x, v)).mean() > 0.9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"friction": 0.0}, "friction: .*greater than 0"),
        ({"box": 30.0, "initial_radius": 3.0}, "box: expected edges of at least 40, .*; got 30; enlarge it"),
        ({"time_step": 0.4}, "expected at most 1 as 2 propulsion x time_step, .*; got 1.28; reduce time_step"),
        ({"repulsion_length": -1.0}, "repulsion_length: .*greater than 0"),
        ({"initial_headings": "outwards"}, "initial_headings: "),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^dorsogna-mill: .*{message}") as error:
        kadita.load_configuration("dorsogna-mill", parameters=changes)
    assert "\n" not in str(error.value)


def test_an_interaction_may_not_change_what_forces_are_measured_in():
    """Forces are shares of the largest of all: other strengths for a pair would be scaled wrongly."""
    run = kadita.load_configuration("dorsogna-mill").model_dump(exclude_unset=True)
    given = run | {
        "species": [{"name": "shy", "count": 5}],
        "interaction": {"others": {"shy": {"repulsion_strength": 2.0}}},
    }
    with pytest.raises(kadita.KaditaError, match="repulsion_strength is common to all agents"):
        kadita.simulate(kadita.load_configuration(given))
