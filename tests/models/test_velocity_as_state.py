"""Models whose state is a velocity: the exactness of sums of differences, the largest speed, rest, and their files."""

from typing import ClassVar

import numpy as np
import pytest

import kadita
from kadita.models import (
    NOTHING,
    NOWHERE,
    Model,
    count,
    directed,
    dot,
    jitable,
    times,
    total,
    velocity_difference,
    where,
)
from kadita.simulation.configuration import RunConfiguration, Species
from kadita.simulation.integration import Integration
from kadita.simulation.stream import Simulation


@jitable
def pair(agent, other):
    """Differences of velocities, and a repulsion that falls off linearly."""
    c = agent.constants
    near = (other.square < c.square) & (other.square > 0)
    away = np.sqrt(other.square) * c.per_cutoff - np.float32(1)
    return (
        where(near, velocity_difference(1.0, agent, other)),
        where(near, directed(away, other)),
        NOTHING,
        count(near),
    )


@jitable
def accelerate(agent, sums):
    """The next velocity: v + dt (rate sum of differences + strength sum of repulsions + drive (1 - v^2) v)."""
    c, v = agent.constants, agent.velocity
    differences = times(c.step * c.rate * 2 * agent.largest_speed, sums[0])
    drive = times(c.step * c.drive * (1 - dot(v, v)), v)
    return total(total(v, differences, drive), times(c.step * c.strength, sums[1]), NOWHERE)


class Relaxing(Model):
    """Agents that take on the velocity of others, as in the model of Cucker and Smale."""

    name: ClassVar[str] = "relaxing"
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    pair = staticmethod(pair)
    accelerate = staticmethod(accelerate)
    rate: float = 0.05
    strength: float = 0.5
    drive: float = 0.0
    fastest: float = 3.0

    @property
    def cutoff(self):
        return 2.0

    @property
    def largest_speed(self):
        return self.fastest

    @property
    def constants(self):
        return {
            "square": self.cutoff**2,
            "per_cutoff": 1 / self.cutoff,
            "step": self.time_step,
            "rate": self.rate,
            "strength": self.strength,
            "drive": self.drive,
        }


def run_of(cls=Relaxing, steps=40, every=10, **changes):
    given = {"agents": 80, "box": 6.0, "speed": 1.0, "time_step": 0.05} | changes
    return RunConfiguration(model=cls.name, steps=steps, every=every, seed=7, parameters=cls(**given))


def after(steps, by_cells=False, **changes):
    state = Integration(run_of(steps=steps, **changes), 1, None, by_cells=by_cells)
    state.advance(steps)
    state.check()
    return state


def twin(x, v, steps, model):
    """The same in plain float64 NumPy."""
    edge, dt = 6.0, model.time_step
    for _ in range(steps):
        d = x - x[:, None]
        d -= edge * np.rint(d / edge)
        r = np.sqrt((d**2).sum(axis=2))
        near = (r < model.cutoff) & ~np.eye(len(x), dtype=bool)
        away = np.where(near, (r / model.cutoff - 1) / np.where(near, r, 1.0), 0.0)
        forces = model.rate * (near[..., None] * (v - v[:, None])).sum(axis=1)
        forces += model.strength * (away[..., None] * d).sum(axis=1)
        v = v + dt * (forces + model.drive * (1 - (v**2).sum(axis=1, keepdims=True)) * v)
        x = (x + dt * v) % edge
    return x, v


@pytest.mark.slow
def test_it_moves_as_the_equations_say():
    model = run_of(drive=0.3).parameters
    x, v = twin(*model.initial_state(7), 40, model)
    state = after(40, drive=0.3)
    np.testing.assert_allclose(state.headings, v, atol=2e-4)  # sums of forces are truncated to 2^-20 of the largest
    d = state.positions - x
    np.testing.assert_allclose(d - 6 * np.rint(d / 6), 0, atol=2e-4)


def test_momentum_is_conserved_to_rounding():
    """Differences and forces are exactly opposite in a pair, and their sums are integers: nothing is lost."""
    start = run_of().parameters.initial_state(7)[1]
    state = after(400)
    np.testing.assert_allclose(state.headings.sum(axis=0), start.sum(axis=0), atol=1e-11)
    assert state.headings.std(axis=0).max() < 0.5 * start.std(axis=0).max()  # though they have become alike


