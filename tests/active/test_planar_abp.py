"""Active Brownian particles in a plane: a NumPy twin, how free ones diffuse, and whether many separate."""

import math

import numpy as np
import pytest
from scipy import stats

import kadita
from kadita.models.fixed_point import ONE
from kadita.models.philox import NOISE, normals
from kadita_active.abp import ActiveBrownian
from kadita_active.rules import TRANSLATION

AGENTS = 20_000
ERRORS = 4.5  # standard errors that a mean may be off: one in 1.5e5 is, by chance


def school(**changes):
    """Parameters of a suspension in a periodic square, with changes; rules are compiled once for all."""
    usual = {
        "agents": 120,
        "box": 8.0,
        "dimensions": 2,
        "speed": 1.0,
        "translational_diffusion": 0.02,
        "rotational_diffusion": 0.5,
        "diameter": 1.0,
        "stiffness": 20.0,
        "time_step": 0.01,
    }
    return ActiveBrownian(**(usual | changes))


def free(**changes):
    """Parameters of many agents that do not touch, in a square that they do not leave."""
    return school(**({"agents": AGENTS, "box": 1e4, "diameter": 1e-3, "stiffness": 0.0} | changes))


@pytest.fixture
def advanced(advance):
    """Displacements of agents that start at one place, and their headings before and after some steps."""

    def advanced(p, steps, seed):
        _, u = p.initial_state(seed=1)
        x = np.full((p.agents, 3), [5e3, 5e3, 0.0])
        moved, turned = advance(p, x, u, steps, seed=seed, by_cells=True)
        return moved - x, u, turned

    return advanced


def is_mean_of(expected, sample):
    """Whether the mean of independent numbers is the expected one, by the error that the numbers themselves tell."""
    return abs(sample.mean() - expected) < ERRORS * sample.std() / math.sqrt(len(sample))


def twin_step(p, positions, headings, seed, step):
    """One step in plain NumPy, agent by agent, with angles; the random numbers alone are the kernel's."""
    moved, turned = np.zeros_like(positions), np.zeros_like(headings)
    for i in range(len(headings)):
        angle = math.atan2(headings[i, 1], headings[i, 0])
        angle += math.sqrt(2 * p.rotational_diffusion * p.time_step) * normals(np.uint64(seed), step, i, NOISE)[0]
        turned[i, :2] = math.cos(angle), math.sin(angle)
        d = np.delete(positions, i, axis=0)[:, :2] - positions[i, :2]
        d -= p.box * np.round(d / p.box)
        r = np.linalg.norm(d, axis=1, keepdims=True)
        force = (np.where(r < p.diameter, p.stiffness * (p.diameter - r), 0) * -d / r).sum(axis=0)
        xi = np.array(normals(np.uint64(seed), step, i, TRANSLATION)[:2])
        moved[i, :2] = positions[i, :2] + p.time_step * (p.speed * turned[i, :2] + p.mobility * force)
        moved[i, :2] += math.sqrt(2 * p.translational_diffusion * p.time_step) * xi
    return np.where([True, True, False], moved % p.box, 0), turned


@pytest.mark.slow
@pytest.mark.parametrize("noise", [{}, {"rotational_diffusion": 90.0, "mobility": 1.7}], ids=["little", "turns"])
def test_kernel_and_twin_agree_on_a_dense_suspension(advance, noise):
    p = school(**noise)
    x, u = p.initial_state(seed=3)
    moved, turned = advance(p, x, u, seed=2**63 + 9, first_step=2**33 + 17, by_cells=True)
    twin_moved, twin_turned = twin_step(p, x, u, seed=2**63 + 9, step=2**33 + 17)
    np.testing.assert_allclose(turned, twin_turned, rtol=0, atol=1e-12)
    cut = p.constants["contact"] / float(ONE)  # each overlap is a whole number of 1 / ONE diameters
    np.testing.assert_allclose(p.space.minimum_image(moved - twin_moved), 0, rtol=0, atol=10 * cut)
    assert np.linalg.norm(p.space.minimum_image(moved - x), axis=1).mean() > 0.02
    assert not moved[:, 2].any()
    assert not turned[:, 2].any()


