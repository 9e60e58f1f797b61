"""The free gas that expands: its exact entropy, known numbers of it, and what kadita measures of finite gases."""

import importlib
import json
import math
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import kadita
from kadita import KaditaWarning

FOLDER = Path(__file__).resolve().parents[2] / "analyses" / "free_expansion"
LN2 = math.log(2)
ESTIMATORS = ("count", "plug-in", "miller-madow", "grassberger")
TIMES = [0.25, 0.5, 1, 2, 3, 4, 6, 8, 16, 64]
GAINS = {  # of infinitely many particles, in cells of dx = .5, by dv
    0.25: [0.1260, 0.1298, 0.1405, 0.1731, 0.2304, 0.2806, 0.3976, 0.5179, 0.6925, 0.6931],
    0.5: [0.1293, 0.1403, 0.1724, 0.2789, 0.3949, 0.5142, 0.6533, 0.6907, 0.6925, 0.6931],
    1.0: [0.1391, 0.1700, 0.2724, 0.5000, 0.6403, 0.6835, 0.6753, 0.6909, 0.6926, 0.6931],
}
UNIVERSAL = {0.5: 0.125, 1: 0.25, 2: 0.5, 3: 0.65547, 4: LN2, 5: 0.67973, 6: 0.67442, 8: LN2}


@pytest.fixture(scope="module")
def study():
    """Import a module of the study, which imports its neighbours as a script does."""
    sys.path.insert(0, str(FOLDER))
    before = set(sys.modules)
    try:
        yield importlib.import_module
    finally:
        sys.path.remove(str(FOLDER))
        for name in set(sys.modules) - before:
            if str(FOLDER) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


@pytest.fixture(scope="module")
def exact(study):
    return study("exact")


@pytest.fixture(scope="module")
def gas(study):
    return study("gas")


@pytest.fixture(scope="module")
def measured(study):
    return study("free_gas").measured


@pytest.fixture(scope="module")
def large(gas):
    return gas.at_start(400_000, seed=1)


# Theory against numbers, and one theory against another.


@pytest.mark.parametrize(("dv", "known"), [(0.125, 1.41959), (0.25, 1.42154), (0.5, 1.42925), (1.0, 1.45896)])
def test_entropy_at_the_beginning(exact, dv, known):
    assert exact.at_start(dv) == pytest.approx(known, abs=1e-5)
    assert exact.at(0.0, 0.5, dv) == pytest.approx(known, abs=1e-5)
    # Sheppard's correction is the first term of a series, of which the next is of the order dv^4
    assert exact.at_start_by_sheppard(dv) == pytest.approx(known, abs=2e-3 * dv**4 + 1e-5)
    assert exact.at_start(dv, 3, volume=7.0) == pytest.approx(3 * known + math.log(7), abs=3e-5)


@pytest.mark.parametrize(("tau", "known"), UNIVERSAL.items())
def test_universal_curve(exact, tau, known):
    """It is not monotonic. Fine cells come as near to it as cells so fine must: the front of each is a ramp."""
    assert exact.universal(tau) == pytest.approx(known, abs=1e-5)
    dx, dv = 0.02, 0.125
    assert exact.at(tau / dv, dx, dv) - exact.at_start(dv) == pytest.approx(known, abs=1e-3)


def test_universal_curve_between_two_and_four_as_one_writes_it_down(exact):
    def integral(y):
        return y**2 / 2 * math.log(y) - y**2 / 4

    for tau in np.linspace(2.05, 3.95, 9):
        a, b = 2 / tau, 1 - 2 / tau
        gain = (tau - 2) * (a * math.log(a) + b * math.log(b)) + 2 * tau * (integral(a) - integral(b))
        if abs(a - b) > 1e-6:
            assert exact.universal(tau) == pytest.approx(-gain / 2, abs=1e-9)
    assert exact.universal(0) == 0
    assert exact.universal(1e4) == pytest.approx(LN2, abs=1e-6)
    assert max(map(exact.universal, np.linspace(0.1, 30, 500))) <= LN2 + 1e-12


