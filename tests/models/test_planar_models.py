"""Models in a plane: their start, their file, and a rule that leaves the plane."""

from typing import ClassVar

import numpy as np
import pytest
from scipy import stats

import kadita
from kadita.io.validation import findings_in
from kadita.models import NOTHING, NOWHERE, Model, count, jitable, times, total, unit, where
from kadita.simulation.checks import attributes_of
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.stream import Simulation


@jitable
def pair(agent, other):
    """The heading of an agent within the cutoff."""
    return where(other.square < agent.constants.square, other.heading), NOTHING, NOTHING, count(False)


@jitable
def turn(agent, sums):
    """The mean heading with noise along x and y, and along z by `lift`."""
    u, g, c = agent.heading, agent.normals, agent.constants
    return unit(total(sums[0], times(c.noise, (g[0], g[1], c.lift * g[2])), NOWHERE), u)


class Flat(Model):
    """Agents that take the mean heading of their neighbours, with noise in the plane."""

    name: ClassVar[str] = "flat"
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    pair = staticmethod(pair)
    turn = staticmethod(turn)
    noise: float = 0.5
    lift: float = 0.0

    @property
    def cutoff(self):
        return 1.0

    @property
    def constants(self):
        return {"square": 1.0, "noise": self.noise, "lift": self.lift}


class Deep(Flat):
    """The same, in space alone."""

    name: ClassVar[str] = "deep"
    works_in: ClassVar[frozenset[int]] = frozenset({3})


def planar(steps=50, cls=Flat, **changes):
    known = {"agents": 60, "box": 8.0, "speed": 0.5, "time_step": 0.2, "dimensions": 2} | changes
    return RunConfiguration(model=cls.name, steps=steps, every=5, seed=4, parameters=cls(**known))


@pytest.mark.parametrize("start", [{"initial": "random"}, {"initial": "sphere", "box": "open"}, {"initial": "ring"}])
def test_every_start_is_in_the_plane_and_fills_it(start):
    parameters = Flat(agents=20_000, speed=1.0, time_step=1.0, dimensions=2, initial_radius=3.0, **{"box": 8.0} | start)
    x, u = parameters.initial_state(seed=2)
    assert not x[:, 2].any()
    assert not u[:, 2].any()
    np.testing.assert_allclose(np.linalg.norm(u, axis=1), 1, atol=1e-14)
    angles = np.arctan2(u[:, 1], u[:, 0]) / (2 * np.pi) + 0.5
    assert stats.kstest(angles, "uniform").pvalue > 1e-3 or start["initial"] == "ring"
    if start["initial"] == "sphere":  # uniform in the disc: r^2 is
        assert stats.kstest((x**2).sum(axis=1) / 9, "uniform").pvalue > 1e-3
    if start["initial"] == "random":
        assert all(stats.kstest(x[:, axis] / 8, "uniform").pvalue > 1e-3 for axis in (0, 1))


@pytest.mark.slow
def test_the_file_of_a_planar_run_says_plane_and_its_cell(tmp_path):
    path = tmp_path / "flat.nc"
    with Simulation(planar(steps=500)) as school:
        school.record(path)
        while_running = kadita.analyze(school, ["polarization", "spread"])
    with kadita.open(path) as opened:
        chunk = opened.read(np.arange(opened.n_frames))
        assert opened.dimensions == 2
        assert opened.attributes["velocities"] == "displacement"
    assert not chunk.positions[..., 2].any()
    assert not chunk.velocities[..., 2].any()
    assert (chunk.lengths == [8.0, 8.0, 0.0]).all()
    assert findings_in(path) == []
    again = kadita.analyze(path, ["polarization", "spread"])
    assert again.provenance["dimensions"] == while_running.provenance["dimensions"] == 2
    np.testing.assert_allclose(again["polarization"], while_running["polarization"], atol=1e-6)


@pytest.mark.slow
def test_the_same_bits_for_any_threads_and_search():
    frames = []
    for threads in (1, 2):
        with Simulation(planar(agents=3000, box=40.0, steps=10), threads=threads) as school:
            frames.append(school.read(np.array([0, 2])))
    np.testing.assert_array_equal(frames[0].positions, frames[1].positions)
    assert not frames[0].positions[..., 2].any()


def test_a_model_for_space_alone_is_refused_in_a_plane():
    with pytest.raises(ValueError, match="dimensions: the model deep works in 3; got 2"):
        planar(cls=Deep)
    with pytest.raises(kadita.KaditaError, match='dimensions: expected 3 with rules = "dewi-kadita", .*; got 2'):
        kadita.simulate("dewi-kadita-1", parameters={"dimensions": 2})


def test_a_plane_has_two_edges():
    assert Flat(agents=2, speed=1.0, time_step=1.0, dimensions=2, box=[8.0, 5.0]).space.lengths == (8.0, 5.0, 0.0)
    with pytest.raises(ValueError, match="box: expected three lengths in 3 dimensions"):
        Flat(agents=2, speed=1.0, time_step=1.0, box=[8.0, 5.0])


def test_a_rule_that_leaves_the_plane_is_told_in_one_line():
    with pytest.raises(kadita.KaditaError, match=r"model flat .* agent \d+ has left the plane"):
        list(Simulation(planar(lift=1.0)).blocks())


def test_a_displacement_beside_the_heading_makes_velocities_headings():
    class Pushed(Flat):
        name: ClassVar[str] = "pushed"
        displacement = staticmethod(jitable(lambda agent, sums: (0.1, 0.0, 0.0)))

    known = {"agents": 2, "box": 8.0, "speed": 0.5, "time_step": 0.2}
    assert attributes_of([Flat(**known)])["velocities"] == "displacement"
    assert attributes_of([Pushed(**known)])["velocities"] == "heading"


def test_a_stopped_run_goes_on_to_the_same_bytes(tmp_path):
    known = {"steps": 2000, "agents": 40}
    with Simulation(planar(**known)) as school:
        school.record(tmp_path / "whole.nc")
        list(school.stream())
    with Simulation(planar(**known)) as school:
        school.record(tmp_path / "stopped.nc", checkpoint_every=0)
        for number, _ in enumerate(school.stream()):
            school.stopping = number == 2
    assert (tmp_path / "stopped.nc").read_bytes() != (tmp_path / "whole.nc").read_bytes()
    with Simulation(planar(**known)) as school:
        school.record(tmp_path / "stopped.nc", resume=True)
        list(school.stream())
    assert (tmp_path / "stopped.nc").read_bytes() == (tmp_path / "whole.nc").read_bytes()
