"""Fish in a round tank: a NumPy twin, the turning rate of a lone fish, and a wall that reflects or is avoided."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.special import i0e

import kadita
from kadita.models.philox import NOISE, normals
from kadita.simulation.configuration import load_configuration
from kadita.simulation.integration import Integration

ALONE = {"attraction": 0.0, "alignment": 0.0}
REFLECTED = {"wall_avoidance": 0.0}
XI, SIGMA, SPEED, DT, RADIUS = 0.024, 28.9, 0.8, 0.01, 2.0  # of the scenario


def state_of(**parameters):
    """A school of the scenario, with changes, that can be advanced."""
    return Integration(load_configuration("tank", parameters=parameters), 1, None)


def twin_rates(p, x, u, w, seed, step):
    """Turning rates after a step in plain NumPy, fish by fish, by angles; random numbers alone are the kernel's."""
    found = np.empty(len(x))
    angle = np.arctan2(u[:, 1], u[:, 0])
    for i in range(len(x)):
        d = x[:, :2] - x[i, :2]
        r = np.linalg.norm(d, axis=1)
        order = np.argsort(r)[1:]
        order = order[r[order] < p.sight][: p.neighbors]
        theta = np.arctan2(d[order, 1], d[order, 0]) - angle[i]
        phi = angle[order] - angle[i]
        wanted = 0.0
        if len(order):
            wanted = np.mean(p.attraction * r[order] * np.sin(theta) + p.alignment * p.speed * np.sin(phi))
        if p.wall_avoidance:
            # the way to the wall, found from the circle's equation, and the angle there to the wall's normal
            b, c = x[i] @ u[i], x[i] @ x[i] - RADIUS**2
            way = max(np.roots([1.0, 2 * b, c]).real)
            hit = x[i] + way * u[i]
            normal = math.atan2(hit[1], hit[0])
            phi_wall = math.remainder(angle[i] - normal, 2 * math.pi)
            wanted += p.wall_avoidance * math.copysign(1.0, phi_wall) / max(way / p.speed, p.time_step)
        kept = math.exp(-p.speed * p.time_step / p.turning_length)
        spread = math.sqrt(0.5 * p.speed * p.turning_noise**2 * p.turning_length * (1 - kept**2))
        found[i] = wanted + (w[i] - wanted) * kept + spread * normals(np.uint64(seed), step, i, NOISE)[0]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes", [{"neighbors": 7}, {"wall_avoidance": 0.0, "sight": 0.7}, {"neighbors": None, "sight": 0.7}], ids=str
)
@pytest.mark.parametrize("centre", [(0, 0), (3, -5)], ids=str)
def test_kernel_and_twin_agree(changes, centre):
    state = state_of(**{"agents": 60, "arena": f"circle:{centre[0]},{centre[1]},{RADIUS}"} | changes)
    p = state.model
    state.advance(20)
    for step in range(20, 25):
        x, u, w = state.positions - [*centre, 0], state.headings.copy(), state.variables[0].copy()
        rates = twin_rates(p, x, u, w, state.seed, step)
        state.advance(1)
        atol = 2.0**-19 * (p.attraction * p.sight + p.alignment * p.speed) + 1e-9
        np.testing.assert_allclose(state.variables[0], rates, rtol=1e-12, atol=atol)
        turned = (u[:, 0] + 1j * u[:, 1]) * np.exp(1j * rates * p.time_step)
        inside = np.linalg.norm(x, axis=1) < RADIUS - 2 * p.speed * p.time_step  # whom the wall cannot reflect
        error = np.abs(state.headings[:, 0] + 1j * state.headings[:, 1] - turned)
        assert error[inside].max() < 2 * atol
        assert inside.sum() > 30
    assert not state.positions[:, 2].any()
    assert np.linalg.norm(state.positions - [*centre, 0], axis=1).max() <= RADIUS


@pytest.fixture(scope="module")
def alone():
    """Many lone fish in a tank whose wall reflects them, after 33 relaxation times and a way of .4 R."""
    state = state_of(agents=4000, sight=1e-3, **ALONE, **REFLECTED)
    state.advance(100)
    return state


