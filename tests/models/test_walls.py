"""Models between walls: nobody leaves, in float64 and in a file; the same bits by cells; slabs; what is refused."""

from typing import ClassVar

import netCDF4
import numpy as np
import pytest

import kadita
from kadita.io.validation import findings_in
from kadita.models import NOTHING, Model, count, jitable, times, turned, unit, where
from kadita.school.arena import Arena
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.integration import Integration
from kadita.simulation.stream import Simulation


@jitable
def pair(agent, other):
    """The heading of another agent within the radius."""
    near = other.square < agent.constants.square
    return where(near, other.heading), NOTHING, NOTHING, count(near)


@jitable
def turn(agent, sums):
    """The mean heading, turned about the z axis."""
    return turned(unit(sums[0], agent.heading), agent.constants.noise * agent.normals[0])


class Tank(Model):
    """Agents that align, with noise in the plane."""

    name: ClassVar[str] = "tank"
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    pair = staticmethod(pair)
    turn = staticmethod(turn)
    radius: float = 1.0
    noise: float = 0.3

    @property
    def cutoff(self):
        return self.radius

    @property
    def constants(self):
        return {"square": self.radius**2, "noise": self.noise}


PLANAR = {
    "circle": {"arena": "circle:10.1,-3,4"},
    "rectangle": {"arena": "rectangle:-2,1,6,7.7"},
    "channel": {"arena": "channel:-1,2.3", "box": [9.0, "open"]},
}
SPATIAL = {
    "sphere": {"arena": "sphere:0.3,5,-7,3.3"},
    "cylinder": {"arena": "cylinder:1,2,4,0.1,3"},
    "box": {"arena": "box:0,0,0,5,6,7.1"},
    "slab": {"arena": "slab:-0.7,1.1", "box": [8.0, 7.0, "open"]},
}
ALL = {name: {"dimensions": 2} | changes for name, changes in PLANAR.items()} | SPATIAL


def run_of(cls=Tank, steps=50, every=5, **changes):
    given = {"agents": 150, "box": "open", "speed": 1.0, "time_step": 0.2} | changes
    return RunConfiguration(model=cls.name, steps=steps, every=every, seed=6, parameters=cls(**given))


def after(steps, by_cells=False, **changes):
    state = Integration(run_of(steps=steps, **changes), 1, None, by_cells=by_cells)
    state.advance(steps)
    state.check()
    return state


@pytest.mark.slow
@pytest.mark.parametrize("arena", ALL)
def test_nobody_leaves_and_pairs_and_cells_have_the_same_bits(arena):
    searches = (False, True) if arena in ("circle", "slab", "rectangle") else (False,)
    states = [after(3000, by_cells=cells, **ALL[arena]) for cells in searches]
    for state in states:
        assert state.model.walls.inside(state.positions).all()
        assert np.ptp(state.positions, axis=0)[: state.model.dimensions].min() > 0.5
        if state.model.dimensions == 2:
            assert not state.positions[:, 2].any()
            assert not state.headings[:, 2].any()
    assert len({state.positions.tobytes() + state.headings.tobytes() for state in states}) == 1


@pytest.mark.parametrize("arena", ALL)
def test_its_file_has_them_inside_and_says_the_arena(arena, tmp_path):
    run, path = run_of(**ALL[arena]), tmp_path / "tank.nc"
    with Simulation(run) as school:
        school.record(path)
        list(school.stream())
    with netCDF4.Dataset(path) as file:
        x = file["coordinates"][:].data.astype(float)
    assert run.parameters.walls.inside(x).all()
    with kadita.open(path) as opened:
        assert opened.attributes["arena"] == str(Arena.of(run.parameters.arena))
        assert opened.attributes["velocities"] == "heading"
    assert findings_in(path) == []
    near = kadita.analyze(path, ["wall_distance"])["wall_distance"]
    assert 0 < near.min() < near.max() < run.parameters.walls.half_width


def test_along_axes_without_walls_a_slab_is_periodic():
    """Agents that interact across the faces of the cell: the twin finds them by minimum image."""
    state = after(1, **ALL["slab"], agents=400, noise=0.0)
    x, u = state.model.initial_state(6)
    d = x - x[:, None]
    d[..., :2] -= [8.0, 7.0] * np.rint(d[..., :2] / [8.0, 7.0])
    near = (d**2).sum(axis=2) < 1
    wanted = near @ u
    np.testing.assert_allclose(
        np.abs(state.headings[:, :2]), np.abs(wanted / np.linalg.norm(wanted, axis=1, keepdims=True))[:, :2], atol=1e-5
    )
    assert (state.positions[:, :2] >= 0).all()
    assert (state.positions[:, :2] < [8, 7]).all()


@pytest.mark.slow
@pytest.mark.parametrize("box", [[6.0, "open", 5.0], ["open", "open", 6.0]])
def test_a_cell_that_repeats_along_some_axes_alone(box):
    """Without walls: open along the others."""
    edges = np.array([0.0 if edge == "open" else edge for edge in box])
    given = {"box": box, "initial": "sphere", "initial_radius": 4.0, "agents": 300, "noise": 0.0}
    states = [after(1, by_cells=cells, **given) for cells in (False, True)]
    x, u = states[0].model.initial_state(6)
    d = x - x[:, None]
    d -= edges * np.rint(d / np.where(edges > 0, edges, np.inf))
    wanted = ((d**2).sum(axis=2) < 1) @ u
    np.testing.assert_allclose(states[0].headings, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=1e-5)
    assert states[0].headings.tobytes() == states[1].headings.tobytes()
    open_axes, moved = edges == 0, states[0].positions - x
    np.testing.assert_allclose(moved[:, open_axes], 0.2 * states[0].headings[:, open_axes], atol=1e-12)
    inside = states[0].positions[:, ~open_axes]
    assert ((inside >= 0) & (inside < edges[~open_axes])).all()