@pytest.mark.slow
def test_the_same_bits_by_pairs_and_by_cells():
    one, other = after(20), after(20, by_cells=True)
    assert one.positions.tobytes() == other.positions.tobytes()
    assert one.headings.tobytes() == other.headings.tobytes()


def test_a_plane_is_kept_to_the_bit():
    state = after(200, dimensions=2, drive=0.3)
    assert not state.positions[:, 2].any()
    assert not state.headings[:, 2].any()


def test_a_speed_beyond_the_largest_is_told_and_not_cut():
    with pytest.raises(kadita.KaditaError, match=r"reached the speed \d\.\d+; .* largest_speed = 1.01"):
        after(400, fastest=1.01, strength=5.0, rate=0.0)


def test_what_stands_still_stays_until_it_is_pushed(tmp_path):
    path = tmp_path / "still.nc"
    with Simulation(run_of(speed=0.0, strength=0.0)) as school:
        school.record(path)
        results = kadita.analyze(school, ["polarization"])
    assert np.isnan(results["polarization"]).all()  # who stands still has no direction
    with kadita.open(path) as opened:
        frames = opened.read(np.arange(opened.n_frames))
    assert not frames.velocities.any()
    assert (frames.positions == frames.positions[0]).all()
    pushed = after(1, speed=0.0, strength=0.5)
    assert np.linalg.norm(pushed.headings, axis=1).max() > 0


def test_the_velocities_of_its_file_are_its_steps(tmp_path):
    path = tmp_path / "relaxing.nc"
    with Simulation(run_of(every=1)) as school:
        school.record(path)
        list(school.stream())
    with kadita.open(path) as opened:
        frames = opened.read(np.arange(opened.n_frames))
        assert opened.attributes["velocities"] == "displacement"
    moved = np.diff(frames.positions, axis=0)
    moved -= 6 * np.rint(moved / 6)
    np.testing.assert_allclose(frames.velocities[1:] * 0.05, moved, atol=2e-6)
    assert np.ptp(np.linalg.norm(frames.velocities[-1], axis=1)) > 0.1  # speeds are not all one


@jitable
def along(agent, sums):
    """A displacement to the right."""
    return 0.01, 0.0, 0.0


class Drifting(Relaxing):
    """The same, which is displaced besides: its velocity is a state of its own."""

    name: ClassVar[str] = "drifting"
    displacement = staticmethod(along)


class Told(Drifting):
    """The same, whose file has dr/dt."""

    name: ClassVar[str] = "told"
    velocities: ClassVar[str] = "displacement"


@pytest.mark.slow
def test_a_velocity_that_is_not_the_step_is_called_the_state_or_the_step_is_stored():
    frames = {cls: Simulation(run_of(cls, every=1, steps=3)) for cls in (Drifting, Told)}
    assert frames[Drifting].attributes["velocities"] == "state"
    assert frames[Told].attributes["velocities"] == "displacement"
    state, told = (school.read(np.arange(4)) for school in frames.values())
    np.testing.assert_array_equal(state.positions, told.positions)
    np.testing.assert_allclose(told.velocities[1:] - state.velocities[1:], np.tile([0.2, 0, 0], (3, 80, 1)), atol=1e-12)


def test_it_can_start_from_a_frame_with_agents_at_rest():
    rest = next(Simulation(run_of(speed=0.0)).blocks())[0]
    school = Simulation(run_of(steps=10), start=rest)
    assert not school.read(np.array([0])).velocities.any()


def test_a_species_starts_with_a_speed_of_its_own():
    fast = Species(name="fast", count=30, speed=2.0)
    state = Integration(run_of().model_copy(update={"species": (fast,)}), 1, None)
    np.testing.assert_allclose(np.linalg.norm(state.headings, axis=1), [2.0] * 30 + [1.0] * 50)


def test_both_rules_or_no_largest_speed_are_refused():
    class Both(Relaxing):
        name: ClassVar[str] = "both"
        turn = staticmethod(along)

    class Boundless(Relaxing):
        name: ClassVar[str] = "boundless"
        largest_speed: ClassVar[None] = None

    with pytest.raises(kadita.KaditaError, match="Both has both turn, for headings, and accelerate, for velocities"):
        kadita.plugins.registry._as_model(Both)
    with pytest.raises(kadita.KaditaError, match="model boundless .*largest_speed: expected a speed above 0"):
        Integration(run_of(Boundless), 1, None)
