"""The Vicsek model in a plane: a NumPy twin, the order of both updates, and the nearest neighbours' order."""

import math

import numpy as np
import pytest
from scipy import stats

import kadita
from kadita.models.philox import NOISE, uniforms
from kadita.simulation.configuration import Species
from kadita.simulation.integration import Integration
from kadita_vicsek.vicsek import Vicsek

METRIC, NEAREST = {"radius": 1.0}, {"neighbors": 7}
ROUNDED = 2e-6  # headings are summed as whole numbers of 2^-20


def school(**changes):
    """Parameters of a small school in a periodic square, with changes."""
    usual = {"agents": 70, "box": 5.0, "dimensions": 2, "speed": 0.5, "noise": 0.3, "time_step": 0.2}
    return Vicsek(**(usual | changes))


def polarization(headings):
    """P = |mean u|, over the last axis but one."""
    return np.linalg.norm(headings.mean(axis=-2), axis=-1)


def twin_step(p, positions, headings, seed, step):
    """One step in plain NumPy, agent by agent, with angles; the random numbers alone are the kernel's.

    Returns positions, angles, and how much each sum magnifies the rounding of a heading.
    """
    angles, magnified = np.empty(len(headings)), np.empty(len(headings))
    for i in range(len(headings)):
        d = positions[:, :2] - positions[i, :2]
        square = ((d - p.box * np.round(d / p.box)) ** 2).sum(axis=1)
        if p.neighbors is None:
            near = square < p.radius**2
        else:
            near = np.isin(np.arange(len(square)), np.argsort(square)[: p.neighbors + 1])  # the agent is the first
        total = headings[near].sum(axis=0)
        eta = 2 * math.pi * p.noise
        angles[i] = math.atan2(total[1], total[0]) + eta * (uniforms(np.uint64(seed), step, i, NOISE)[0] - 0.5)
        magnified[i] = near.sum() / np.linalg.norm(total)
    along = headings if p.update == "old" else np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)
    return (positions + p.speed * p.time_step * along) % [p.box, p.box, 1.0], angles, magnified


@pytest.mark.slow
@pytest.mark.parametrize(
    ("update", "neighbors"),
    [("new", METRIC), ("old", METRIC), ("new", NEAREST)],
    ids=["new-metric", "old-metric", "new-nearest"],
)
def test_kernel_and_twin_agree(advance, neighbors, update):
    p = school(update=update, **neighbors)
    x, u = p.initial_state(seed=3)
    for step in (2**33, 2**33 + 1):
        moved, turned = advance(p, x, u, seed=2**63 + 9, first_step=step)
        twin_moved, angles, magnified = twin_step(p, x, u, seed=2**63 + 9, step=step)
        error = np.abs(np.angle((turned[:, 0] + 1j * turned[:, 1]) * np.exp(-1j * angles)))
        assert (error < ROUNDED * magnified).all()
        atol = 1e-13 if update == "old" else 0.1 * ROUNDED * magnified[:, None]
        assert (np.abs(p.space.minimum_image(moved - twin_moved)) < atol).all()
        x, u = moved, turned
    assert not x[:, 2].any()
    assert not u[:, 2].any()


def test_the_angle_of_noise_is_uniform_on_its_part_of_the_circle(advance):
    p = school(agents=5000, noise=0.3, box=1e4, **METRIC)
    x, _ = p.initial_state(seed=1)
    _, turned = advance(p, x, np.tile([0.6, 0.8, 0.0], (p.agents, 1)), seed=5)
    angle = np.angle((turned[:, 0] + 1j * turned[:, 1]) * (0.6 - 0.8j))
    assert stats.kstest(angle, stats.uniform(-0.3 * math.pi, 0.6 * math.pi).cdf).pvalue > 1e-3


def order(update, eta, seeds=3):
    """The mean of P of 100 agents at density 4, over time and seeds."""
    given = {"agents": 100, "box": 5.0, "noise": eta / (2 * math.pi), "update": update}
    means = []
    for seed in range(1, seeds + 1):
        run = kadita.simulate("vicsek-2d", steps=10_000, every=10, seed=seed, parameters=given)
        p = np.concatenate([polarization(block.headings) for block in run.blocks()])
        means.append(p[200:].mean())
    return np.mean(means)


@pytest.mark.parametrize(
    ("update", "eta", "expected"), [("old", 4.0, 0.3641), ("new", 4.0, 0.3312), ("old", 3.0, 0.6193)]
)
def test_order_is_that_of_an_independent_program_and_tells_the_updates_apart(update, eta, expected):
    """A run of 10,000 steps has a standard error of about .007 (found from its seeds): 4 of three runs are .016."""
    assert order(update, eta) == pytest.approx(expected, abs=0.016)


