"""Whom an agent takes notice of: by cells as by all pairs, bit by bit, wherever and however crowded the agents are."""

import numpy as np
import pytest

import kadita
from kadita.models.engine import cell_list
from kadita.simulation.configuration import RunConfiguration
from kadita_couzin.couzin import Couzin
from kadita_vicsek.vicsek import Vicsek


def school(agents, box, r_a=3.0, **changes):
    usual = {
        "speed": 1.0,
        "r_r": 0.3 * r_a,
        "r_o": 0.6 * r_a,
        "field_of_view": 270.0,
        "turning_rate": 900.0,
        "noise": 0.1,
        "time_step": 0.1,
    }
    start = {"initial": "sphere", "initial_radius": 1.0} if box == "open" else {}
    return Couzin(agents=agents, box=box, r_a=r_a, **(usual | start | changes))


def random_headings(rng, agents):
    u = rng.normal(size=(agents, 3))
    return u / np.linalg.norm(u, axis=1, keepdims=True)


def clusters(rng, agents, edges):
    """Some far apart, most in a few dense clusters, one of them across a corner of the cell, and some in one place."""
    centres = np.vstack([np.zeros(3), rng.uniform(0, 1, (3, 3)) * edges])
    x = centres[rng.integers(0, 4, agents)] + rng.normal(size=(agents, 3)) * rng.choice([0.1, 1.0, 4.0], (agents, 1))
    x[: agents // 10] = rng.uniform(0, 1, (agents // 10, 3)) * edges
    x[agents // 10 : agents // 10 + agents // 50] = x[-1]
    return x


BOXES = [
    (30.0, 30.0, 30.0),
    (9.1, 40.0, 17.0),
    (6.1, 6.1, 200.0),  # two columns alone
    (200.0, 6.1, 6.1),
    (1e6, 1e6, 1e6),  # far more cells than agents
    (14.9, 1e5, 15.1),
]


@pytest.mark.slow
@pytest.mark.parametrize("agents", [1, 2, 3, 60, 700])
@pytest.mark.parametrize("box", BOXES, ids=str)
def test_cells_find_whom_all_pairs_find_in_a_periodic_cell(advance, rng, agents, box):
    p = school(agents, box)
    x, u = p.space.wrap(clusters(rng, agents, np.array(box))), random_headings(rng, agents)
    by_pairs, by_cells = (advance(p, x, u, steps=5, seed=2, by_cells=way) for way in (False, True))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(by_pairs, by_cells, strict=True))


@pytest.mark.parametrize("agents", [1, 2, 3, 60, 700])
@pytest.mark.parametrize("width", [1.0, 30.0, 1e3, 1e6])
@pytest.mark.parametrize("lost", [0.0, 1e9])
def test_cells_find_whom_all_pairs_find_in_open_space(advance, rng, agents, width, lost):
    """Also when one agent has left for good."""
    p = school(agents, "open")
    x, u = clusters(rng, agents, np.full(3, width)) - 5e3, random_headings(rng, agents)
    x[0] += lost
    by_pairs, by_cells = (advance(p, x, u, steps=5, seed=2, by_cells=way) for way in (False, True))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(by_pairs, by_cells, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("by_cells", [False, True])
@pytest.mark.parametrize("box", [(30.0, 12.0, 50.0), "open"])
def test_a_neighbour_is_one_within_the_radius_of_its_nearest_image(advance, rng, box, by_cells):
    """Vicsek's mean heading, told by distances in NumPy."""
    n = 500
    start = {"initial": "sphere", "initial_radius": 1.0} if box == "open" else {}
    p = Vicsek(agents=n, box=box, radius=3.0, noise=0.0, speed=1.0, time_step=0.1, **start)
    x, u = p.space.wrap(clusters(rng, n, np.array([30.0, 12.0, 50.0]))), random_headings(rng, n)
    _, turned = advance(p, x, u, by_cells=by_cells)
    distances = np.linalg.norm(p.space.minimum_image(x[:, None] - x), axis=-1)
    assert np.abs(distances - 3.0).min() > 1e-6  # none on the rim, where rounding decides
    sums = (distances < 3.0).astype(float) @ u
    lengths = np.linalg.norm(sums, axis=1)
    clear = lengths > 0.1  # of a shorter sum, rounding shows in the direction
    np.testing.assert_allclose(turned[clear], (sums / lengths[:, None])[clear], rtol=0, atol=5e-5)
    assert clear.mean() > 0.95


@pytest.mark.parametrize("by_cells", [False, True])
@pytest.mark.parametrize("box", [20.0, "open"])
def test_no_number_of_neighbours_is_too_many(advance, rng, box, by_cells):
    """Thousands in one cell: a sum of 32 bits would run over at 2048 aligned neighbours."""
    n = 9000
    start = {"initial": "sphere", "initial_radius": 1.0} if box == "open" else {}
    p = Vicsek(agents=n, box=box, radius=4.0, noise=0.0, speed=1.0, time_step=0.1, **start)
    x = 10 + rng.uniform(-1, 1, (n, 3))
    u = np.tile([0.0, 0.6, 0.8], (n, 1))
    u[0] = [1.0, 0, 0]
    _, turned = advance(p, x, u, by_cells=by_cells)
    expected = u.sum(axis=0) / np.linalg.norm(u.sum(axis=0))
    np.testing.assert_allclose(turned, np.tile(expected, (n, 1)), rtol=0, atol=2e-6)


@pytest.mark.parametrize("edge", [10.0, 1e3, 1e9, 1e15])
@pytest.mark.parametrize("agents", [1, 100, 10_000])
def test_the_number_of_cells_is_bounded_by_that_of_the_agents(edge, agents):
    counts, distinct = np.ones(3, np.int64), np.ones(3, np.int64)
    cell_list.grid(np.full(3, edge), 1.0, agents, counts, distinct)
    assert distinct.prod() <= max(512, cell_list.CELLS_AN_AGENT * agents + 64)
    assert (counts % distinct == 0).all()
    assert (edge / counts[:2] >= 1.0).all()
    assert edge / counts[2] >= 1.0 / cell_list.SLICES


def test_large_schools_use_cells_and_small_ones_do_not():
    def faster(width, agents):
        widths = np.full(3, width)
        return tuple(cell_list.cells_are_faster(edges, widths, 10.0, agents) for edges in (widths, np.zeros(3)))

    assert faster(25.0, 150) == (False, False)
    assert faster(25.0, 100_000) == (False, True)  # a box of two and a half radii has no cells; at its rim a school has
    assert faster(100.0, 10_000) == (True, True)
    assert faster(100.0, 200) == (False, False)
    assert cell_list.cells_are_faster(np.zeros(3), np.zeros(3), 0.0, 1_000_000)  # no interacting pairs


@pytest.mark.parametrize("box", [100.0, "open"])
def test_a_million_who_take_no_notice_of_each_other_are_no_burden(box):
    """All pairs of them would take hours."""
    start = {"initial": "sphere", "initial_radius": 10.0} if box == "open" else {}
    p = school(1_000_000, box, r_a=1.0, **start).model_copy(update={"r_r": 0.0, "r_o": 0.0, "r_a": 0.0})
    run = kadita.simulate(RunConfiguration(model="couzin", steps=1, parameters=p))
    x, u = p.initial_state(0)
    (moved,) = (block for block in run.blocks() if block.frames[0] == 1)
    way = np.linalg.norm(p.space.minimum_image(moved.positions[0] - p.space.wrap(x)), axis=1)
    np.testing.assert_allclose(way, 0.1, rtol=1e-9)