@pytest.mark.parametrize("dv", [0.125, 0.25])
def test_early_rate_of_exact_cells(exact, dv):
    rate = (exact.at(4.0, 0.02, dv) - exact.at(1.0, 0.02, dv)) / 3
    assert rate == pytest.approx(exact.early_rate(dv), rel=0.01)
    assert exact.early_rate(dv) == dv / 4


def test_a_front_in_cells_of_space(exact):
    assert exact.front(0.1, 1e-6) == pytest.approx(0.1 / 4, rel=1e-3)
    assert exact.front(1e-6, 0.4) == exact.front(0.4, 1e-6) == pytest.approx(0.4 / 4, rel=1e-3)
    assert exact.front(0.0, 0.4) == pytest.approx(0.1, abs=1e-8)
    dx, start = 0.02, exact.at_start(0.25)
    for time in (0.5, 1.0, 2.0, 4.0):
        assert exact.at(time, dx, 0.25) - start == pytest.approx(exact.front(dx, 0.25 * time), rel=0.01)


@pytest.mark.parametrize(("dv", "known"), GAINS.items())
def test_exact_gains(exact, dv, known):
    start = exact.at_start(dv)
    assert [exact.at(t, 0.5, dv) - start for t in TIMES] == pytest.approx(known, abs=6e-5)


def test_exact_entropies_are_those_of_others(exact, reference):
    for cells, row in json.loads((reference / "thermo/boltzmann_free_exact_1d.json").read_text()).items():
        dx, dv = (float(width.strip("dxv")) for width in cells.split("_"))
        if dx > 0.05:  # finer ones are slow
            found = [exact.at(t, dx, dv) for t in row["t"]]
            assert found == pytest.approx(row["s"], abs=1e-6), cells


def test_probabilities_are_those_of_all_particles(exact):
    for time in (0.0, 0.7, 13.0):
        p = exact.probabilities(time, 0.25, 0.5)
        assert p.sum() == pytest.approx(1, abs=1e-7)
        speeds = 2 * np.diff([math.erf(0.5 * k / math.sqrt(2)) / 2 for k in range(17)])
        assert p.sum(axis=0) == pytest.approx(speeds, abs=1e-7)


def test_expectations_of_the_estimators_are_those_of_others(exact, reference):
    """In one dimension for all numbers of particles and cells, in two for the wider cells."""
    names = dict(zip(ESTIMATORS, ("boltzmann", "plugin", "miller_madow", "grassberger"), strict=True))
    known, compared = json.loads((reference / "thermo/boltzmann_bias_exact.json").read_text()), 0
    for d, dx, dv in ((1, 0.5, 0.5), (1, 0.5, 0.25), (1, 0.1, 0.5), (1, 0.1, 0.25), (2, 0.5, 0.5)):
        log_cell = math.log(dx) + d * math.log(dv)
        for when, time in (("start", 0.0), ("end", math.inf)):
            p = exact.occupations(time, dx, dv, d)
            for n in (500, 2000, 10_000, 100_000, 400_000)[: 5 if d == 1 else 2]:
                row = known[f"d{d}_dx{dx}_dv{dv}_N{n}"][when]
                for estimator, name in names.items():
                    assert exact.expected(p, n, estimator, log_cell) == pytest.approx(row[name], abs=1e-6)
                    compared += 1
    assert compared == 4 * 2 * 22


@pytest.mark.parametrize(
    ("cells", "n", "known"),
    [
        ((0.5, 0.5, 1), 2000, [0.6602, 0.6857, 0.6917, 0.6926]),
        ((0.1, 0.5, 1), 2000, [0.5849, 0.6603, 0.6842, 0.6897]),
        ((0.5, 0.5, 1), 400_000, [0.6928, 0.6931, 0.6931, 0.6931]),
        ((0.5, 0.5, 2), 2000, [0.5305, 0.6277, 0.6643, 0.6803]),
        ((0.5, 0.25, 2), 2000, [0.3571, 0.5070, 0.5821, 0.6426]),
    ],
)
def test_what_estimators_lose_of_ln_2(exact, cells, n, known):
    start, end = (exact.occupations(time, *cells) for time in (0.0, math.inf))
    gains = [exact.expected(end, n, e) - exact.expected(start, n, e) for e in ESTIMATORS]
    assert gains == pytest.approx(known, abs=6e-5)
    assert gains == sorted(gains)


