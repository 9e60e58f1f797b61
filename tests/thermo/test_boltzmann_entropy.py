"""Boltzmann's entropy: small schools counted by hand, cells where they are said to be, and what is left undefined."""

import math
import warnings

import numpy as np
import pytest
from scipy.special import digamma

from kadita import Block, KaditaError, KaditaWarning, NotApplicable, analyze, record
from kadita.plugins.loading import load_registry

METRIC = load_registry().metrics["boltzmann_entropy"]
LN2, LN3 = math.log(2), math.log(3)
G = [math.nan, -np.euler_gamma - LN2, 2 - np.euler_gamma - LN2, 2 - np.euler_gamma - LN2]  # Grassberger's of 1, 2, 3
PHASE = {"position": "x", "velocity": "x", "position_cell": 0.5, "velocity_cell": 0.5}


def s(block, **given):
    return METRIC(block, **METRIC.validate({"agents_per_cell": 0, **given}))


def line(x, v, **options):
    """Agents on the x axis, that move along it."""
    zero = np.zeros_like(np.asarray(x, float))
    return Block(np.stack([x, zero, zero], -1), np.stack([np.asarray(v, float), zero, zero], -1), **options)


SIX = line([0.1, 0.2, 0.3, 0.6, 0.7, 0.1], [0.1, 0.2, 0.3, 0.1, 0.2, -0.1])  # three, two and one in their cells


@pytest.mark.parametrize(
    ("estimator", "by_hand"),
    [
        ("count", math.log(math.factorial(6) / (math.factorial(3) * math.factorial(2))) / 6),
        ("plug-in", LN2 / 2 + LN3 / 3 + math.log(6) / 6),
        ("miller-madow", LN2 / 2 + LN3 / 3 + math.log(6) / 6 + 2 / 12),
        ("grassberger", math.log(6) - (3 * G[3] + 2 * G[2] + G[1]) / 6),
    ],
)
def test_six_agents_in_three_cells(estimator, by_hand):
    assert s(SIX, **PHASE, estimator=estimator) == pytest.approx([by_hand + math.log(0.25)], abs=1e-12)


def test_logarithms_of_grassberger_written_out():
    """G(2m) = psi(m + 1/2) + ln 2, so that G(1) = -gamma - ln 2 and G(2) = G(1) + 2."""
    assert G[2] == pytest.approx(digamma(1.5) + LN2)


@pytest.mark.parametrize("estimator", ["count", "plug-in", "miller-madow"])
def test_all_agents_in_one_cell_have_the_entropy_of_the_cell(estimator):
    block = line([0.1, 0.2, 0.3], [0.1, 0.2, 0.3])
    assert s(block, **PHASE, estimator=estimator) == pytest.approx([math.log(0.25)])


def test_borders_are_at_multiples_of_the_width_and_belong_to_the_cell_above():
    """With cells about 0 instead, the first two agents would share one."""
    apart = line([-0.1, 0.1], [0.1, 0.1])
    assert s(apart, **PHASE, estimator="plug-in") == pytest.approx([LN2 + math.log(0.25)])
    on_it = line([0.5, 0.6], [0.5, 0.6])
    assert s(on_it, **PHASE, estimator="plug-in") == pytest.approx([math.log(0.25)])


def test_each_axis_has_its_own_width_in_the_order_of_the_axes():
    x = np.zeros((8, 3))
    x[:, 0], x[:, 2] = np.arange(8) + 0.5, np.tile([0.5, 1.5], 4)
    block = Block(x, np.zeros((8, 3)))
    given = {"position": "xz", "velocity": "none", "estimator": "plug-in"}
    assert s(block, **given, position_cell=[8.0, 1.0]) == pytest.approx([LN2 + math.log(8)])
    assert s(block, **given, position_cell=[1.0, 2.0]) == pytest.approx([3 * LN2 + math.log(2)])
    assert s(block, **given, position_cell=2.0) == pytest.approx([2 * LN2 + math.log(4)])


def test_units_of_length_shift_it_and_no_difference_of_it(rng):
    x, v = rng.random((2, 400)), rng.normal(size=(2, 400))
    x[1] /= 2
    wide = {"position": "x", "velocity": "x", "position_cell": 25.0, "velocity_cell": 50.0}
    in_m = s(line(x, v), position="x", velocity="x", position_cell=0.25, velocity_cell=0.5)
    in_cm = s(line(100 * x, 100 * v), **wide)
    assert in_cm - in_m == pytest.approx(2 * math.log(100))