class TestAlone:
    """Fish that ignore each other, before a wall that only reflects."""

    @pytest.mark.slow
    def test_turning_rates_have_the_variance_of_their_process(self, alone):
        w = alone.variables[0]
        variance = 0.5 * SPEED * SIGMA**2 * XI
        assert stats.kstest(w / math.sqrt(variance), "norm").pvalue > 1e-3
        alone.advance(2)
        correlation = np.mean(w * alone.variables[0]) / variance
        assert correlation == pytest.approx(math.exp(-2 * SPEED * DT / XI), abs=4.5 / math.sqrt(len(w)))

    def test_they_fill_the_tank_uniformly_and_isotropically(self, alone):
        """A wall that reflects keeps the uniform density, if turns do not depend on where the fish is."""
        x, u = alone.positions, alone.headings
        square = (x**2).sum(axis=1) / RADIUS**2
        outwards = (x * u).sum(axis=1) / np.sqrt(square) / RADIUS
        assert stats.kstest(square, "uniform").pvalue > 1e-3
        assert stats.kstest(np.arccos(outwards) / math.pi, "uniform").pvalue > 1e-3

    @pytest.mark.slow
    def test_headings_diffuse_at_the_rate_of_the_paper_s_process(self, alone):
        """2 D_r = var(w) dt (1 + k) / (1 - k), k = exp(-v dt / xi): sigma^2 xi^2 as dt goes to 0. No wall is near."""
        p = alone.model.model_copy(update={"arena": None, "initial": "sphere", "initial_radius": 1.0})
        free = Integration(load_configuration("tank").model_copy(update={"parameters": p}), 1, None)
        free.advance(100)
        first, steps = free.headings.copy(), 40
        w, c = free.variables[0].copy(), []
        for _ in range(steps):
            free.advance(1)
            c.append(free.variables[0].copy())
        angle = DT * np.sum(c, axis=0)
        k, variance = math.exp(-SPEED * DT / XI), 0.5 * SPEED * SIGMA**2 * XI
        exact = variance * DT**2 * (steps * (1 + k) / (1 - k) - 2 * k * (1 - k**steps) / (1 - k) ** 2)
        assert np.var(angle) == pytest.approx(exact, rel=4.5 * math.sqrt(2 / len(w)))
        turned = (first[:, 0] + 1j * first[:, 1]) * np.exp(1j * angle)
        np.testing.assert_allclose(free.headings[:, 0] + 1j * free.headings[:, 1], turned, rtol=0, atol=1e-9)


def by_the_wall(**parameters):
    """Share of fish within .3 m of the wall, their alignment with it, and the order index; means over 800 frames."""
    metrics = ["near_wall", "wall_alignment", "order_index"]
    within = {"near_wall.distance": 0.3, "wall_alignment.distance": 0.3}
    run = kadita.simulate("tank", seed=3, parameters=parameters)
    results = kadita.analyze(run, metrics, parameters=within, start=200)
    return [float(np.nanmean(results[name])) for name in metrics]


def mean_square_order(b, agents):
    """<P^2> of N headings distributed as exp(b |sum u|^2), by a field: Z = int h exp(-h^2 / 4b) I_0(h)^N dh."""
    h = np.linspace(0, 20 * math.sqrt(b) + 4 * b * agents, 200_001)[1:]
    weight = np.log(h) - h**2 / (4 * b) + agents * (np.log(i0e(h)) + h)
    weight = np.exp(weight - weight.max())
    return ((h**2 * weight).sum() / weight.sum() / (4 * b**2) - 1 / b) / agents**2