class TestFreeAgents:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("rotation", "dt", "translation", "v"),
        [(0.2, 0.2, 0.0, 1.0), (1.0, 0.05, 0.5, 3.0), (2.0, 0.5, 0.0, 1.0), (5.0, 0.02, 0.1, 2.0)],
    )
    def test_they_diffuse_with_the_exact_factor_of_their_steps(self, advanced, rotation, dt, translation, v):
        """4 t (D_t + v^2 / (2 D_r) x coth x), x = D_r dt / 2, less what the beginning lacks."""
        p = free(rotational_diffusion=rotation, translational_diffusion=translation, time_step=dt, speed=v)
        steps = round(20 / rotation / dt)  # exp(-20) of a heading is left
        displacement, _, _ = advanced(p, steps, seed=2)
        x, c = rotation * dt / 2, math.exp(-rotation * dt)
        diffusion = translation + v**2 / (2 * rotation) * x / math.tanh(x)
        beginning = (v * dt) ** 2 * 2 * c / (1 - c) ** 2
        assert is_mean_of(4 * diffusion * steps * dt - beginning, (displacement**2).sum(axis=1))

    @pytest.mark.parametrize("turned", [1e-4, 0.1, 1.0])
    @pytest.mark.parametrize("steps", [1, 10])
    def test_headings_forget_at_the_rotational_diffusion(self, advanced, turned, steps):
        """<u(0) . u(t)> = exp(-D_r t), at any time step; 1 - cos = |u' - u|^2 / 2."""
        _, u, later = advanced(free(rotational_diffusion=100 * turned), steps, seed=3)
        assert is_mean_of(-math.expm1(-turned * steps), ((later - u) ** 2).sum(axis=1) / 2)

    def test_jumps_are_normal_and_independent_of_turns(self, advanced):
        p = free(rotational_diffusion=20.0, translational_diffusion=0.3)
        moved, u, later = advanced(p, 1, seed=7)
        jumps = (moved - 0.01 * later)[:, :2] / math.sqrt(2 * 0.3 * 0.01)
        turns = np.angle((later[:, 0] + 1j * later[:, 1]) / (u[:, 0] + 1j * u[:, 1])) / math.sqrt(2 * 20 * 0.01)
        for component in (*jumps.T, turns):
            assert stats.kstest(component, "norm").pvalue > 1e-3
        correlations = np.corrcoef([*jumps.T, turns])
        np.testing.assert_allclose(correlations, np.eye(3), atol=5 / math.sqrt(AGENTS))


def phases(peclet, steps, seeds=(1,)):
    """The largest cluster's share, and the deviation of the packing of squares, over the last frames."""
    edge, found = math.sqrt(1000 * math.pi / 4 / 0.6), []
    given = {"box": edge, "rotational_diffusion": 1 / peclet, "translational_diffusion": 1 / (3 * peclet)}
    for seed in seeds:
        run = kadita.simulate("abp-2d", steps=steps, every=steps // 20, seed=seed, parameters=given)
        for block in run.blocks(start=16):
            cluster = kadita.analyze(block, "largest_cluster_fraction")["largest_cluster_fraction"]
            for frame, share in zip(block.positions, cluster, strict=True):
                counts = np.histogram2d(*frame[:, :2].T, bins=7, range=[[0, edge]] * 2)[0]
                found.append((share, (counts * math.pi / 4 / (edge / 7) ** 2).std()))
    return np.mean(found, axis=0)


@pytest.mark.slow
def test_they_separate_at_pe_120():
    """An independent program finds a cluster of .69 to .86 of all, and a deviation of .20 to .31, over five seeds."""
    cluster, deviation = phases(120, 20_000)
    assert cluster > 0.5
    assert deviation > 0.17


@pytest.mark.slow
def test_they_do_not_at_pe_5():
    """The same program finds .024 to .033, and .08 to .10."""
    cluster, deviation = phases(5, 10_000)
    assert cluster < 0.1
    assert deviation < 0.13


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"time_step": 0.011}, "expected at most 1 as 2 mobility x stiffness x time_step"),
        ({"rotational_diffusion": 101.0}, "expected at most 1 as rotational_diffusion x time_step, .*; got 1.01"),
        ({"translational_diffusion": 26.0}, "the rms displacement in a step, .*; got 1.0"),
        ({"diameter": 20.0}, "diameter = 20 reaches beyond half the cell"),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^abp-2d: .*{message}") as error:
        kadita.load_configuration("abp-2d", parameters=changes)
    assert "\n" not in str(error.value)