def test_six_axes_so_fine_that_keys_do_not_fit_in_64_bits_are_those_of_the_rows_of_cells(rng):
    """Pairs of agents at one place, in cells of which there are 10^60."""
    x, v = rng.random((2, 300, 3)), rng.normal(size=(2, 300, 3))
    x, v = np.concatenate([x, x], 1), np.concatenate([v, v], 1)
    given = {"position": "xyz", "velocity": "xyz", "position_cell": 1e-10, "velocity_cell": 1e-10}
    log_cell = 6 * math.log(1e-10)
    found = s(Block(x, v), **given, estimator="plug-in")
    assert found == pytest.approx([math.log(300) + log_cell] * 2)
    wider = {**given, "position_cell": 0.25, "velocity_cell": 0.5}
    for t in range(2):
        rows = np.floor(np.concatenate([x[t] / 0.25, v[t] / 0.5], 1))
        counts = np.unique(rows, axis=0, return_counts=True)[1] / 600
        expected = -(counts * np.log(counts)).sum() + 3 * math.log(0.125)
        assert s(Block(x, v), **wider, estimator="plug-in")[t] == pytest.approx(expected)


def test_keys_that_would_be_equal_modulo_2_to_the_64_are_told_apart():
    """2^32 cells of velocity, so that those of the positions 0 and 2^32 would have equal keys."""
    block = line([0.0, 2.0**32, 0.0], [0.0, 0.0, 2.0**32 - 1])
    given = {"position": "x", "velocity": "x", "position_cell": 1.0, "velocity_cell": 1.0, "estimator": "plug-in"}
    assert s(block, **given) == pytest.approx([LN3])
    x = np.arange(4097.0)  # that many ranks of positions, with 2^52 cells of velocity, are too many again
    assert s(line(x, np.where(x == 7, 2.0**52 - 1, 0.0)), **given) == pytest.approx([math.log(4097)])


def test_a_periodic_cell_is_divided_whole():
    block = line([-0.1, 3.9, 0.1, 4.1], [0.1] * 4, box=4.0)
    assert s(block, **PHASE, estimator="plug-in") == pytest.approx([LN2 + math.log(0.25)])
    with pytest.raises(KaditaError, match=r"divides the periodic edge of 4 along x; got 1.5; 1.33333 makes 3"):
        s(block, **{**PHASE, "position_cell": 1.5})
    open_along_y = {"position": "y", "velocity": "none", "position_cell": 1.5}
    assert np.isfinite(s(line([0.0], [1.0], box=(4.0, "open")), **open_along_y)).all()


def test_sectors_of_the_circle():
    angles = np.radians([10, 80, 100, 190, 350, -170])
    u = np.stack([np.cos(angles), np.sin(angles), np.zeros(6)], 1)
    block = Block(np.zeros((6, 3)), 3 * u, dimensions=2)
    found = s(block, position="none", velocity="heading", heading_cells=4, estimator="plug-in")
    assert found == pytest.approx([LN3 / 3 * 2 + math.log(6) / 6 * 2 + math.log(math.pi / 2)])
    with pytest.raises(KaditaError, match="heading_cells: expected the number of sectors in a plane"):
        s(block, position="none", velocity="heading", heading_cells=[2, 4])


def test_octants(rng, sphere):
    """A heading to each corner of a cube is in an octant of its own; random ones have the entropy of the sphere."""
    corners = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, 8).T
    octants = {"position": "none", "velocity": "heading", "heading_cells": [2, 4], "estimator": "plug-in"}
    assert s(Block(np.zeros((8, 3)), corners), **octants) == pytest.approx([math.log(4 * math.pi)])
    u = sphere(rng, (100_000,))
    assert s(Block(u, u), **octants) == pytest.approx([math.log(4 * math.pi)], abs=2e-4)
    for cells in ([5, 7], [1, 3], [40, 10]):  # all of one size; the standard deviation is sqrt(K / 2) / N
        found = s(Block(u, u), **{**octants, "heading_cells": cells, "estimator": "grassberger"})
        assert found == pytest.approx([math.log(4 * math.pi)], abs=5e-4)