def test_moving_along_the_old_heading_is_a_step_behind(advance):
    """x(t + 1) - x(t) of the old update is the heading before; of the new one, the heading after."""
    for update in ("old", "new"):
        p = school(update=update, **METRIC)
        x, u = p.initial_state(seed=5)
        moved, turned = advance(p, x, u, seed=1)
        step = p.space.minimum_image(moved - x) / (p.speed * p.time_step)
        np.testing.assert_allclose(step, u if update == "old" else turned, rtol=0, atol=1e-12)


class TestNearest:
    def test_order_is_the_same_to_the_bit_at_any_density(self):
        """The seven nearest have no length of their own: the square, the speed and nothing else twice as large."""
        series = {}
        for scale in (1.0, 2.0, 4.0):
            given = {"box": 7.0 * scale, "speed": 0.03 * scale}
            run = kadita.simulate("topological", steps=300, every=10, seed=2, parameters=given)
            series[scale] = np.concatenate([polarization(block.headings) for block in run.blocks()])
        np.testing.assert_array_equal(series[2.0], series[1.0])
        np.testing.assert_array_equal(series[4.0], series[1.0])
        assert np.ptp(series[1.0]) > 0.1

    def test_order_within_a_radius_is_not(self):
        """Within a radius of 1, a density 16 times lower means an order of .16 in place of .80."""
        found = []
        for edge in (7.0, 28.0):
            given = {"agents": 200, "box": edge, "speed": 0.03 * edge / 7, "noise": 1 / math.pi, "update": "new"}
            run = kadita.simulate("vicsek-2d", steps=3000, every=10, seed=1, parameters=given)
            found.append(np.concatenate([polarization(b.headings) for b in run.blocks()])[50:].mean())
        assert found[0] == pytest.approx(0.803, abs=0.02)
        assert found[1] == pytest.approx(0.159, abs=0.03)

    def test_an_agent_counts_itself_beside_its_neighbors(self, advance):
        """One along x, seven about it along y: tan of its new angle is 7."""
        ring = 0.1 * np.stack([np.cos(np.arange(7.0)), np.sin(np.arange(7.0)), np.zeros(7)], axis=1)
        x = np.concatenate([[[2.0, 2, 0]], [2.0, 2, 0] + ring])
        _, turned = advance(school(agents=8, noise=0.0, **NEAREST), x, [[1.0, 0, 0], *[[0, 1.0, 0]] * 7])
        np.testing.assert_allclose(turned[0], np.array([1, 7, 0]) / math.sqrt(50), atol=ROUNDED)

    def test_species_may_have_radii_of_their_own(self):
        """The nearest are chosen within the largest radius, and each agent counts those within its own."""
        given = {"agents": 40, "radius": 2.0, "neighbors": 3, "noise": 0.0, "box": 5.0}
        run = kadita.load_configuration("topological", parameters=given)
        near = run.model_copy(update={"species": (Species(name="near", count=20, radius=0.5),)})
        state = Integration(near, 1, None)
        x, u = state.positions.copy(), state.headings.copy()
        state.advance(1)
        for i, radius in ((3, 0.5), (30, 2.0)):
            p = run.parameters.model_copy(update={"radius": radius})
            d = p.space.minimum_image(x - x[i])
            order = np.argsort(np.linalg.norm(d, axis=1))[1:4]
            counted = [i, *order[np.linalg.norm(d[order], axis=1) < radius]]
            total = u[counted].sum(axis=0)
            np.testing.assert_allclose(state.headings[i], total / np.linalg.norm(total), rtol=0, atol=1e-5)

    def test_a_radius_limits_how_far_the_nearest_may_be(self, advance):
        x, u = np.array([[1.0, 1, 0], [1.9, 1, 0], [2.1, 1, 0]]), [[1.0, 0, 0], [0, 1.0, 0], [0, -1.0, 0]]
        _, turned = advance(school(agents=3, noise=0.0, radius=1.0, **NEAREST), x, u)
        np.testing.assert_allclose(turned[0], np.array([1, 1, 0]) / math.sqrt(2), atol=ROUNDED)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"radius": None}, "radius: expected one .* or a number of neighbors; got neither"),
        ({"neighbors": 0}, "neighbors: .*greater than or equal to 1"),
        ({"dimensions": 3}, 'update = "old" is for a plane'),
        ({"arena": "circle:0,0,5", "box": "open"}, 'update = "old" is for a plane without walls'),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^vicsek-2d: .*{message}") as error:
        kadita.load_configuration("vicsek-2d", parameters=changes)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_what_velocities_are_is_said_for_both_updates(tmp_path):
    """Along the new heading a velocity is dr/dt; along the old one it is the heading after the step."""
    for name, kind in (("topological", "displacement"), ("vicsek-2d", "heading")):
        with kadita.open(kadita.run(name, steps=20, output=tmp_path / f"{name}.nc")) as trajectory:
            assert trajectory.attributes["velocities"] == kind