@pytest.mark.slow
@pytest.mark.parametrize("speed", [0.2, 0.4])
def test_fish_that_align_with_all_others_have_the_order_of_rotors_that_do(speed):
    """Headings with all-to-all alignment are as in equilibrium: exp(b |sum u|^2), b = k_V v / (2 (N - 1) D_r)."""
    agents, steps = 50, 60_000
    free = {"arena": None, "initial": "sphere", "initial_radius": 1.0, "wall_avoidance": 0.0, "attraction": 0.0}
    given = {"agents": agents, "speed": speed, "sight": 1e6, "neighbors": None}
    run = kadita.simulate("tank", steps=steps, every=50, seed=1, parameters=given | free)
    p2 = np.concatenate([np.linalg.norm(block.headings.mean(axis=1), axis=1) for block in run.blocks()])[100:] ** 2
    b = 2.7 * speed / (2 * (agents - 1) * 0.5 * (SIGMA * XI) ** 2)
    blocks = p2[: len(p2) // 20 * 20].reshape(20, -1).mean(axis=1)  # each of 28 s, 7 times 1 / D_r
    assert p2.mean() == pytest.approx(mean_square_order(b, agents), abs=4.5 * blocks.std(ddof=1) / math.sqrt(20))


UNIFORM = 1 - (1 - 0.3 / RADIUS) ** 2  # share of the tank's area within .3 m of the wall


class TestWall:
    def test_a_lone_fish_that_is_reflected_does_not_know_the_wall(self):
        near, aligned, ordered = by_the_wall(**ALONE, **REFLECTED)
        assert near == pytest.approx(UNIFORM, abs=0.02)
        assert aligned == pytest.approx(0.5, abs=0.02)
        assert ordered < 0.25

    def test_a_lone_fish_that_avoids_it_swims_along_it(self):
        near, aligned, _ = by_the_wall(**ALONE)
        assert near < 0.75 * UNIFORM
        assert aligned > 0.8

    @pytest.mark.parametrize("avoidance", [0.5, 0.94, 2.0])
    def test_a_fish_without_noise_circles_where_its_turns_balance_the_wall(self, avoidance):
        """v / r = k_W v / sqrt(R^2 - r^2), the way along the tangent: r = R / sqrt(1 + k_W^2)."""
        state = state_of(agents=20, turning_noise=0.0, wall_avoidance=avoidance, time_step=0.002, **ALONE)
        state.advance(20_000)
        r = np.linalg.norm(state.positions, axis=1)
        np.testing.assert_allclose(r, RADIUS / math.sqrt(1 + avoidance**2), rtol=1e-3)

    def test_a_school_that_is_reflected_gathers_at_it(self):
        """Alignment makes it persistent, and persistent swimmers gather at walls."""
        near, aligned, ordered = by_the_wall(**REFLECTED)
        assert near > 2 * UNIFORM
        assert aligned > 0.75
        assert ordered > 0.6

    def test_a_school_that_avoids_it_keeps_away(self):
        """It swims in one direction or mills, as it happens."""
        near, aligned, ordered = by_the_wall()
        assert near < 0.75 * UNIFORM
        assert aligned > 0.85
        assert ordered > 0.8


def test_a_mirrored_school_does_the_mirrored_thing():
    """Reflection of x and of the turning rates, without noise: no side is preferred."""
    state, mirrored = (state_of(turning_noise=0.0, agents=20) for _ in range(2))
    x, u = state.positions.copy(), state.headings.copy()
    state._set_state(x, u, np.full((1, 20), 0.5))
    mirrored._set_state(x * [-1, 1, 1], u * [-1, 1, 1], np.full((1, 20), -0.5))
    for each in (state, mirrored):
        each.advance(300)
    np.testing.assert_allclose(mirrored.positions * [-1, 1, 1], state.positions, rtol=0, atol=1e-4)
    assert np.abs(state.positions - x).max() > 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"arena": None, "initial": "sphere", "initial_radius": 1.0},
            "wall_avoidance: expected a round tank, .*; got none; set arena",
        ),
        ({"arena": "rectangle:-2,-2,2,2"}, "wall_avoidance: expected a round tank, .*; got rectangle"),
        ({"time_step": 0.05}, "expected at most turning_length = 0.024 as speed x time_step, .*; got 0.04"),
        ({"sight": 300.0}, "sight: expected at most 240, 10000 turning_length, .*; got 300"),
        ({"neighbors": 0}, "neighbors: .*greater than or equal to 1"),
        ({"sight": 0.0}, "sight: .*greater than 0"),
        ({"dimensions": 3}, "dimensions: the model gautrais works in 2; got 3"),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^tank: .*{message}") as error:
        kadita.load_configuration("tank", parameters=changes)
    assert "\n" not in str(error.value)


def test_its_file_has_the_turning_rates(tmp_path):
    with kadita.open(kadita.run("tank", steps=20, output=tmp_path / "tank.nc")) as trajectory:
        (block,) = trajectory.blocks()
        assert block.variables["turning_rate"].shape == (3, 30)
        assert np.abs(block.variables["turning_rate"][-1]).max() > 0.5