def test_a_free_agent_is_reflected_as_a_billiard_ball():
    """In a rectangle each component keeps its magnitude, and the path is that of its mirror images."""
    state = after(1000, arena="rectangle:0,0,5,3", dimensions=2, agents=40, radius=0.0, noise=0.0)
    x, u = state.model.initial_state(6)
    unfolded = x + 0.2 * 1000 * u
    for axis, width in ((0, 5.0), (1, 3.0)):
        mirrored = np.mod(unfolded[:, axis], 2 * width)
        np.testing.assert_allclose(state.positions[:, axis], np.minimum(mirrored, 2 * width - mirrored), atol=1e-9)
    np.testing.assert_allclose(np.abs(state.headings), np.abs(u), atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arena": "circle:0,0,4"}, "arena: expected one in 3 dimensions, sphere:X,Y,Z,R, .*; got circle:0,0,4"),
        ({"arena": "sphere:0,0,0,4", "dimensions": 2}, "arena: expected one in 2 dimensions, circle:X,Y,R, "),
        ({"arena": "polygon:0,0,4,0,4,4", "dimensions": 2}, "arena: expected .*; got a polygon, which no model has"),
        ({"arena": "sphere:0,0,0,4", "box": 9.0}, "box: expected one that is open along x, where sphere"),
        ({"arena": "slab:0,4"}, "arena: expected a cell that repeats along x and y, where a slab has no wall"),
        ({"arena": "sphere:0,0,0,0.1"}, "arena: expected a step, .*, of at most half its width, 0.1; got 0.2"),
        ({"arena": "sphere:1e6,0,0,4"}, "arena: expected walls at most 10000 of their half width, 4, from the origin"),
        ({"arena": "disc:0,0,4"}, "arena: expected circle:X,Y,R, .*; got 'disc:0,0,4'"),
    ],
)  # fmt: skip
def test_impossible_walls_are_refused_with_the_reason(changes, message):
    with pytest.raises(ValueError, match=message):
        run_of(**changes)


def test_a_start_that_does_not_fit_is_refused():
    run = run_of(arena="sphere:0,0,0,4", initial="sphere", initial_radius=6.0)
    with pytest.raises(kadita.KaditaError, match=r"initial_radius: \d+ of 150 agents start outside sphere"):
        Integration(run, 1, None)
    inside = Integration(run_of(arena="sphere:7,0,0,4", initial="sphere", initial_radius=3.0), 1, None)
    assert np.linalg.norm(inside.positions - [7, 0, 0], axis=1).max() <= 3


def test_a_frame_with_agents_outside_is_no_start():
    frame = next(Simulation(run_of(arena="sphere:0,0,0,4", steps=5)).blocks())[0]
    with pytest.raises(kadita.KaditaError, match=r"agent \d+ is at .*, outside sphere:0,0,0,3; expected a first state"):
        Integration(run_of(arena="sphere:0,0,0,3"), 1, frame)


@jitable
def thrown(agent, sums):
    """A displacement that grows with time."""
    return times(agent.constants.noise * agent.time, (1.0, 0.0, 0.0))


class Thrown(Tank):
    """Agents that are displaced farther and farther."""

    name: ClassVar[str] = "thrown"
    displacement = staticmethod(thrown)


@pytest.mark.slow
def test_a_displacement_longer_than_half_the_width_is_told():
    with pytest.raises(kadita.KaditaError, match=r"model thrown .* moved by .* in a step; expected at most half"):
        list(Simulation(run_of(Thrown, arena="sphere:0,0,0,4", noise=2.0)).blocks())


class Told(Thrown):
    """The same, whose file has dr/dt."""

    name: ClassVar[str] = "told"
    velocities: ClassVar[str] = "displacement"


@pytest.mark.slow
def test_where_it_is_asked_for_velocities_are_steps_at_walls_too():
    school = Simulation(run_of(Told, arena="box:0,0,0,3,3,3", noise=0.1, every=1, steps=20))
    frames = school.read(np.arange(21))
    np.testing.assert_allclose(frames.velocities[1:] * 0.2, np.diff(frames.positions, axis=0), atol=1e-12)


def test_a_stopped_run_goes_on_to_the_same_bytes(tmp_path):
    run = run_of(steps=1500, **ALL["circle"])
    for name in ("whole", "stopped"):
        with Simulation(run) as school:
            school.record(tmp_path / f"{name}.nc", checkpoint_every=0)
            for number, _ in enumerate(school.stream()):
                school.stopping = name == "stopped" and number == 1
    assert (tmp_path / "stopped.nc").read_bytes() != (tmp_path / "whole.nc").read_bytes()
    with Simulation(run) as school:
        school.record(tmp_path / "stopped.nc", resume=True)
        list(school.stream())
    assert (tmp_path / "stopped.nc").read_bytes() == (tmp_path / "whole.nc").read_bytes()