# What kadita measures.


def test_a_large_gas_gains_ln_2(large, measured):
    for estimator in ("count", "grassberger"):
        start, end = measured(large, [0.0, 64.0], 0.5, 0.5, estimator)
        assert end - start == pytest.approx(LN2, abs=1e-3)


@pytest.mark.parametrize("dv", [0.125, 0.25])
def test_early_rate_of_a_large_gas(exact, large, measured, dv):
    early, late = measured(large, [1.0, 4.0], 0.02, dv)
    assert (late - early) / 3 == pytest.approx(exact.early_rate(dv), rel=0.01)


def test_universal_curve_of_a_large_gas(exact, large, measured):
    """It touches ln 2 at dv t = 4 and falls again, until 8: the standard deviation of a gain is .001 here."""
    taus, dv = np.array([0.5, 1, 2, 4, 6, 8]), 0.125
    start, *then = measured(large, [0.0, *(taus / dv)], 0.02, dv)
    assert np.array(then) - start == pytest.approx([exact.universal(tau) for tau in taus], abs=3e-3)


def test_a_periodic_gas_has_two_interfaces_and_twice_the_rate(exact, large, measured, gas):
    frames = []
    for time in (0.5, 2.0):
        x = large.positions + large.velocities * time
        frames.append(kadita.Block(x, large.velocities, box=(2.0, "open"), dimensions=2))
    cells = {"position": "x", "velocity": "x", "position_cell": 0.02, "velocity_cell": 0.25}
    given = {f"boltzmann_entropy.{key}": value for key, value in {**cells, "estimator": "grassberger"}.items()}
    early, late = (kadita.analyze(b, ["boltzmann_entropy"], parameters=given)["boltzmann_entropy"][0] for b in frames)
    rate = (late - early) / 1.5
    assert rate == pytest.approx(exact.early_rate(0.25, interfaces=2), rel=0.02)


def test_gains_of_gases_are_the_exact_ones(exact, gas, measured):
    """Mean of ten gases, within four standard errors of it and less than .002."""
    times = [0.0, 0.25, 1.0, 2.0, 4.0, 8.0, 64.0]
    s = np.array([measured(gas.at_start(40_000, seed=seed), times, 0.5, 0.5) for seed in range(10)])
    gains = s[:, 1:] - s[:, :1]
    error = gains.std(axis=0, ddof=1) / math.sqrt(10)
    expected = np.array([exact.at(t, 0.5, 0.5) for t in times[1:]]) - exact.at_start(0.5)
    assert (error < 2e-3).all()
    assert (np.abs(gains.mean(axis=0) - expected) < 4 * error + 1e-4).all()


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(("dimensions", "dx"), [(1, 0.1), (2, 0.5)])
def test_small_gases_lose_what_the_estimator_loses(exact, gas, measured, estimator, dimensions, dx):
    velocity = "xy"[:dimensions]
    s = np.array(
        [measured(gas.at_start(2000, dimensions, i), [0.0, 64.0], dx, 0.5, estimator, velocity) for i in range(20)]
    )
    gains = s[:, 1] - s[:, 0]
    start, end = (exact.expected(exact.occupations(t, dx, 0.5, dimensions), 2000, estimator) for t in (0.0, math.inf))
    error = gains.std(ddof=1) / math.sqrt(len(gains))
    assert error < 0.005
    assert gains.mean() == pytest.approx(end - start, abs=3.5 * error)