def test_too_few_agents_per_occupied_cell_leave_it_undefined():
    given = {**PHASE, "agents_per_cell": 2.0}
    assert np.isfinite(s(SIX, **given)).all()  # 6 agents in 3 cells
    with pytest.warns(KaditaWarning, match="fewer than 2.1 agents per occupied cell"):
        assert np.isnan(s(SIX, **{**given, "agents_per_cell": 2.1})).all()
    with pytest.warns(KaditaWarning, match="fewer than 5 agents per occupied cell"):  # the default
        assert np.isnan(METRIC(SIX, **METRIC.validate(PHASE))).all()


def test_agents_of_unknown_velocity_are_left_out_and_that_is_said():
    x, v = [0.1, 0.2, 0.3, 0.6, 0.7, 0.1, 9.0, 8.0], [0.1, 0.2, 0.3, 0.1, 0.2, -0.1, np.nan, np.nan]
    x, v = np.array([x, x, x]), np.array([v, v, [np.nan] * 8])
    v[1, 6:] = 7.0
    block = line(x, v)
    with pytest.warns(KaditaWarning, match="no known velocity are left out"):
        found = s(block, **PHASE)
    assert found[0] == s(SIX, **PHASE)[0]
    assert found[1] == s(line(x[1], v[1]), **PHASE)[0] != found[0]
    assert np.isnan(found[2])  # none is known
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(s(block, position="x", velocity="none", position_cell=1.0)).all()


def test_agents_at_rest_have_no_heading():
    block = Block(np.zeros((3, 3)), [[1, 0, 0], [0, 0, 0], [-1, 0, 0]], dimensions=2)
    with pytest.warns(KaditaWarning, match="at rest"):
        found = s(block, position="none", velocity="heading", heading_cells=2, estimator="plug-in")
    assert found == pytest.approx([math.log(2 * math.pi)])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"position": "none", "velocity": "none"}, "expected cells of position, of velocity or of both"),
        ({"position": "x", "velocity": "none"}, "position_cell: expected the width of the cells along x; got none"),
        ({"position": "none", "velocity": "xy"}, "velocity_cell: expected the width of the cells along xy; got none"),
        (
            {"position": "xy", "velocity": "none", "position_cell": [1.0, 1.0, 1.0]},
            "position_cell: expected one width, or one for each axis of xy; got 3",
        ),
        ({**PHASE, "velocity": "none"}, "velocity_cell: expected none with velocity=none; got 0.5"),
        ({**PHASE, "velocity": "heading", "heading_cells": 4}, "velocity_cell: expected none with velocity=heading"),
        ({**PHASE, "heading_cells": 4}, "only then; got velocity=x"),
        ({"position": "none", "velocity": "heading"}, "heading_cells: expected a number of cells"),
        ({**PHASE, "position_cell": 1e-30}, "position_cell: expected fewer than 2\\^53 cells from the origin"),
    ],
)
def test_cells_that_are_not_told_or_told_twice(given, message):
    with pytest.raises(KaditaError, match=message):
        s(SIX, **given)


def test_a_plane_has_no_z():
    block = Block(np.zeros((4, 2)), np.ones((4, 2)))
    with pytest.raises(NotApplicable, match="axes of the plane of x and y; got z"):
        s(block, position="xz", velocity="none", position_cell=1.0)


@pytest.mark.parametrize("missing", ["position", "velocity"])
def test_axes_must_be_chosen(missing):
    with pytest.raises(KaditaError, match=f"boltzmann_entropy.{missing} is required"):
        METRIC.validate({key: value for key, value in PHASE.items() if key != missing})


def test_a_series_says_what_cells_it_has():
    given = {f"boltzmann_entropy.{key}": value for key, value in {**PHASE, "agents_per_cell": 0}.items()}
    results = analyze(SIX, ["boltzmann_entropy"], parameters=given)
    assert results["boltzmann_entropy"] == pytest.approx(s(SIX, **PHASE))


def test_none_on_the_command_line(command, tmp_path):
    u = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    with record(tmp_path / "four.nc", agents=4, dimensions=2, time_step=1.0) as file:
        file.write(5 + u, u)
    settings = ["position=none", "velocity=heading", "heading_cells=4", "estimator=plug-in", "agents_per_cell=0"]
    words = [word for setting in settings for word in ("--set", f"boltzmann_entropy.{setting}")]
    done = command("analyze", "four.nc", "-m", "boltzmann_entropy", *words, "-o", "s.csv")
    assert done.returncode == 0, done.stderr
    row = (tmp_path / "s.csv").read_text().splitlines()[1].split(",")
    assert float(row[2]) == pytest.approx(math.log(2 * math.pi))