def test_a_gas_whose_velocities_walls_do_not_turn_is_found(exact, gas, measured, monkeypatch):
    """Planted fault: at t = 1 it gains .107 instead of .172; at late times both gain ln 2, and the fault would hide."""
    one, right, cells = gas.at_start(400_000, seed=3), gas.at, (0.5, 0.5)
    expected = exact.at(1.0, *cells) - exact.at_start(0.5)
    start, then, late = measured(one, [0.0, 1.0, 64.0], *cells)
    assert then - start == pytest.approx(expected, abs=2e-3)
    assert expected == pytest.approx(0.1724, abs=1e-4)
    monkeypatch.setattr(gas, "at", lambda of, time: gas.Gas(right(of, time).positions, of.velocities))
    start, faulty, end = measured(one, [0.0, 1.0, 64.0], *cells)
    assert faulty - start == pytest.approx(0.107, abs=2e-3)
    assert end - start == pytest.approx(late - start, abs=1e-3)


def test_undefined_where_particles_are_few(gas):
    block = gas.block(gas.at_start(500, seed=1), [0.0, 64.0])
    cells = {"position": "x", "velocity": "x", "position_cell": 0.1, "velocity_cell": 0.25}
    given = {f"boltzmann_entropy.{key}": value for key, value in cells.items()}
    with pytest.warns(KaditaWarning, match="fewer than 5 agents per occupied cell"):
        s = kadita.analyze(block, ["boltzmann_entropy"], parameters=given)["boltzmann_entropy"]
    assert np.isnan(s[1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        given["boltzmann_entropy.agents_per_cell"] = 0
        assert np.isfinite(kadita.analyze(block, ["boltzmann_entropy"], parameters=given)["boltzmann_entropy"]).all()


# The gas.


@pytest.mark.parametrize("dimensions", [1, 2])
def test_a_gas_keeps_its_energy_and_stays_in_its_box(gas, dimensions):
    one = gas.at_start(5000, dimensions, seed=2)
    assert (one.positions[:, 0] < 1).all()
    for time in (0.0, 0.3, 17.0, 1e4):
        x, v = gas.at(one, time)
        assert ((x >= 0) & (x <= [2.0, 1.0])).all()
        np.testing.assert_array_equal(np.abs(v), np.abs(one.velocities))
        assert dimensions == 2 or not (x[:, 1].any() or v[:, 1].any())


def test_a_gas_moves_as_one_that_is_reflected_step_by_step(gas):
    one = gas.at_start(2000, 2, seed=4)
    x, v, steps = one.positions.copy(), one.velocities.copy(), 300
    for _ in range(steps):
        x += 0.01 * v
        for wall, beyond in ((0.0, x < 0), ([2.0, 1.0], x > [2.0, 1.0])):
            x = np.where(beyond, 2 * np.asarray(wall) - x, x)
            v = np.where(beyond, -v, v)
    found = gas.at(one, 0.01 * steps)
    np.testing.assert_allclose(found.positions, x, atol=1e-9)
    np.testing.assert_array_equal(found.velocities, v)


def test_a_recorded_gas_is_measured_as_one_in_memory(gas, tmp_path):
    """But for particles that float32 moves across a border of cells."""
    one = gas.at_start(5000, seed=5)
    gas.record(tmp_path / "gas.nc", one, 3, 0.5)
    cells = {"position": "x", "velocity": "x", "position_cell": 0.5, "velocity_cell": 0.5}
    given = {f"boltzmann_entropy.{key}": value for key, value in cells.items()}
    file = kadita.analyze(tmp_path / "gas.nc", ["boltzmann_entropy"], parameters=given)["boltzmann_entropy"]
    memory = kadita.analyze(gas.block(one, [0.0, 0.5, 1.0]), ["boltzmann_entropy"], parameters=given)
    np.testing.assert_allclose(file, memory["boltzmann_entropy"], atol=1e-4)
    assert file[0] < file[1] < file[2]


@pytest.mark.slow
def test_the_table_says_what_holds(study):
    """With fewer particles than in the study, for which limits other than those of noise are too narrow."""
    rows = study("free_gas").table_of_free_gas(particles=100_000, small=500, samples=3)
    assert len({row.quantity for row in rows}) == len(rows) == 35
    assert not [row.quantity for row in rows if not (row.holds or "ds/dt" in row.quantity)]
    assert not rows[0]._replace(measured=rows[0].expected + 0.01).holds
